//! A Rust file as tidy sees it: the text, and the code with comments, strings and characters blanked.
//!
//! A brace counter, not a parser: it knows enough of Rust to find paths, functions and test modules.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One file under `src` or `tests`.
pub struct Source {
    /// From the package's root, with `/`.
    pub path: String,
    pub text: String,
    /// `text` with the same length and the same lines, but blanks for comments, strings and characters.
    pub code: String,
    /// Byte ranges of `code` that only tests compile.
    tests: Vec<Range<usize>>,
}

/// A function with a body.
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// A path that starts at `crate`, whichever way it was written.
pub struct Reference {
    pub line: usize,
    /// `["features", "ping", "FEATURE"]`. Ends early at `{` or `*`.
    pub segments: Vec<String>,
    /// `crate::{a, b}`: one line hides several rooms.
    pub braced: bool,
}

impl Source {
    pub fn new(path: &str, text: String) -> Source {
        let code = blank(&text);
        let tests = test_ranges(path, &code);
        Source { path: path.to_owned(), text, code, tests }
    }

    pub fn line(&self, at: usize) -> usize {
        self.code.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    pub fn in_tests(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }

    /// The module path of this file: `src/features/ping.rs` is `["features", "ping"]`.
    pub fn module(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            parts.pop();
        }
        parts
    }

    /// Where `word` stands in the code as a whole word.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = self.code.as_bytes();
        self.code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
            let before = at.checked_sub(1).map(|at| bytes[at]);
            let after = bytes.get(at + word.len()).copied();
            let open_end = word.ends_with(|c: char| c.is_alphanumeric()) && after.is_some_and(is_name);
            !(before.is_some_and(is_name) || open_end)
        })
    }

    /// Every path that names something of this crate from its root: `crate::…`, and `super::…` resolved.
    pub fn references(&self) -> Vec<Reference> {
        let mut found = Vec::new();
        for at in self.words("crate::") {
            found.push(self.reference(at, Vec::new(), at + "crate::".len()));
        }
        for at in self.words("super::") {
            if self.code[..at].ends_with("super::") {
                continue;
            }
            let mut base = self.module();
            base.extend(self.inline_modules(at));
            let mut end = at;
            while self.code[end..].starts_with("super::") {
                base.pop();
                end += "super::".len();
            }
            found.push(self.reference(at, base, end));
        }
        found
    }

    fn reference(&self, at: usize, mut segments: Vec<String>, mut end: usize) -> Reference {
        let given = segments.len();
        loop {
            let name: String = self.code[end..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if name.is_empty() {
                break;
            }
            end += name.len();
            segments.push(name);
            if !self.code[end..].starts_with("::") {
                break;
            }
            end += 2;
        }
        let braced = given == 0 && segments.is_empty() && self.code[end..].starts_with(['{', '*']);
        Reference { line: self.line(at), segments, braced }
    }

    /// The names of the inline modules (`mod tests { … }`) around `at`, outermost first.
    fn inline_modules(&self, at: usize) -> Vec<String> {
        let mut names = Vec::new();
        for start in self.words("mod") {
            let Some(open) = self.code[start..].find(['{', ';']).map(|to| start + to) else { continue };
            if self.code.as_bytes()[open] == b'{' && open < at && at < closing(&self.code, open) {
                names.push(self.code[start + 3..open].trim().to_owned());
            }
        }
        names
    }

    /// Every function that has a body, nested ones too.
    pub fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        for start in self.words("fn") {
            let name: String =
                self.code[start + 2..].trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(open) = body(&self.code, start).filter(|_| !name.is_empty()) else { continue };
            let line = self.line(start);
            found.push(Function { name, line, lines: self.line(closing(&self.code, open)) - line + 1 });
        }
        found
    }
}

/// All Rust files under `folder`, sorted.
pub fn sources(root: &Path, folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root.join(folder), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| read(root, &path))
        .collect()
}

fn read(root: &Path, path: &Path) -> Source {
    let name = path.strip_prefix(root).expect("walk stays under root").to_string_lossy().replace('\\', "/");
    Source::new(&name, fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}")))
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name == "target" || name == "node_modules" || name == "upgrade" {
            continue;
        }
        match entry.path() {
            path if path.is_dir() => walk(&path, paths),
            path => paths.push(path),
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Where a function's `{` is, `None` for a declaration without a body.
fn body(code: &str, start: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(at),
            b';' if depth == 0 => return None,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    None
}

/// Where the brace that opens at `open` closes.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    code.len().saturating_sub(1)
}

/// What `#[cfg(test)]` covers, and the whole file if it is `tests.rs` or lies in a folder of that name.
fn test_ranges(path: &str, code: &str) -> Vec<Range<usize>> {
    if path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("tests/") {
        return std::iter::once(0..code.len()).collect();
    }
    let mut ranges = Vec::new();
    for (at, attribute) in code.match_indices("#[cfg(test)]") {
        let rest = at + attribute.len();
        let Some(open) = code[rest..].find(['{', ';']).map(|to| rest + to) else { continue };
        let end = if code.as_bytes()[open] == b'{' { closing(code, open) } else { open };
        ranges.push(at..end + 1);
    }
    ranges
}

/// `text` with blanks for what is not code. Newlines stay, so do offsets.
pub fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => line_end(bytes, at),
            b'/' if bytes[at..].starts_with(b"/*") => comment_end(bytes, at),
            b'"' => string_end(bytes, at),
            b'r' if !(at > 0 && is_name(bytes[at - 1]) && !matches!(bytes[at - 1], b'b' | b'c')) => {
                raw_string_end(bytes, at).unwrap_or(at)
            }
            b'\'' => character_end(bytes, at).unwrap_or(at),
            _ => at,
        };
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |to| at + to)
}

fn comment_end(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut here) = (0_usize, at);
    while here < bytes.len() {
        if bytes[here..].starts_with(b"/*") {
            depth += 1;
            here += 2;
        } else if bytes[here..].starts_with(b"*/") {
            depth -= 1;
            here += 2;
            if depth == 0 {
                return here;
            }
        } else {
            here += 1;
        }
    }
    here
}

fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut here = at + 1;
    while here < bytes.len() {
        match bytes[here] {
            b'\\' => here += 2,
            b'"' => return here + 1,
            _ => here += 1,
        }
    }
    bytes.len()
}

fn raw_string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    if bytes.get(at + 1 + hashes) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(hashes + 1, b'#');
    let from = at + 2 + hashes;
    let to = bytes[from..].windows(close.len()).position(|window| window == close)?;
    Some(from + to + close.len())
}

/// `'x'`, `'\n'`, `'\u{1}'`, but not the lifetime `'a`.
fn character_end(bytes: &[u8], at: usize) -> Option<usize> {
    match *bytes.get(at + 1)? {
        b'\\' => bytes[at + 3..].iter().take(12).position(|byte| *byte == b'\'').map(|to| at + 3 + to + 1),
        first => {
            let width = match first {
                0..=0x7f => 1,
                0xc0..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            (bytes.get(at + 1 + width) == Some(&b'\'')).then_some(at + width + 2)
        }
    }
}
