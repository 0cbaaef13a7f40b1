//! The files that pages and shops load. They are part of the binary, so that
//! the server is one file and the page never loads anything from elsewhere.

/// A file.
#[derive(Debug)]
pub struct Asset {
    /// Its name in the address.
    pub name: &'static str,
    /// Its `Content-Type`.
    pub kind: &'static str,
    /// What it contains.
    pub text: &'static str,
    hash: u64,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Looks of the payment page.
pub const PAY_CSS: Asset = asset("pay.css", CSS, include_str!("../assets/pay.css"));
/// What the payment page does beyond plain HTML.
pub const PAY_JS: Asset = asset("pay.js", JS, include_str!("../assets/pay.js"));
/// Looks of the page on a television.
pub const TV_CSS: Asset = asset("tv.css", CSS, include_str!("../assets/tv.css"));
/// What the page does on a television.
pub const TV_JS: Asset = asset("tv.js", JS, include_str!("../assets/tv.js"));
/// Looks of the demo shop.
pub const DEMO_CSS: Asset = asset("demo.css", CSS, include_str!("../assets/demo.css"));
/// The demo shop.
pub const DEMO_JS: Asset = asset("demo.js", JS, include_str!("../assets/demo.js"));
/// The script that games put on their pages.
pub const WIDGET: Asset = asset("widget.min.js", JS, include_str!("../assets/widget.js"));

/// The script that sells a game on its own page. It brings the other one with
/// it, for itself alone.
pub const PAY2PLAY: Asset = asset(
    "widget.min.js",
    JS,
    concat!(
        "(function () {\nvar define, module = { exports: {} };\n",
        include_str!("../assets/widget.js"),
        "\nvar Embed = module.exports;\n",
        include_str!("../assets/pay2play.js"),
        "\n}());\n"
    ),
);

/// What lies under `/paystation2/assets/`.
pub const SERVED: [&Asset; 6] = [&PAY_CSS, &PAY_JS, &TV_CSS, &TV_JS, &DEMO_CSS, &DEMO_JS];

const fn asset(name: &'static str, kind: &'static str, text: &'static str) -> Asset {
    Asset { name, kind, text, hash: fnv1a(text.as_bytes()) }
}

/// FNV-1a: told apart are versions of one file, not files of an attacker.
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

impl Asset {
    /// The file's version, as it stands in the address.
    pub fn version(&self) -> String {
        format!("{:016x}", self.hash)
    }

    /// Where pages load it from. The version makes it safe to keep for good.
    pub fn address(&self) -> String {
        format!("/paystation2/assets/{}?v={}", self.name, self.version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_stays_small() {
        let page = PAY_CSS.text.len() + PAY_JS.text.len();
        assert!(page < 100_000, "{page} bytes before compression");
        let tv = TV_CSS.text.len() + TV_JS.text.len();
        assert!(tv < 40_000, "{tv} bytes for a television");
        assert!(WIDGET.text.len() < 16_000, "{} bytes", WIDGET.text.len());
        assert!(PAY2PLAY.text.len() < 26_000, "{} bytes", PAY2PLAY.text.len());
    }

    #[test]
    fn styles_load_nothing() {
        for asset in [&PAY_CSS, &TV_CSS, &DEMO_CSS] {
            assert!(!asset.text.contains("@import") && !asset.text.contains("http"), "{}", asset.name);
        }
    }
}
