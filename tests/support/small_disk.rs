//! A small disk to fill: a tmpfs in a mount namespace of the server's own, reached by `/proc/PID/root`.

use std::process::{Command, Stdio};

/// Mounts a disk of `$1` MiB at `$0`, does `$2` there and becomes the words behind it.
const SCRIPT: &str = "mount -t tmpfs -o size=$1m,mode=700 imera \"$0\" && eval \"$2\" && shift 2 && exec \"$@\"";

/// The words before a command that give it a disk of that size at the folder `path`, where `before` was done.
pub fn words<'a>(path: &'a str, mib: &'a str, before: &'a str) -> Vec<&'a str> {
    [namespace(), &["sh", "-c", SCRIPT, path, mib, before]].concat()
}

/// What gives a process its own mounts here.
fn namespace() -> &'static [&'static str] {
    let ways: [&[&str]; 2] = [&["unshare", "-m"], &["unshare", "-r", "-m"]];
    let works = |way: &&&[&str]| {
        let mut probe = Command::new(way[0]);
        let folder = tempfile::tempdir().unwrap();
        probe.args(&way[1..]).args(["mount", "-t", "tmpfs", "imera"]).arg(folder.path());
        probe.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let found = ways.iter().find(works).copied();
    found.expect("no private mount namespace here, so no small disk to fill: allow user namespaces, or run as root")
}
