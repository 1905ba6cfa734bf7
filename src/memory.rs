//! Gives back memory that is not in use: pages of code that only the start has run, large blocks that were freed.
//!
//! A server that waits runs a small part of its code. The kernel reads code from the binary again when it is needed, so
//! this costs some hundred page faults and nothing else. The one place with `unsafe`: no crate has these calls safe. Keeps
//! no state.

use rustix::mm::Advice;

#[cfg(target_env = "gnu")]
use crate::limits;

/// Has freed memory given back at once where it is much. By itself glibc learns from the first large block (a recovery
/// code takes 19 MB) to keep blocks of that size, in each thread. Before there are threads.
pub fn return_large_blocks() {
    #[cfg(target_env = "gnu")]
    {
        // SAFETY: two numbers, and no other thread asks for memory yet (mallopt(3)).
        let done = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, limits::LARGE_BLOCK_BYTES) };
        debug_assert_eq!(done, 1, "a threshold that glibc allows");
    }
}

/// Drops this process's pages of code. Those that are needed come back by themselves.
pub fn forget_code() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    for (start, bytes) in maps.lines().filter_map(code) {
        // SAFETY: a private mapping of a file without the right to write: its pages hold the file's content and nothing
        // else, which is what they hold when they are read again. Nothing here unloads code, so it is still that.
        let dropped = unsafe { rustix::mm::madvise(start as *mut _, bytes, Advice::LinuxDontNeed) };
        if let Err(error) = dropped {
            tracing::debug!(%error, "pages of code stay");
        }
    }
}

/// Start and length of a line like `55d0c8a00000-55d0c9600000 r-xp 00340000 fd:00 123 /usr/bin/imera` (proc(5)), if it
/// is code of a file.
fn code(line: &str) -> Option<(usize, usize)> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
    let is_code = words.next()? == "r-xp" && words.nth(3)?.starts_with('/');
    is_code.then(|| (start, end.saturating_sub(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_files_is_dropped_and_goes_on_running() {
        assert_eq!(code("1000-3000 r-xp 00340000 fd:00 123 /usr/bin/imera"), Some((0x1000, 0x2000)));
        for other in [
            "1000-3000 r--p 00340000 fd:00 123 /usr/bin/imera",
            "1000-3000 rwxp 00340000 fd:00 123 /usr/bin/imera",
            "1000-3000 rw-p 00000000 00:00 0 [heap]",
            "1000-3000 r-xp 00000000 00:00 0 [vdso]",
            "1000-3000 r-xp 00000000 00:00 0",
            "",
        ] {
            assert_eq!(code(other), None, "{other}");
        }
        // The code of these tests, of which most has been read to start them.
        let resident = || -> usize {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix("RssFile:")).unwrap();
            line.trim().trim_end_matches(" kB").parse().unwrap()
        };
        let before = resident();
        forget_code();
        assert!(resident() < before, "{before} kB, then {} kB", resident());
    }
}
