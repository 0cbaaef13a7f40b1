//! What the tests need from the machine: found, or installed, or named with the way to install it. Never done without.

use crate::postgres::BIN_VARIABLE;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What was found.
pub struct Tools {
    /// The directory of PostgreSQL's server binaries.
    pub postgres_bin: PathBuf,
    /// The browser's executable.
    pub chromium: PathBuf,
}

/// The oldest Node that can run test files one after another.
const NODE: (u32, u32) = (18, 19);

/// Something that is not there.
#[derive(Debug)]
struct Missing {
    what: String,
    /// Debian's packages with it; none when a package cannot help.
    packages: &'static [&'static str],
    elsewhere: &'static str,
}

/// Finds everything; installs what is missing where that can be done without asking.
pub fn get() -> Result<Tools, String> {
    let missing = match find() {
        Ok(tools) => return Ok(tools),
        Err(missing) => missing,
    };
    let failures = install(&missing);
    find().map_err(|missing| {
        let tried: String = failures.iter().map(|error| format!("\n  Installing was tried: {error}")).collect();
        format!("{}{tried}", explain(&missing))
    })
}

fn find() -> Result<Tools, Vec<Missing>> {
    let mut missing = Vec::new();
    let mut keep = |error| {
        missing.push(error);
        None
    };
    let postgres_bin = postgres().map(Some).unwrap_or_else(&mut keep);
    let chromium = chromium().map(Some).unwrap_or_else(&mut keep);
    node().unwrap_or_else(|error| drop(keep(error)));
    npm().unwrap_or_else(|error| drop(keep(error)));
    python().unwrap_or_else(|error| drop(keep(error)));
    for tool in ["fmt", "clippy"] {
        if crate::read(&mut crate::cargo([tool, "--version"])).is_err() {
            keep(Missing {
                what: format!("`cargo {tool}` is not installed"),
                packages: &[],
                elsewhere: "rustup component add rustfmt clippy",
            });
        }
    }
    match (postgres_bin, chromium) {
        (Some(postgres_bin), Some(chromium)) if missing.is_empty() => Ok(Tools { postgres_bin, chromium }),
        _ => Err(missing),
    }
}

fn postgres() -> Result<PathBuf, Missing> {
    let is_chosen = std::env::var_os(BIN_VARIABLE).is_some_and(|dir| !dir.is_empty());
    crate::postgres::bindir().map_err(|what| match is_chosen {
        // No package changes what somebody has set.
        true => {
            Missing { what, packages: &[], elsewhere: "Correct the variable, or unset it to have PostgreSQL found" }
        }
        false => {
            Missing {
                what, packages: &["postgresql"], elsewhere: "At least version 13, for `DROP DATABASE … (FORCE)`"
            }
        }
    })
}

fn chromium() -> Result<PathBuf, Missing> {
    let chosen = std::env::var_os("CHROMIUM").filter(|path| !path.is_empty());
    let (what, packages): (_, &[_]) = match &chosen {
        Some(path) => (format!("CHROMIUM is {}, which does not run", Path::new(path).display()), &[]),
        None => (
            "Chromium is not installed: none of chromium, chromium-browser, google-chrome runs".to_owned(),
            &["chromium", "fonts-liberation"],
        ),
    };
    let usual = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    let candidates = match chosen {
        Some(path) => vec![path],
        None => usual.map(OsString::from).to_vec(),
    };
    // It must run, not only be there: on Ubuntu, chromium-browser is a script that asks for a snap.
    let runs = |path: &PathBuf| crate::read(Command::new(path).arg("--version")).is_ok();
    candidates.iter().filter_map(|name| on_path(Path::new(name))).find(runs).ok_or(Missing {
        what,
        packages,
        elsewhere: "Debian: apt-get install chromium; Ubuntu, which has it only as a snap: snap install chromium, or \
                    Google's package google-chrome-stable; Fedora: dnf install chromium; macOS: brew install --cask \
                    chromium; or set CHROMIUM to the executable",
    })
}

