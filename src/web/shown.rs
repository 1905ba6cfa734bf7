//! A link that was just made, on a page: QR code, address to copy or to share, until when it works. Keeps no state.

use super::days;
use super::frame::Frame;
use super::fresh::Link;
use crate::clock::UtcMicros;
use crate::qr;
use crate::texts::Markup;
use crate::texts::text;

pub struct ShownLink {
    /// `None`: the address is too long for a code.
    pub qr: Option<Markup>,
    pub address: Markup,
    pub until: String,
}

impl ShownLink {
    pub fn of(f: &Frame, link: &Link, now: UtcMicros) -> ShownLink {
        let label = f.t.html(&text("admin-link-qr"));
        ShownLink {
            qr: qr::svg(&link.address, &label.0).map(Markup),
            address: f.copy("made", &link.address, &text("admin-link-copied")),
            until: days::day(&f.t, link.expires_at, now),
        }
    }
}
