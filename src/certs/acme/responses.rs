//! What http-01 is answered with (RFC 8555 §8.3): served by the web, filled by the orders.
//!
//! State: the answers of the orders under way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use crate::limits;

/// Token and key authorization of each challenge that waits. Cheap to clone.
#[derive(Clone, Default)]
pub struct Responses(Arc<Mutex<BTreeMap<String, String>>>);

impl Responses {
    /// What the authority wants to read at `/.well-known/acme-challenge/{token}`.
    pub fn find(&self, token: &str) -> Option<String> {
        self.all().get(token).cloned()
    }

    /// Answers it until the [`Held`] is dropped. At most [`limits::ACME_RESPONSES_MAX`] wait at once: an order's.
    pub fn hold(&self, token: &str, answer: &str) -> Held {
        let mut all = self.all();
        if all.len() < limits::ACME_RESPONSES_MAX {
            all.insert(token.to_owned(), answer.to_owned());
        }
        Held { responses: self.clone(), token: token.to_owned() }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that is given as long as this lives.
pub struct Held {
    responses: Responses,
    token: String,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.responses.all().remove(&self.token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_there_as_long_as_its_order_goes_on() {
        let responses = Responses::default();
        let held = responses.hold("token", "token.thumb");
        assert_eq!(responses.clone().find("token").as_deref(), Some("token.thumb"));
        assert_eq!(responses.find("tok"), None);
        drop(held);
        assert_eq!(responses.find("token"), None);
        let all: Vec<Held> =
            (0..2 * limits::ACME_RESPONSES_MAX).map(|number| responses.hold(&number.to_string(), "a")).collect();
        assert_eq!(responses.all().len(), limits::ACME_RESPONSES_MAX);
        drop(all);
    }
}