fn node() -> Result<(), Missing> {
    let elsewhere = "Node 18.19 or newer; Debian, Ubuntu: apt-get install nodejs npm; Fedora: dnf install nodejs npm; \
                     macOS: brew install node; or from https://nodejs.org";
    match crate::read(Command::new("node").arg("--version")) {
        Ok(version) if node_is_new_enough(&version) => Ok(()),
        Ok(version) => {
            let what = format!("Node is {}, which is too old for the browser tests", version.trim());
            Err(Missing { what, packages: &["nodejs"], elsewhere })
        }
        Err(_) => Err(Missing { what: "Node is not installed".to_owned(), packages: &["nodejs", "npm"], elsewhere }),
    }
}

fn npm() -> Result<(), Missing> {
    crate::read(Command::new("npm").arg("--version")).map(drop).map_err(|_| Missing {
        what: "npm is not installed".to_owned(),
        packages: &["npm"],
        elsewhere: "Debian, Ubuntu: apt-get install npm; elsewhere it comes with Node",
    })
}

/// Python with what environments are made of, which Debian packs apart.
fn python() -> Result<(), Missing> {
    let able = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    crate::read(Command::new("python3").args(["-c", able])).map(drop).map_err(|_| Missing {
        what: "Python 3.10 or newer with venv is not installed".to_owned(),
        packages: &["python3", "python3-venv"],
        elsewhere: "Debian, Ubuntu: apt-get install python3-venv; Fedora: dnf install python3; macOS: brew install python",
    })
}

fn node_is_new_enough(version: &str) -> bool {
    let mut parts = version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    parts.next().zip(parts.next()).is_some_and(|version| version >= NODE)
}

/// The whole path of a program: itself when it has one, else where the `PATH` has it.
fn on_path(program: &Path) -> Option<PathBuf> {
    if program.is_absolute() {
        return program.is_file().then(|| program.to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|path| path.is_file())
}

/// What to put before `apt-get` to be allowed to install: nothing for root, `sudo` where it asks nothing, else no way.
fn privilege() -> Option<Vec<&'static str>> {
    on_path(Path::new("apt-get")).filter(|_| Path::new("/etc/debian_version").is_file())?;
    if crate::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0") {
        return Some(vec!["env"]);
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    sudo.is_ok_and(|status| status.success()).then(|| vec!["sudo", "-n", "env"])
}

/// Installs what a package can bring, where that needs no question; gives what went wrong.
fn install(missing: &[Missing]) -> Vec<String> {
    let wanted: Vec<&Missing> = missing.iter().filter(|missing| !missing.packages.is_empty()).collect();
    let Some(prefix) = privilege().filter(|_| !wanted.is_empty()) else { return Vec::new() };
    let apt = |args: &[&str]| {
        let mut command = Command::new(prefix[0]);
        command.args(&prefix[1..]).args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]);
        // Somebody else may be installing at this moment; that ends.
        command.args(["-o", "DPkg::Lock::Timeout=300"]).args(args).stdin(Stdio::null());
        crate::call(&mut command)
    };
    let mut failures = Vec::new();
    failures.extend(apt(&["update"]).err());
    // One after another: a distribution that lacks one of the packages still installs the others.
    for Missing { what, packages, .. } in wanted {
        println!("{what}\nInstalling {}", packages.join(" "));
        failures.extend(apt(&[&["install", "-y", "--no-install-recommends"], *packages].concat()).err());
    }
    failures
}

fn explain(missing: &[Missing]) -> String {
    let mut text = "the tests need what this machine does not have:".to_owned();
    for Missing { what, elsewhere, .. } in missing {
        text += &format!("\n  - {what}\n    {elsewhere}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_numbers_not_text() {
        for (version, enough) in [
            ("v18.19.0\n", true),
            ("v18.18.9", false),
            ("v20.1.0", true),
            ("v9.99.0", false),
            ("v100.0.0", true),
            ("", false),
        ] {
            assert_eq!(node_is_new_enough(version), enough, "{version}");
        }
    }

    #[test]
    fn every_missing_thing_is_named_with_its_remedy() {
        let text = explain(&[Missing { what: "A".into(), packages: &[], elsewhere: "get A" }, npm_missing()]);
        assert!(text.contains("- A\n    get A") && text.contains("- npm\n    get npm"), "{text}");
    }

    fn npm_missing() -> Missing {
        Missing { what: "npm".into(), packages: &["npm"], elsewhere: "get npm" }
    }
}
