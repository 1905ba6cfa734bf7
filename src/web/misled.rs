//! Plain HTTP at the door of https: the link to the same page under TLS.
//!
//! Keeps no state.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;

use super::Site;
use super::ask::Asked;
use super::frame::Frame;
use super::securely::under_tls;
use super::visitor::Visitor;
use crate::limits;
use crate::texts::text;

/// It stands alone: a browser could not fetch our style from here.
#[derive(Template)]
#[template(path = "misled.html")]
struct Page {
    f: Frame,
    address: Option<String>,
}

impl Site {
    /// Answers one request by 400, whatever it is, and ends the connection.
    pub async fn serve_misled(&self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, visitor: Visitor) {
        let port = self.inner.https_port;
        let service =
            hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| async move {
                request.extensions_mut().insert(visitor);
                let (parts, _) = request.into_parts();
                Ok::<_, Infallible>(misled(&Asked::of(&parts), port))
            });
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .keep_alive(false)
            .header_read_timeout(Duration::from_secs(limits::WEB_HEAD_MAX_S))
            .max_headers(limits::WEB_HEADERS_MAX)
            .max_buf_size(limits::WEB_HEAD_MAX_BYTES);
        let served = builder.serve_connection(TokioIo::new(io), service);
        let _ = self.inner.clock.timeout(Duration::from_secs(limits::WEB_BODY_MAX_S), served).await;
    }
}

fn misled(asked: &Asked, port: Option<u16>) -> Response {
    let path = asked.uri.path_and_query().map_or("/", |path| path.as_str());
    let address = asked.host().zip(port).map(|(host, port)| under_tls(host, port, path));
    let page = Page { f: Frame::new(asked, &text("misled-why"), None), address };
    let body = page.render().expect("templates write into memory, and their parts do not fail");
    let policy = (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    let headers = [kind, policy, (header::X_CONTENT_TYPE_OPTIONS, "nosniff"), (header::X_FRAME_OPTIONS, "DENY")];
    (StatusCode::BAD_REQUEST, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn told(host: &str, path: &str, port: u16) -> (StatusCode, String) {
        let request = Request::builder().uri(path).header("host", host).body(()).unwrap();
        let reply = misled(&Asked::of(&request.into_parts().0), Some(port));
        let status = reply.status();
        let body = axum::body::to_bytes(reply.into_body(), 65_536).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn who_speaks_plain_http_to_https_gets_the_link_to_the_same_page() {
        let (status, page) = told("beach.example:8443", "/sign-in?to=/me", 8443).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(page.contains("href=\"https://beach.example:8443/sign-in?to=/me\""), "{page}");
        let (_, page) = told("beach.example:443", "/", 443).await;
        assert!(page.contains("href=\"https://beach.example/\""), "{page}");
    }

    #[tokio::test]
    async fn a_host_that_is_none_and_a_path_with_signs_of_html_stay_harmless() {
        let (_, page) = told("evil\"><script>", "/", 443).await;
        assert!(!page.contains("href") && !page.contains("<script"), "{page}");
        let (_, page) = told("a.test", "/?a='b'&c", 443).await;
        assert!(page.contains("/?a=&#39;b&#39;&#38;c"), "{page}");
    }
}
