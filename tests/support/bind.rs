//! A name server that takes updates: Debian's named, on a free loopback port, with everything there is below its root.
//!
//! Ends when dropped.

use std::fs;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use crate::pebble;

/// Of the keys `imera` (hmac-sha256), `long` (hmac-sha512) and `stranger`, which may change nothing.
pub const SECRET: &str = "c2l4dGVlbiBwbHVzIHNpeHRlZW4gYnl0ZXMgbWFrZSAzMg==";

/// The domain's zone, which takes no updates. Nobody hands `lost.test` over.
const BEACH: &str = "
@ A 127.0.0.1
conference A 127.0.0.1
proxy A 127.0.0.1
pubsub A 127.0.0.1
upload A 127.0.0.1
_acme-challenge CNAME way.beach.test.
way CNAME beach.proof.test.
_acme-challenge.conference CNAME beach.proof.test.
_acme-challenge.proxy CNAME beach.proof.test.
_acme-challenge.pubsub CNAME beach.proof.test.
_acme-challenge.upload CNAME upload.proof.test.
_acme-challenge.loop CNAME round.beach.test.
round CNAME about.beach.test.
about CNAME round.beach.test.
_acme-challenge.lost CNAME lost.nowhere.
_acme-challenge.astray CNAME astray.strange.test.
";
/// The zone of the proofs; somebody else's is there already.
const PROOF: &str = "
beach TXT \"somebody else's\"
";

pub struct Bind {
    folder: tempfile::TempDir,
    child: Child,
    pub address: SocketAddr,
}

impl Bind {
    pub fn start() -> Bind {
        let folder = tempfile::tempdir().unwrap();
        let port = pebble::free_port();
        let zone = |name: &str, more: &str, policy: &str| {
            let file = if name == "." { "root" } else { name };
            let head = "$TTL 60\n@ SOA ns1.test. mail.test. 1 60 60 60 1\n@ NS ns1.test.\n";
            fs::write(folder.path().join(file), format!("{head}{more}")).unwrap();
            format!("zone \"{name}\" {{ type primary; file \"{file}\"; {policy} }};\n")
        };
        let grants = "update-policy { grant imera. zonesub TXT; grant long. zonesub TXT; };";
        let zones = [
            zone(".", "", ""),
            zone("test", "ns1 A 127.0.0.1\n", ""),
            zone("beach.test", BEACH, ""),
            zone("proof.test", PROOF, grants),
            zone("strange.test", "", ""),
        ];
        let keys = [("imera", "hmac-sha256"), ("long", "hmac-sha512"), ("stranger", "hmac-sha256")];
        let keys =
            keys.map(|(name, algorithm)| format!("key {name}. {{ algorithm {algorithm}; secret \"{SECRET}\"; }};\n"));
        let options = options(folder.path(), port);
        fs::write(folder.path().join("named.conf"), [options, keys.concat(), zones.concat()].concat()).unwrap();
        let mut child = Command::new("/usr/sbin/named")
            .args(["-g", "-n", "1", "-c"])
            .arg(folder.path().join("named.conf"))
            .stdout(Stdio::null())
            .stderr(match std::env::var_os("IMERA_BIND_LOG") {
                Some(_) => Stdio::inherit(),
                None => Stdio::null(),
            })
            .spawn()
            .expect("tests/run installs bind9");
        pebble::wait_for(port, &mut child);
        Bind { folder, child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) }
    }

    /// All that it has ever written to its disk.
    pub fn journal(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("proof.test.jnl")).unwrap_or_default()
    }
}

/// Nothing of the machine's own: no control channel, no internet.
fn options(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "options {{ directory \"{folder}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n\
         pid-file none; lock-file none; session-keyfile \"{folder}/session.key\"; dnssec-validation no;\n\
         recursion yes; allow-recursion {{ any; }}; minimal-responses no; notify no; }};\ncontrols {{ }};\n"
    )
}

impl Drop for Bind {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
