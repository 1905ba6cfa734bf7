//! The house kept in order: floors, features apart, header lines, lengths, forbidden words, layout.
//!
//! Each complaint reads `file:line: what is wrong: what to do`. Lists that forgive may only shrink.

#[path = "support/tidy/source.rs"]
mod source;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use source::{Source, sources};

/// The rooms of `src`, lowest first. A room may use only rooms on lower floors (src/README.md).
const FLOORS: &[&[&str]] = &[
    &["limits"],
    &["xmpp", "clock", "memory", "texts", "qr"],
    &["config", "store", "net", "audit"],
    &["settings", "notices"],
    &["accounts", "archive", "pubsub", "sessions", "files", "certs", "reach", "turn"],
    &["features"],
    &["route", "transfer", "checks"],
    &["streams", "web"],
    &["server"],
    &["cli"],
];

/// What may lie at the top beside dot files and what `.gitignore` names.
const TOP_LEVEL: &[&str] =
    &["Cargo.toml", "Cargo.lock", "LICENSE", "README.md", "src", "templates", "image", "systemd", "tests"];

const FILE_MAX_LINES: usize = 500;
const FUNCTION_MAX_LINES: usize = 70;

/// Files that are too long, with their length. Only shorter; then lower the number or drop the line.
const LONG_FILES: &[(&str, usize)] = &[];

/// Functions that are too long, as `file::function`, with their length. Only shorter.
const LONG_FUNCTIONS: &[(&str, usize)] = &[];

/// Texts for people with a length of their own.
const PAPERS: &[(&str, usize)] = &[("src/README.md", 250), ("tests/README.md", 120)];

/// Words that do not stand in `src` outside tests: the word, the rooms that may, what to do instead.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    ("println!", &["cli", "server"], "log with tracing; only cli and server speak on standard output"),
    ("eprintln!", &["cli", "server"], "log with tracing; only cli speaks on standard error"),
    ("print!", &["cli", "server"], "log with tracing; only cli and server speak on standard output"),
    ("eprint!", &["cli", "server"], "log with tracing; only cli speaks on standard error"),
    ("dbg!", &[], "remove it"),
    ("todo!", &[], "write it, or leave the feature out"),
    ("unimplemented!", &[], "write it, or leave the feature out"),
    ("panic!", &[], "return an error, or use expect() with the invariant that holds"),
    ("unsafe", &["memory"], "use a crate that has done it safely"),
    ("process::exit", &["cli"], "return an error up to main"),
];

/// Names that say nothing about what a file holds (habits.md 3).
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "misc", "manager", "stuff"];

/// Cargo runs tests in the package's folder. The folder a test was compiled in may be another clone's.
fn root() -> &'static Path {
    Path::new(".")
}

