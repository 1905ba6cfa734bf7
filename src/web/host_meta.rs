//! XEP-0156 Discovering Alternative XMPP Connection Methods, version 1.4.0: `/.well-known/host-meta` and `.json`.
//!
//! Keeps no state. Any page may read them (§3), and nothing else of ours.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use super::Inner;
use super::ask::Asked;
use super::faults::Fault;
use crate::texts::escape;

const WEBSOCKET: &str = "urn:xmpp:alt-connections:websocket";
const BOSH: &str = "urn:xmpp:alt-connections:xbosh";

/// As XRD (RFC 6415 §3).
pub(super) async fn xml(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let Some(links) = links(&site) else { return site.fault(&asked, Fault::NotFound) };
    let links: String =
        links.iter().map(|(rel, href)| format!("  <Link rel=\"{rel}\" href=\"{}\"/>\n", escape(href))).collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n{links}\
         </XRD>\n"
    );
    told("application/xrd+xml; charset=utf-8", text)
}

/// The same as JRD (RFC 6415 §A).
pub(super) async fn json(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let Some(links) = links(&site) else { return site.fault(&asked, Fault::NotFound) };
    let links = links.map(|(rel, href)| serde_json::json!({ "rel": rel, "href": href }));
    told("application/json", serde_json::json!({ "links": links }).to_string())
}

/// `None`: chat is not open, or not over https (§2.2: no other way may be told).
fn links(site: &Inner) -> Option<[(&'static str, String); 2]> {
    let https = site.open.get().filter(|_| site.https_port.is_some())?.links.web();
    let wss = https.strip_prefix("https")?;
    Some([(WEBSOCKET, format!("wss{wss}/xmpp-websocket")), (BOSH, format!("{https}/http-bind"))])
}

fn told(content: &str, text: String) -> Response {
    let open = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    (StatusCode::OK, [(header::CONTENT_TYPE, content), open, (header::CACHE_CONTROL, "max-age=600")], text)
        .into_response()
}
