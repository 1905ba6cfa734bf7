//! A connection that takes turns: after [`limits::H2_TURN_BYTES`] others have the thread.
//!
//! HTTP/2 has frames that belong to no request (RFC 9113 §6.3, §6.5, §6.7); a reader that finds more of them each time
//! it looks never waits. State: how much this turn has read.

use std::io;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;

use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;

use crate::limits;

pub(super) struct Fair<T> {
    io: T,
    read: usize,
}

impl<T> Fair<T> {
    pub(super) fn new(io: T) -> Fair<T> {
        Fair { io, read: 0 }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Fair<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.read >= limits::H2_TURN_BYTES {
            self.read = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let came = Pin::new(&mut self.io).poll_read(cx, buffer);
        self.read = if came.is_pending() { 0 } else { self.read + buffer.filled().len() - before };
        came
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Fair<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn a_reader_gives_way_after_its_share_and_misses_nothing() {
        let all = vec![7; 5 * limits::H2_TURN_BYTES];
        let mut fair = Fair::new(&all[..]);
        let (mut heard, mut turns) = (Vec::new(), 0);
        let mut chunk = [0; 4096];
        while heard.len() < all.len() {
            match std::future::poll_fn(|cx| {
                let mut buffer = ReadBuf::new(&mut chunk);
                let polled = Pin::new(&mut fair).poll_read(cx, &mut buffer);
                Poll::Ready(polled.map(|done| done.map(|()| buffer.filled().to_vec())))
            })
            .await
            {
                Poll::Ready(bytes) => heard.extend(bytes.unwrap()),
                Poll::Pending => turns += 1,
            }
        }
        assert_eq!((turns, heard == all), (4, true));
        assert_eq!(fair.read_to_end(&mut heard).await.unwrap(), 0);
    }
}