fn complain(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{} complaints:\n{}\n", complaints.len(), complaints.join("\n"));
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn room(source: &Source) -> String {
    source.module().first().cloned().unwrap_or_default()
}

#[test]
fn a_room_uses_only_rooms_on_lower_floors() {
    let mut complaints = Vec::new();
    for source in sources(root(), "src") {
        let from = room(&source);
        if from.is_empty() {
            continue;
        }
        let Some(own) = floor(&from) else {
            complaints
                .push(format!("{}:1: the room {from} is on no floor: add it to FLOORS in tests/tidy.rs", source.path));
            continue;
        };
        for reference in source.references() {
            let place = format!("{}:{}", source.path, reference.line);
            if reference.braced {
                complaints.push(format!("{place}: crate::{{…}} hides rooms: write one `use crate::room::…;` a line"));
            }
            let Some(to) = reference.segments.first().filter(|to| **to != from) else { continue };
            match floor(to) {
                Some(other) if other < own => {}
                Some(other) => complaints.push(format!(
                    "{place}: {from} (floor {own}) uses {to} (floor {other}): move what both need to a lower floor"
                )),
                None => complaints.push(format!("{place}: crate::{to} is no room of FLOORS in tests/tidy.rs")),
            }
        }
    }
    complain(complaints);
}

#[test]
fn lib_and_main_hold_nothing() {
    let mut complaints = Vec::new();
    for source in sources(root(), "src") {
        if source.path == "src/lib.rs" {
            for function in source.functions() {
                complaints.push(format!("src/lib.rs:{}: fn {}: move it into a room", function.line, function.name));
            }
        }
        if source.path == "src/main.rs" {
            for at in source.words("imera::").filter(|at| !source.code[*at..].starts_with("imera::cli")) {
                complaints.push(format!("src/main.rs:{}: main only calls cli: move it there", source.line(at)));
            }
        }
    }
    complain(complaints);
}

/// A feature is a file of `src/features` with a `FEATURE`; what others there share (mod.rs) is none.
#[test]
fn features_do_not_know_each_other() {
    let all = sources(root(), "src");
    let features: Vec<String> = all
        .iter()
        .filter(|source| {
            source.path.starts_with("src/features/") && source.words("FEATURE").any(|at| is_const(source, at))
        })
        .filter_map(|source| source.module().get(1).cloned())
        .collect();
    let mut complaints = Vec::new();
    for source in all.iter().filter(|source| source.path.starts_with("src/features/")) {
        let Some(own) = source.module().get(1).cloned() else { continue };
        for reference in source.references() {
            let [first, second, ..] = reference.segments.as_slice() else { continue };
            if first == "features" && *second != own && features.contains(second) {
                complaints.push(format!(
                    "{}:{}: the feature {own} uses the feature {second}: move what both need down a floor, or let route call both",
                    source.path, reference.line
                ));
            }
        }
    }
    complain(complaints);
}

fn is_const(source: &Source, at: usize) -> bool {
    source.code[..at].trim_end().ends_with("const")
}

#[test]
fn the_first_line_says_what_a_file_is_for() {
    let mut complaints = Vec::new();
    for source in sources(root(), "src").into_iter().chain(sources(root(), "tests")) {
        let first = source.text.lines().next().unwrap_or_default();
        if !first.starts_with("//! ") || first.len() < 12 || first.contains("being written") {
            complaints
                .push(format!("{}:1: no header: begin with `//! what this file is for, which spec`", source.path));
        }
        if source.path.starts_with("src/features/") && source.words("FEATURE").any(|at| is_const(&source, at)) {
            let header: Vec<&str> = source.text.lines().take_while(|line| line.starts_with("//!")).collect();
            if !header.iter().any(|line| line.contains("XEP-") || line.contains("RFC ")) {
                complaints.push(format!("{}:1: the header names no spec: say which XEP at which version", source.path));
            }
        }
    }
    complain(complaints);
}

#[test]
fn files_are_short() {
    let lengths =
        sources(root(), "src").iter().map(|source| (source.path.clone(), 1, source.text.lines().count())).collect();
    complain(ratchet("file", lengths, FILE_MAX_LINES, LONG_FILES));
}

#[test]
fn functions_are_one_thought() {
    let mut lengths = Vec::new();
    for source in sources(root(), "src") {
        for function in source.functions() {
            lengths.push((format!("{}::{}", source.path, function.name), function.line, function.lines));
        }
    }
    complain(ratchet("function", lengths, FUNCTION_MAX_LINES, LONG_FUNCTIONS));
}

/// `lengths`: name, line, length. Of several with one name the longest counts.
fn ratchet(kind: &str, lengths: Vec<(String, usize, usize)>, max: usize, forgiven: &[(&str, usize)]) -> Vec<String> {
    let mut longest: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (name, line, length) in lengths {
        let entry = longest.entry(name).or_insert((line, length));
        if entry.1 < length {
            *entry = (line, length);
        }
    }
    let mut complaints = Vec::new();
    for (name, (line, length)) in &longest {
        let file = name.split("::").next().unwrap_or(name);
        let allowed = forgiven.iter().find(|(known, _)| known == name).map_or(max, |(_, length)| *length);
        if *length > allowed {
            complaints.push(format!("{file}:{line}: {kind} {name} has {length} lines, more than {allowed}: split it"));
        }
    }
    for (name, length) in forgiven {
        let now = longest.get(*name).map_or(0, |(_, now)| *now);
        if now <= max {
            complaints.push(format!("tests/tidy.rs: {kind} {name} has {now} lines, no longer too long: drop its line"));
        } else if now < *length {
            complaints
                .push(format!("tests/tidy.rs: {kind} {name} shrank to {now} lines: lower its number from {length}"));
        }
    }
    complaints
}

#[test]
fn papers_are_short() {
    let mut complaints = Vec::new();
    for (path, max) in PAPERS {
        let lines = fs::read_to_string(root().join(path)).unwrap_or_default().lines().count();
        if lines > *max {
            complaints.push(format!("{path}:{max}: {lines} lines, more than {max}: shorten it"));
        }
    }
    complain(complaints);
}

#[test]
fn forbidden_words_do_not_stand_in_src() {
    let mut complaints = Vec::new();
    for source in sources(root(), "src") {
        for (word, rooms, instead) in FORBIDDEN {
            if rooms.contains(&room(&source).as_str()) {
                continue;
            }
            for at in source.words(word).filter(|at| !source.in_tests(*at)) {
                complaints.push(format!("{}:{}: {word}: {instead}", source.path, source.line(at)));
            }
        }
        let name = source.module().last().cloned().unwrap_or_default();
        if EMPTY_NAMES.contains(&name.as_str()) {
            complaints.push(format!("{}:1: the name {name} says nothing: take a noun an XMPP user knows", source.path));
        }
    }
    complain(complaints);
}

#[test]
fn unwrap_and_expect_say_why_they_hold() {
    let mut complaints = Vec::new();
    for source in sources(root(), "src") {
        let lines: Vec<&str> = source.text.lines().collect();
        let reason = |line: usize| {
            lines[line - 1].contains("// ") || (line > 1 && lines[line - 2].trim_start().starts_with("// "))
        };
        let calls = [".unwrap()", "unreachable!()", ".unwrap_unchecked()"];
        for at in calls.iter().flat_map(|call| source.code.match_indices(call)).map(|(at, _)| at) {
            let line = source.line(at);
            if !source.in_tests(at) && !reason(line) {
                complaints.push(format!(
                    "{}:{line}: no reason: write expect(\"the invariant\") or // why beside it",
                    source.path
                ));
            }
        }
        for (at, _) in source.code.match_indices(".expect(") {
            let line = source.line(at);
            let argument = source.text[at + ".expect(".len()..].trim_start();
            let short = argument.strip_prefix('"').is_some_and(|text| text.find('"').unwrap_or(0) < 8);
            if short && !source.in_tests(at) && !reason(line) {
                complaints
                    .push(format!("{}:{line}: expect() without a reason: name the invariant that holds", source.path));
            }
        }
    }
    complain(complaints);
}

#[test]
fn the_top_level_has_only_what_the_house_names() {
    let ignored = fs::read_to_string(root().join(".gitignore")).unwrap_or_default();
    let ignored: Vec<&str> = ignored.lines().map(|line| line.trim_matches('/')).collect();
    let mut complaints = Vec::new();
    for entry in fs::read_dir(root()).expect("the package's folder is readable").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()) && !ignored.contains(&name.as_str()) {
            complaints.push(format!("{name}:1: not of the layout: move it under src, tests or image"));
        }
    }
    complain(complaints);
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml is readable");
    let mut complaints = Vec::new();
    let (mut section, mut above) = ("", "");
    for (number, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies]")
            && line.contains('=')
            && !line.starts_with([' ', '#', ']'])
            && !above.starts_with("# ")
        {
            let name = line.split('=').next().unwrap_or(line).trim();
            complaints
                .push(format!("Cargo.toml:{}: {name} has no comment line above it: say what it is for", number + 1));
        }
        above = line;
    }
    complain(complaints);
}

