//! Offline messages on their way to a session that came (XEP-0160 §3), at its own pace.
//!
//! While a session reads them, newer ones wait in the store too, so that all come in order.

use std::sync::Arc;

use crate::archive::Row;
use crate::features::Parts;
use crate::features::stanza_ids;
use crate::limits;
use crate::sessions::Delivery;
use crate::sessions::Item;
use crate::sessions::Kind;
use crate::sessions::Session;
use crate::store::StoreError;
use crate::xmpp::delay;

/// Puts the next offline messages into the mailbox, which is empty. Called until
/// [`Session::backlog`] has nothing more.
pub async fn read_on(parts: &Parts, session: &Arc<Session>) -> Result<(), StoreError> {
    let Some((after, began)) = session.backlog() else { return Ok(()) };
    let account = session.account();
    if after == 0 && parts.store.writable() {
        // What other devices have acknowledged is no longer waiting.
        match parts.store.flush().await {
            // It is this that finds the disk full: reading goes on.
            Ok(()) | Err(StoreError::Unavailable(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let below = parts.archive.settled().await;
    let waiting = parts.archive.backlog(account, after, below, limits::BACKLOG_PAGE).await?;
    for row in waiting.rows {
        let delivery = Delivery::new(account, row.seq);
        let item =
            Item { xml: offline_message(parts, session, row, began).into(), kind: Kind::Message(Some(delivery)) };
        if !session.push_backlog(item) {
            return Ok(());
        }
    }
    if !waiting.more {
        let _lane = parts.sessions.lane(account).await;
        session.finish_backlog();
    }
    Ok(())
}

/// XEP-0203 §3: stamped with when we took it, unless the session was there already.
fn offline_message(parts: &Parts, session: &Session, row: Row, began: u64) -> String {
    let (listed, id, at) = (row.listed, row.id, row.at);
    let old = row.seq < began;
    let mut message = row.into_message();
    if old {
        message.content.push(delay::by(&parts.domain, at));
    }
    if listed {
        stanza_ids::add(&mut message, session.jid(), id.as_str());
    }
    message.to_xml()
}
