//! A session without a connection (XEP-0198 §5): waits to be resumed, or ends.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use super::negotiate;
use super::wire::Wire;
use crate::features::Parts;
use crate::limits;
use crate::route;
use crate::sessions::End;
use crate::sessions::Session;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;

/// [`wait`] in a task of its own: the connection's place and memory are free.
pub fn begin(parts: Arc<Parts>, session: Arc<Session>, attachment: u64) {
    tokio::spawn(async move { wait(&parts, &session, attachment).await });
}

/// The connection is gone. Returns when the session was resumed, has ended, or is left to be saved.
async fn wait(parts: &Arc<Parts>, session: &Arc<Session>, attachment: u64) {
    let Some(time) = session.resumable_for() else {
        session.expire(attachment);
        return route::session_end::end(parts, session).await;
    };
    if !session.hibernate(attachment) {
        return;
    }
    tracing::debug!(session = %session.jid(), "waits to be resumed");
    let changed = poll_fn(|cx| session.poll_settled(attachment, cx));
    let timed_out = parts.clock.timeout(time, changed).await.is_none();
    if timed_out && !session.expire(attachment) && session.ended().is_none() {
        // Resumed at the last moment.
        return;
    }
    match session.ended() {
        None => {}
        Some(End::Shutdown) => park(session, attachment).await,
        Some(_) => route::session_end::end(parts, session).await,
    }
}

/// The server stops: a resumable session is left for [`super::shutdown`] to save, its stream
/// without an end, so that the client comes back for it. Any other is over.
pub async fn stop(parts: &Arc<Parts>, session: &Arc<Session>, attachment: u64, mut wire: Wire) {
    if session.token().is_some() {
        drop(wire);
        return park(session, attachment).await;
    }
    let mut written = Vec::new();
    session.take(&mut wire.out, limits::MAILBOX_MAX_BYTES, &mut written);
    let error = StreamError::new(StreamCondition::SystemShutdown, "The server stops.");
    negotiate::send_error(parts, &mut wire, &error);
    let closed = parts.clock.timeout(Duration::from_secs(limits::CLOSE_MAX_S), wire.close()).await;
    if matches!(closed, Some(Ok(()))) {
        super::sm::acknowledge(parts, written);
    }
    route::session_end::end(parts, session).await;
}

/// Waits until everything it took from its client is durable, so that it can be saved.
async fn park(session: &Session, attachment: u64) {
    let _ = poll_fn(|cx| session.poll_durable(cx)).await;
    session.hibernate(attachment);
    session.park();
}
