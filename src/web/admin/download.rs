//! A backup on its way into a browser: read in pieces, as fast as the browser takes them.
//!
//! Keeps no state. It counts as fetched when all of it was taken, so that a download that broke off reminds again.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::Response;
use hyper::body::Frame;
use hyper::body::SizeHint;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;

use super::super::Inner;
use super::super::lasting::Lasting;
use super::work;
use crate::audit::By;
use crate::audit::Deed;
use crate::clock::Clock;
use crate::limits;

/// The body of the answer.
struct Pieces {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
    taken: Arc<AtomicU64>,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = match self.pieces.poll_recv(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(piece) => piece,
        };
        Poll::Ready(piece.map(|piece| {
            let piece = piece?;
            let bytes = piece.len() as u64;
            self.left = self.left.saturating_sub(bytes);
            self.taken.fetch_add(bytes, Ordering::AcqRel);
            Ok(Frame::data(piece))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// The file as an answer that browsers keep under its name.
pub(super) fn answer(site: &Arc<Inner>, path: PathBuf, by: By, lasting: &Lasting) -> io::Result<Response> {
    let file = File::open(&path)?;
    let length = file.metadata()?.len();
    let name = plain(&path.file_name().unwrap_or_default().to_string_lossy());
    let (tell, pieces) = mpsc::channel(2);
    let taken = Arc::new(AtomicU64::new(0));
    let body = Pieces { pieces, left: length, taken: taken.clone() };
    let (site, file_name, held) = (site.clone(), name.clone(), lasting.hold());
    tokio::spawn(async move {
        // The connection may last as long as somebody takes what is read.
        let _held = held;
        read(tokio::fs::File::from_std(file), length, &tell, &site.clock).await;
        let patience = Duration::from_secs(limits::DOWNLOAD_STALL_MAX_S);
        let _ = site.clock.timeout(patience, tell.closed()).await;
        if taken.load(Ordering::Acquire) == length {
            fetched(&site, path, file_name, by).await;
        }
    });
    let mut reply = Response::new(Body::new(body));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let disposition = format!("attachment; filename=\"{name}\"");
    let disposition = HeaderValue::from_str(&disposition).expect("letters, digits and three signs");
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(reply)
}

/// Sends so many bytes, or an error where the file has fewer; ends early when nobody takes them.
async fn read(mut file: tokio::fs::File, length: u64, tell: &mpsc::Sender<io::Result<Bytes>>, clock: &Clock) {
    let patience = Duration::from_secs(limits::DOWNLOAD_STALL_MAX_S);
    let mut left = length;
    while left > 0 {
        let mut piece = vec![0; left.min(limits::TRANSFER_BUFFER_BYTES as u64) as usize];
        let piece = file.read_exact(&mut piece).await.map(|_| Bytes::from(piece));
        let broken = piece.is_err();
        left = left.saturating_sub(limits::TRANSFER_BUFFER_BYTES as u64);
        let sent = clock.timeout(patience, tell.send(piece)).await;
        if broken || !matches!(sent, Some(Ok(()))) {
            return;
        }
    }
}

/// Somebody has a copy elsewhere.
async fn fetched(site: &Inner, path: PathBuf, file: String, by: By) {
    let Some(care) = site.care.get() else { return };
    if let Err(error) = care.backups.fetched(&path).await {
        tracing::warn!("that a backup was downloaded is not remembered: {error}");
    }
    work::note(site, by, Deed::BackupFetched { file }, site.clock.utc()).await;
    care.upkeep.look(false).await;
}

/// For a header: files that people named by hand may have any sign.
fn plain(name: &str) -> String {
    name.chars().map(|sign| if sign.is_ascii_alphanumeric() || "-._".contains(sign) { sign } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6266_4_3_a_name_holds_nothing_that_ends_it() {
        assert_eq!(plain("imera-2026-11-21-033000.backup"), "imera-2026-11-21-033000.backup");
        assert_eq!(plain("imera-\"; x=\r\n\u{fc}.backup"), "imera-___x____.backup");
    }

    #[tokio::test]
    async fn a_file_is_read_in_bounded_pieces_and_one_that_shrank_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let whole = vec![7_u8; 2 * limits::TRANSFER_BUFFER_BYTES + 5];
        std::fs::write(&path, &whole).unwrap();
        for (length, good) in [(whole.len(), true), (whole.len() + 1, false), (0, true)] {
            let (tell, mut pieces) = mpsc::channel(1);
            let file = tokio::fs::File::open(&path).await.unwrap();
            let reading = tokio::spawn(async move { read(file, length as u64, &tell, &Clock::system()).await });
            let mut got = Vec::new();
            let mut errors = 0;
            while let Some(piece) = pieces.recv().await {
                match piece {
                    Ok(piece) => {
                        assert!(piece.len() <= limits::TRANSFER_BUFFER_BYTES);
                        got.extend_from_slice(&piece);
                    }
                    Err(_) => errors += 1,
                }
            }
            reading.await.unwrap();
            assert_eq!((got.len() == length, errors), (good, usize::from(!good)), "{length}");
        }
    }
}
