//! `/trust`: how each device comes to trust a place that is at home only, once; and what it is asked to trust, as files.
//!
//! For everybody and over plain HTTP too: nothing of it is secret, and who does not trust yet comes so. The words say
//! whether it is the right one. 404 for every other place. Keeps no state; see `certs::home`.

use std::sync::Arc;

use askama::Template;
use aws_lc_rs::digest;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Inner;
use super::ask::Asked;
use super::certified::Known;
use super::entry::device::Device;
use super::faults::Fault;
use super::frame::Frame;
use super::frame::page;
use super::securely::securely;
use crate::certs::home::LOCAL_NAME;
use crate::certs::home::Root;
use crate::qr;
use crate::texts::Markup;
use crate::texts::escape;
use crate::texts::text;

#[derive(Template)]
#[template(path = "trust.html")]
struct Page {
    f: Frame,
    place: String,
    domain: String,
    /// As devices list it.
    name: String,
    known: Known,
    /// Whose steps stand first, and open.
    iphone: bool,
    mac: bool,
    android: bool,
    windows: bool,
    linux: bool,
    qr: Option<Markup>,
    address: Markup,
    local: &'static str,
}

pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/trust", get(show))
        .route("/root.crt", get(der))
        .route("/root.pem", get(pem))
        .route("/root.mobileconfig", get(profile))
}

/// What is to be trusted. Err: there is no such thing here, or somebody on the way could put another in its place.
fn root(site: &Inner, asked: &Asked) -> Result<Arc<Root>, Response> {
    let root = site.serving().and_then(|serving| serving.root);
    let root = root.ok_or_else(|| site.fault(asked, Fault::NotFound))?;
    if asked.visitor.may_tell_secrets() { Ok(root) } else { Err(securely(site, asked, asked.uri.path())) }
}

async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let root = match root(&site, &asked) {
        Ok(root) => root,
        Err(reply) => return reply,
    };
    let place = site.place();
    let f = Frame { sky: "at-5", ..Frame::new(&asked, &text("trust-title"), Some(place.clone())) };
    let (agent, device) = (asked.agent(), Device::of_agent(asked.agent()));
    let computer = |word: &str| device == Device::Computer && agent.contains(word);
    let address = address(&site, &asked);
    let label = f.t.html(&text("trust-qr"));
    let page_of = Page {
        domain: site.settings.domain().unwrap_or_default(),
        name: root.name.clone(),
        known: Known::of(&root.sha256),
        iphone: device == Device::Iphone,
        mac: computer("Macintosh"),
        android: device == Device::Android,
        windows: computer("Windows NT"),
        linux: computer("X11"),
        qr: qr::svg(&address, &label.0).map(Markup),
        address: f.copy("address", &address, &text("copied-address")),
        local: LOCAL_NAME,
        place,
        f,
    };
    page(StatusCode::OK, &page_of)
}

/// Where another device in the same network finds the page.
fn address(site: &Inner, asked: &Asked) -> String {
    let base = site.wizard.address().and_then(|address| address.strip_suffix("/setup")).map(str::to_owned);
    let here =
        || format!("{}://{}", if asked.visitor.tls { "https" } else { "http" }, asked.host().unwrap_or(LOCAL_NAME));
    format!("{}/trust", base.unwrap_or_else(here))
}

async fn der(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    match root(&site, &asked) {
        Ok(root) => file("application/x-x509-ca-cert", "root.crt", root.der.clone()),
        Err(reply) => reply,
    }
}

async fn pem(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    match root(&site, &asked) {
        Ok(root) => file("application/x-pem-file", "root.pem", root.pem.clone().into_bytes()),
        Err(reply) => reply,
    }
}

async fn profile(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    match root(&site, &asked) {
        Ok(root) => {
            let what = asked.lang.book().plain(&text("trust-profile").with("place", site.place()));
            file(
                "application/x-apple-aspen-config",
                "root.mobileconfig",
                plist(&root, &site.place(), &what).into_bytes(),
            )
        }
        Err(reply) => reply,
    }
}

fn file(kind: &'static str, name: &str, content: Vec<u8>) -> Response {
    let named = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, named),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, content).into_response()
}

/// A profile as Apple's devices take it (Configuration Profile Reference, payload `com.apple.security.root`). The same
/// root gives the same identifiers, so that it replaces itself.
fn plist(root: &Root, place: &str, what: &str) -> String {
    let (outer, inner) = (uuid(&root.sha256, "profile"), uuid(&root.sha256, "root"));
    let (place, what, name) = (escape(place), escape(what), escape(&root.name));
    let data = STANDARD.encode(&root.der);
    let entry = |key: &str, value: &str| format!("<key>{key}</key><string>{value}</string>\n");
    let payload = [
        entry("PayloadType", "com.apple.security.root"),
        entry("PayloadIdentifier", &format!("imera.{outer}.root")),
        entry("PayloadUUID", &inner),
        entry("PayloadDisplayName", &name),
        entry("PayloadDescription", &what),
        entry("PayloadCertificateFileName", "root.crt"),
        "<key>PayloadVersion</key><integer>1</integer>\n".to_owned(),
        format!("<key>PayloadContent</key><data>{data}</data>\n"),
    ]
    .concat();
    let whole = [
        entry("PayloadType", "Configuration"),
        entry("PayloadIdentifier", &format!("imera.{outer}")),
        entry("PayloadUUID", &outer),
        entry("PayloadDisplayName", &place),
        entry("PayloadDescription", &what),
        entry("PayloadOrganization", &place),
        "<key>PayloadVersion</key><integer>1</integer>\n<key>PayloadRemovalDisallowed</key><false/>\n".to_owned(),
        format!("<key>PayloadContent</key><array><dict>\n{payload}</dict></array>\n"),
    ]
    .concat();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict>\n{whole}</dict></plist>\n"
    )
}

/// RFC 9562 §5.8: one of our own making.
fn uuid(sha256: &[u8; 32], what: &str) -> String {
    let hash = digest::digest(&digest::SHA256, &[&sha256[..], what.as_bytes()].concat());
    let mut bytes: [u8; 16] = *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes");
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = bytes.map(|byte| format!("{byte:02X}")).concat();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_the_same_for_the_same_root_and_what_people_typed_is_escaped() {
        let root = |byte| Root {
            pem: String::new(),
            der: vec![byte; 3],
            sha256: [byte; 32],
            name: "beach.home.arpa (imera 1)".to_owned(),
        };
        let made = plist(&root(7), "<Beach> & House", "\"what\"");
        assert_eq!(made, plist(&root(7), "<Beach> & House", "\"what\""));
        assert!(
            made.contains("<string>&lt;Beach&gt; &amp; House</string>") && made.contains("<data>BwcH</data>"),
            "{made}"
        );
        assert!(
            made.contains("<string>com.apple.security.root</string>")
                && made.contains("<string>Configuration</string>")
        );
        let uuids = [uuid(&[7; 32], "profile"), uuid(&[7; 32], "root"), uuid(&[8; 32], "root")];
        assert!(uuids.iter().all(|uuid| uuid.len() == 36 && uuid.as_bytes()[14] == b'8'), "{uuids:?}");
        assert!(uuids[0] != uuids[1] && uuids[1] != uuids[2] && made.contains(&uuids[0]) && made.contains(&uuids[1]));
    }
}
