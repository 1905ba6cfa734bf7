//! What signs a phone in: a QR code with the address and a password of the device's own as JSON, which Conversations and
//! Monal read from their «add account» screens (peers.md §2); and for the phone that shows the page, the same as a link
//! that apps take as a fixed name's invitation (XEP-0445; Conversations, Monal, Siskin), and to copy.
//!
//! Keeps no state. Each page makes a code of its own, which stands on that page only; it works once, for half an hour.

use zeroize::Zeroizing;

use super::Inner;
use super::days;
use super::frame::Frame;
use crate::accounts::AccountId;
use crate::accounts::devices::DevicePassword;
use crate::accounts::invites::Kind;
use crate::accounts::invites::links::Links;
use crate::qr;
use crate::texts::Markup;
use crate::texts::text;

/// Drawn, with until when it works.
pub struct Code {
    pub qr: Markup,
    pub until: String,
    /// Opens an app on this phone, which signs in.
    pub link: String,
    /// To be copied.
    pub password: Markup,
}

/// `None`: none can be made now; the page says how to go without.
pub async fn code(site: &Inner, f: &Frame, account: AccountId, address: &str) -> Option<Code> {
    let made = match site.accounts.make_device(account).await {
        Ok(made) => made,
        Err(error) => {
            tracing::warn!(account = account.0, %error, "no code that signs a phone in");
            return None;
        }
    };
    let words = Zeroizing::new(words(address, &made.password));
    let label = f.t.html(&text("phone-qr").with("address", address));
    let until = days::moment(&f.t, made.expires_at, site.clock.utc());
    let (link, password) = (link(address, &made), f.copy("device-password", &made.password, &text("phone-copied")));
    qr::svg(&words, &label.0).map(|qr| Code { qr: Markup(qr), until, link, password })
}

fn link(address: &str, made: &DevicePassword) -> String {
    let (name, domain) = address.split_once('@').unwrap_or(("", address));
    Links::new(domain, None, None).xmpp_of(Kind::Reset, &made.token(), Some(name), None)
}

fn words(address: &str, password: &str) -> String {
    serde_json::json!({ "protocol": "xmpp", "address": address, "password": password }).to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_code_is_what_conversations_and_monal_read() {
        let told: serde_json::Value = serde_json::from_str(&super::words("mira@beach.example", "a\"b")).unwrap();
        let all = (told["protocol"].as_str(), told["address"].as_str(), told["password"].as_str());
        assert_eq!(all, (Some("xmpp"), Some("mira@beach.example"), Some("a\"b")));
    }
}
