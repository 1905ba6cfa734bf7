//! A file as the body of an answer, read as fast as it is taken: no task and no thread waits with it.
//!
//! Keeps no state.

use std::io;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;
use std::task::ready;

use axum::body::Body;
use hyper::body::Bytes;
use hyper::body::Frame;
use hyper::body::SizeHint;
use tokio::fs::File;
use tokio::io::AsyncRead as _;
use tokio::io::ReadBuf;

use crate::limits;

struct FileBody {
    file: File,
    left: u64,
}

/// The first `bytes` of the file. Err while it is sent: it has become shorter, and the connection is cut.
pub(super) fn of(file: std::fs::File, bytes: u64) -> Body {
    Body::new(FileBody { file: File::from_std(file), left: bytes })
}

impl hyper::body::Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let size = usize::try_from(self.left).unwrap_or(usize::MAX).min(limits::FILE_CHUNK_BYTES);
        let mut chunk = vec![0; size];
        let mut buffer = ReadBuf::new(&mut chunk);
        if let Err(error) = ready!(Pin::new(&mut self.file).poll_read(context, &mut buffer)) {
            return Poll::Ready(Some(Err(error)));
        }
        let read = buffer.filled().len();
        if read == 0 {
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        }
        chunk.truncate(read);
        self.left -= read as u64;
        Poll::Ready(Some(Ok(Frame::data(chunk.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
