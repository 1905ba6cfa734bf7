//! The crates that imera is built of: licences, sources, doubles, one crypto provider. No network.
//!
//! Asks `cargo tree --offline` for what this machine's target really builds, features included. Proc macros and
//! build scripts count for licences and sources, not for doubles.

use std::collections::BTreeMap;
use std::process::Command;

/// Licences that go with MIT. An expression passes if one side of each `OR` and all of each `AND` stand here.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "BSL-1.0",
    "CC0-1.0",
    "Unlicense",
    "Unicode-3.0",
    // Mozilla's list of roots, as data
    "CDLA-Permissive-2.0",
];

/// Crates of which the binary holds two versions, with the reason. A line that is no longer true fails.
const DOUBLES: &[(&str, &str)] = &[
    ("base64", "instant-acme 0.8.5 is one version behind; 0.9 is not out yet"),
    ("untrusted", "instant-acme takes aws-lc-rs with its default features, one of which brings the old one"),
];

/// Crypto and TLS that would stand beside aws-lc-rs, and why each is out.
const REFUSED: &[(&str, &str)] = &[
    ("ring", "a second crypto provider: two of them and no default make rustls panic"),
    ("openssl", "a second TLS library"),
    ("openssl-sys", "a second TLS library"),
    ("native-tls", "a second TLS library"),
    ("boring", "a second TLS library"),
    ("sha1", "aws-lc-rs hashes"),
    ("sha2", "aws-lc-rs hashes"),
    ("hmac", "aws-lc-rs signs"),
    ("pbkdf2", "aws-lc-rs derives"),
];

struct Package {
    name: String,
    version: String,
    /// Where it is from, in brackets; nothing for crates.io.
    source: Option<String>,
    licence: String,
}

/// What `edges` ("normal", "normal,build,dev") bring in, imera itself left out.
fn packages(edges: &str) -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"])
        .args(["--edges", edges])
        .output()
        .expect("cargo runs this test, so it is there");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let mut lines: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    lines.iter().filter(|line| !line.starts_with("imera v")).filter_map(|line| package(line)).collect()
}

/// `name v1.2.3 (proc-macro) (https://…)|MIT OR Apache-2.0`
fn package(line: &str) -> Option<Package> {
    let (what, licence) = line.split_once('|')?;
    let mut words = what.split(' ');
    let (name, version) = (words.next()?.to_owned(), words.next()?.to_owned());
    let source = words.find(|word| *word != "(proc-macro)" && *word != "(*)").map(str::to_owned);
    Some(Package { name, version, source, licence: licence.to_owned() })
}

/// Whether the SPDX expression allows use beside MIT. `/` is the old way to write `OR`.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace(" / ", " OR ").replace('/', " OR ");
    let mut depth = 0_i32;
    let mut split = |operator: &str| {
        let mut parts = vec![String::new()];
        for word in expression.replace('(', "( ").replace(')', " )").split(' ').filter(|word| !word.is_empty()) {
            depth += i32::from(word == "(") - i32::from(word == ")");
            match parts.last_mut() {
                Some(last) if depth > 0 || word != operator => {
                    last.push_str(if last.is_empty() { "" } else { " " });
                    last.push_str(word);
                }
                _ => parts.push(String::new()),
            }
        }
        parts
    };
    let any = split("OR");
    if any.len() > 1 {
        return any.iter().any(|part| allowed(part));
    }
    let all = split("AND");
    if all.len() > 1 {
        return all.iter().all(|part| allowed(part));
    }
    let one = expression.trim();
    match one.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allowed(inner.trim()),
        None => LICENCES.contains(&one),
    }
}

#[test]
fn every_licence_goes_with_mit() {
    let bad: Vec<String> = packages("normal,build,dev")
        .into_iter()
        .filter(|package| !allowed(&package.licence))
        .map(|package| format!("{} {}: {}", package.name, package.version, package.licence))
        .collect();
    assert!(bad.is_empty(), "licences that tests/dependencies.rs does not know:\n{}", bad.join("\n"));
}

#[test]
fn every_crate_is_a_released_version_from_crates_io() {
    let bad: Vec<String> = packages("normal,build,dev")
        .into_iter()
        .filter_map(|package| package.source.map(|source| format!("{} {}", package.name, source)))
        .collect();
    assert!(bad.is_empty(), "not from crates.io:\n{}", bad.join("\n"));
    let lock = std::fs::read_to_string("Cargo.lock").expect("Cargo.lock is kept");
    for line in lock.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    }
}

#[test]
fn no_crate_is_in_the_binary_twice() {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages("normal,no-proc-macro") {
        let known = versions.entry(package.name).or_default();
        if !known.contains(&package.version) {
            known.push(package.version);
        }
    }
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        let known = DOUBLES.iter().any(|(double, _)| double == name);
        assert!(known, "{name} is there as {}: align them, or say why in DOUBLES", versions.join(" and "));
    }
    for (name, reason) in DOUBLES {
        assert!(versions.get(*name).is_some_and(|versions| versions.len() > 1), "{name} ({reason}) is single now");
    }
}

#[test]
fn aws_lc_rs_is_the_only_crypto_provider() {
    let packages = packages("normal");
    assert!(packages.iter().any(|package| package.name == "aws-lc-rs"), "aws-lc-rs is gone");
    for package in &packages {
        let refused = REFUSED.iter().find(|(name, _)| *name == package.name);
        assert!(refused.is_none(), "{} {}: {}", package.name, package.version, refused.map_or("", |(_, why)| why));
    }
}

#[test]
fn licence_expressions_are_read_right() {
    for good in ["MIT", "MIT/Apache-2.0", "Apache-2.0 / MIT", "GPL-3.0 OR MIT", "(GPL-2.0 OR MIT) AND ISC", "(MIT)"] {
        assert!(allowed(good), "{good}");
    }
    for bad in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "GPL-2.0 OR MIT AND GPL-3.0",
        "(MIT AND GPL-3.0) OR AGPL-3.0",
        "",
        "(GPL-2.0 OR AGPL-3.0) AND ISC",
    ] {
        assert!(!allowed(bad), "{bad}");
    }
}
