//! Passwords: from standard input only, never from an argument that others can see.
//!
//! Keeps no state.

use std::io;
use std::io::BufRead;
use std::io::IsTerminal;
use std::io::Read;
use std::io::Write;
use std::path::Path;

use rustix::termios::LocalModes;
use rustix::termios::OptionalActions;

use crate::limits;
use crate::server::failure::Failure;
use crate::server::secret::Secret;

/// The first line, without its end. A terminal is asked, and does not show what is typed.
pub fn password(prompt: &str) -> Result<Secret, Failure> {
    let stdin = io::stdin();
    let hidden = stdin.is_terminal().then(|| Hidden::begin(prompt));
    let mut line = String::new();
    let read = stdin.lock().take(limits::PASSWORD_LINE_MAX_BYTES).read_line(&mut line);
    drop(hidden);
    let unreadable = |reason: &dyn std::fmt::Display| {
        Failure::usage(format!("no password came on standard input ({reason})"), "give it there as one line of UTF-8")
    };
    read.map_err(|error| unreadable(&error))?;
    let line = line.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).unwrap_or(&line);
    match line.is_empty() {
        true => Err(unreadable(&"it is empty")),
        false => Ok(Secret::new(line.to_owned())),
    }
}

/// The first line of a file.
pub fn first_line(path: &Path) -> Result<Secret, Failure> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        Failure::usage(format!("{} has no passphrase ({reason})", path.display()), "give it there as one line of UTF-8")
    };
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut line = String::new();
    let read = io::BufReader::new(file.take(limits::PASSWORD_LINE_MAX_BYTES)).read_line(&mut line);
    read.map_err(|error| unreadable(&error))?;
    let length = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(length);
    match line.is_empty() {
        true => Err(unreadable(&"it is empty")),
        false => Ok(Secret::new(line)),
    }
}

/// The terminal's echo, off until this is dropped.
struct Hidden(Option<rustix::termios::Termios>);

impl Hidden {
    fn begin(prompt: &str) -> Hidden {
        let _ = write!(io::stderr().lock(), "{prompt}: ");
        let stdin = io::stdin();
        let before = rustix::termios::tcgetattr(&stdin).ok();
        if let Some(before) = &before {
            let mut silent = before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            let _ = rustix::termios::tcsetattr(&stdin, OptionalActions::Flush, &silent);
        }
        Hidden(before)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = rustix::termios::tcsetattr(io::stdin(), OptionalActions::Flush, before);
        }
        let _ = writeln!(io::stderr().lock());
    }
}
