//! What is read of requests' bodies, bounded in sum: HTTP/2 lets one connection begin many at a time, and nothing forces
//! a client to end one.
//!
//! State: how many bytes are held, in all and of each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use zeroize::Zeroizing;

use super::admission::address;
use crate::limits;

/// The bodies of some doors. Cheap to clone.
#[derive(Clone, Default)]
pub struct Bodies(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    all: usize,
    by_address: HashMap<u64, usize>,
}

/// Why a body is not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// It is longer than it may be.
    TooLong,
    /// Its address, or all together, send too much at a time.
    Busy,
    /// The connection ended in it.
    Broken,
}

/// What one body holds of it. Gives it back when dropped.
struct Share {
    bodies: Bodies,
    of: u64,
    bytes: usize,
}

impl Bodies {
    /// The whole of `body`, at most `most` bytes. While it comes it counts for `from`, as [`limits::BODIES_MAX_BYTES`]
    /// and [`limits::BODIES_PER_ADDRESS_MAX_BYTES`] say. Wiped when dropped: it may be a password.
    pub async fn read<B>(&self, body: B, most: usize, from: IpAddr) -> Result<Zeroizing<Vec<u8>>, NotRead>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut body = body;
        let mut share = Share { bodies: self.clone(), of: address(from), bytes: 0 };
        let mut all = Zeroizing::new(Vec::new());
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return Err(NotRead::Broken) };
            let Some(data) = frame.data_ref() else { continue };
            if all.len() + data.len() > most {
                return Err(NotRead::TooLong);
            }
            if !share.grow(data.len()) {
                return Err(NotRead::Busy);
            }
            if all.capacity() < all.len() + data.len() {
                // What is moved leaves a copy behind, which nobody wipes.
                let mut more = Zeroizing::new(Vec::with_capacity((2 * (all.len() + data.len())).min(most)));
                more.extend_from_slice(&all);
                all = more;
            }
            all.extend_from_slice(data);
        }
        Ok(all)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    fn grow(&mut self, by: usize) -> bool {
        let mut held = self.bodies.lock();
        let of_address = held.by_address.get(&self.of).copied().unwrap_or_default();
        if held.all + by > limits::BODIES_MAX_BYTES || of_address + by > limits::BODIES_PER_ADDRESS_MAX_BYTES {
            return false;
        }
        held.all += by;
        held.by_address.insert(self.of, of_address + by);
        self.bytes += by;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.bodies.lock();
        held.all -= self.bytes;
        let left = held.by_address.get(&self.of).copied().unwrap_or_default().saturating_sub(self.bytes);
        match left {
            0 => held.by_address.remove(&self.of),
            left => held.by_address.insert(self.of, left),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use http_body_util::Full;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn bytes(count: usize) -> Bytes {
        Bytes::from(vec![7; count])
    }

    /// Gives so many bytes, and never ends.
    fn endless(count: usize) -> impl Body<Data = Bytes> + Unpin {
        let mut first = Some(bytes(count));
        StreamBody::new(futures_util::stream::poll_fn(move |_| match first.take() {
            Some(bytes) => Poll::Ready(Some(Ok::<_, std::io::Error>(Frame::data(bytes)))),
            None => Poll::Pending,
        }))
    }

    #[tokio::test]
    async fn a_body_is_read_whole_or_refused_for_its_length() {
        let bodies = Bodies::default();
        assert_eq!(*bodies.read(Full::new(bytes(100)), 100, HERE).await.unwrap(), [7; 100]);
        assert_eq!(bodies.read(Full::new(bytes(101)), 100, HERE).await, Err(NotRead::TooLong));
        assert_eq!(bodies.lock().all, 0);
    }

    #[tokio::test]
    async fn bodies_that_never_end_keep_out_their_own_address_and_no_other() {
        let bodies = Bodies::default();
        let most = limits::BODIES_PER_ADDRESS_MAX_BYTES;
        let mut slow = Box::pin(bodies.read(endless(most - 10), most, HERE));
        assert!(futures_util::poll!(&mut slow).is_pending());
        assert_eq!(bodies.read(Full::new(bytes(11)), most, HERE).await, Err(NotRead::Busy));
        assert!(bodies.read(Full::new(bytes(11)), most, "192.0.2.7".parse().unwrap()).await.is_ok());
        drop(slow);
        assert!(bodies.read(Full::new(bytes(11)), most, HERE).await.is_ok());
        let held = bodies.lock();
        assert_eq!((held.all, held.by_address.len()), (0, 0));
    }
}
