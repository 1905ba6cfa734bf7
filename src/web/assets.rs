//! Style sheet, drawings, script and icon: in the program, under names that hold a hash of what is in them.
//!
//! So browsers keep them for ever, and a new imera has new names. State: the names.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

/// One file of `templates/assets`.
struct Asset {
    stem: &'static str,
    end: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset {
        stem: "imera",
        end: "css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("../../templates/assets/imera.css"),
    },
    Asset {
        stem: "imera",
        end: "svg",
        kind: "image/svg+xml",
        bytes: include_bytes!("../../templates/assets/imera.svg"),
    },
    Asset {
        stem: "imera",
        end: "js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../templates/assets/imera.js"),
    },
    Asset { stem: "icon", end: "svg", kind: "image/svg+xml", bytes: include_bytes!("../../templates/assets/icon.svg") },
];

/// Addresses of the four, in the order of [`ASSETS`].
static NAMES: LazyLock<[String; 4]> = LazyLock::new(|| {
    ASSETS.map(|asset| {
        let hash = digest::digest(&digest::SHA256, asset.bytes);
        let hash: String = hash.as_ref()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{hash}.{}", asset.stem, asset.end)
    })
});

pub(super) fn style() -> String {
    format!("/assets/{}", NAMES[0])
}

pub(super) fn sprite() -> String {
    format!("/assets/{}", NAMES[1])
}

pub(super) fn script() -> String {
    format!("/assets/{}", NAMES[2])
}

pub(super) fn icon() -> String {
    format!("/assets/{}", NAMES[3])
}

/// `None`: there is no such file.
pub(super) fn find(Path(name): Path<String>) -> Option<Response> {
    let found = NAMES.iter().position(|known| *known == name)?;
    let asset = &ASSETS[found];
    let headers = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Some((headers, asset.bytes).into_response())
}
