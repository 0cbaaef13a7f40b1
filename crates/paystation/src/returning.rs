//! The way back to the game.

use coinslot_domain::payment::StatusGroup;
use coinslot_domain::redirect::RedirectWhen;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 leaves unreserved stays as it is.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Schemes that run something rather than lead somewhere.
const REFUSED: [&str; 7] = ["javascript", "vbscript", "data", "blob", "file", "about", "view-source"];

/// What the game is told when the player comes back.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// The game's own id of the player.
    pub user_id: &'a str,
    /// `settings.external_id` of the token.
    pub foreign_invoice: Option<&'a str>,
    /// Where it stands, with the number of the payment unless it began without
    /// one; none while nothing was tried.
    pub standing: Option<(Option<i64>, StatusGroup)>,
}

/// `base` with the documented parameters behind its own query and before its
/// fragment; none for an address that a browser must not be sent to.
pub fn address(base: &str, outcome: Outcome<'_>) -> Option<String> {
    let base = base.trim();
    let parsed = url::Url::parse(base).ok()?;
    // A page never runs a script because a game's settings say so.
    if REFUSED.contains(&parsed.scheme()) || base.chars().any(char::is_control) {
        return None;
    }
    let (address, fragment) = match base.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (base, None),
    };
    let mut out = address.to_string();
    let mut add = |name: &str, value: &str| {
        match (out.contains('?'), out.ends_with(['?', '&'])) {
            (false, _) => out.push('?'),
            (true, false) => out.push('&'),
            (true, true) => {}
        }
        out.push_str(name);
        out.push('=');
        out.extend(utf8_percent_encode(value, QUERY));
    };
    add("user_id", outcome.user_id);
    match outcome.standing {
        Some((id, status)) => {
            if let Some(foreign) = outcome.foreign_invoice {
                add("foreigninvoice", foreign);
            }
            add("invoice_id", &id.map(|id| id.to_string()).unwrap_or_default());
            add("status", status.name());
        }
        // Left before anything was tried: an empty invoice and no status.
        None => add("invoice_id", ""),
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    Some(out)
}

/// How a payment ended, as far as the way back depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// Where it stands.
    pub status: StatusGroup,
    /// Whether the player did not go through with it: said no to the bank, or
    /// nothing.
    pub canceled: bool,
    /// Whether it buys virtual currency.
    pub virtual_currency: bool,
}

/// Whether `when` covers a payment that ended so. A payment that is still under
/// way is covered by nothing: its outcome is not known.
pub fn covers(when: RedirectWhen, ending: Ending) -> bool {
    match (when, ending.status) {
        (_, StatusGroup::Invoice | StatusGroup::Delivering) | (RedirectWhen::None, _) => false,
        (RedirectWhen::VirtualCurrency, StatusGroup::Done) => ending.virtual_currency,
        (_, StatusGroup::Done) => true,
        (RedirectWhen::SuccessfulOrCanceled, StatusGroup::Troubled) => ending.canceled,
        (when, StatusGroup::Troubled) => when == RedirectWhen::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: Outcome<'static> =
        Outcome { user_id: "u 1&x", foreign_invoice: Some("o/1"), standing: Some((Some(7), StatusGroup::Done)) };

    #[test]
    fn addresses() {
        let q = "user_id=u%201%26x&foreigninvoice=o%2F1&invoice_id=7&status=done";
        let table = [
            ("https://game.example/shop", ["https://game.example/shop?", q].concat()),
            ("https://game.example", ["https://game.example?", q].concat()),
            ("https://game.example/?a=b%20c", ["https://game.example/?a=b%20c&", q].concat()),
            ("https://game.example/?", ["https://game.example/?", q].concat()),
            ("https://game.example/?a&", ["https://game.example/?a&", q].concat()),
            ("https://game.example/p#/route?x=1", ["https://game.example/p?", q, "#/route?x=1"].concat()),
            ("app://xpayment.com.game", ["app://xpayment.com.game?", q].concat()),
        ];
        for (base, expected) in table {
            assert_eq!(address(base, DONE).as_deref(), Some(expected.as_str()), "{base}");
        }
    }

    #[test]
    fn leaving_early_has_no_status() {
        let left = Outcome { standing: None, ..DONE };
        assert_eq!(address("https://g.example", left).unwrap(), "https://g.example?user_id=u%201%26x&invoice_id=");
    }

    #[test]
    fn what_began_without_a_payment_has_a_status_and_no_invoice() {
        let begun = Outcome { standing: Some((None, StatusGroup::Done)), ..DONE };
        let q = "user_id=u%201%26x&foreigninvoice=o%2F1&invoice_id=&status=done";
        assert_eq!(address("https://g.example", begun).unwrap(), ["https://g.example?", q].concat());
    }

    #[test]
    fn addresses_that_run_something_are_refused() {
        for bad in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "/relative",
            "//host/x",
            "",
            "https://g.example/\nX",
        ] {
            assert_eq!(address(bad, DONE), None, "{bad:?}");
        }
    }

    #[test]
    fn conditions() {
        use RedirectWhen::*;
        let table = [
            (None, [false, false, false, false]),
            (Successful, [false, false, true, false]),
            (SuccessfulOrCanceled, [false, false, true, false]),
            (VirtualCurrency, [false, false, false, false]),
            (Any, [false, false, true, true]),
        ];
        let plain = Ending { status: StatusGroup::Done, canceled: false, virtual_currency: false };
        for (when, expected) in table {
            for (status, expected) in StatusGroup::ALL.iter().zip(expected) {
                assert_eq!(covers(when, Ending { status: *status, ..plain }), expected, "{when:?} {status:?}");
            }
        }
        let canceled = Ending { status: StatusGroup::Troubled, canceled: true, ..plain };
        assert!(covers(SuccessfulOrCanceled, canceled) && covers(Any, canceled));
        assert!(!covers(Successful, canceled) && !covers(VirtualCurrency, canceled));
        let coins = Ending { virtual_currency: true, ..plain };
        assert!(covers(VirtualCurrency, coins) && !covers(VirtualCurrency, plain));
    }
}