#[test]
fn tidy_sees_through_comments_strings_and_lifetimes() {
    let text = "//! x\nfn a<'a>(x: &'a str) -> char { /* } /* { */ */ let _ = \"}\\\"{\"; r#\"}\"#; '{' }\n\
                #[cfg(test)]\nmod tests { use super::super::route; fn b() { panic!() } }\n\
                fn c() {\n    crate::xmpp::jid::Jid::new(); // crate::cli\n}\n";
    let source = Source::new("src/features/ping.rs", text.to_owned());
    assert_eq!(source.code.len(), text.len());
    let functions: Vec<(String, usize)> = source.functions().into_iter().map(|f| (f.name, f.lines)).collect();
    assert_eq!(functions, [("a".to_owned(), 1), ("b".to_owned(), 1), ("c".to_owned(), 3)]);
    let references: Vec<(usize, String)> =
        source.references().into_iter().map(|found| (found.line, found.segments.join("::"))).collect();
    assert_eq!(references, [(6, "xmpp::jid::Jid::new".to_owned()), (4, "features::route".to_owned())]);
    assert!(source.words("panic!").all(|at| source.in_tests(at)));
}

#[test]
fn the_ratchet_only_shrinks() {
    let now = |length| vec![("src/a.rs::f".to_owned(), 3, length)];
    assert!(ratchet("function", now(70), 70, &[]).is_empty());
    assert_eq!(ratchet("function", now(71), 70, &[]).len(), 1);
    assert!(ratchet("function", now(90), 70, &[("src/a.rs::f", 90)]).is_empty());
    assert_eq!(ratchet("function", now(91), 70, &[("src/a.rs::f", 90)]).len(), 1);
    assert_eq!(ratchet("function", now(89), 70, &[("src/a.rs::f", 90)]).len(), 1);
    assert_eq!(ratchet("function", now(60), 70, &[("src/a.rs::f", 90)]).len(), 1);
    assert_eq!(ratchet("function", Vec::new(), 70, &[("src/a.rs::f", 90)]).len(), 1);
}

/// The table between `<!-- specs -->` and `<!-- /specs -->` is the registry's own.
#[test]
fn the_readme_lists_the_specs_of_the_registry() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let (before, rest) = readme.split_once("<!-- specs -->").unwrap_or_default();
    let (table, _) = rest.split_once("<!-- /specs -->").unwrap_or_default();
    let line = before.lines().count();
    let wanted = imera::streams::specs_table();
    assert!(
        table.trim() == wanted.trim(),
        "README.md:{line}: the spec table differs from the registry: put this between <!-- specs --> and <!-- /specs -->:\n{wanted}"
    );
}
