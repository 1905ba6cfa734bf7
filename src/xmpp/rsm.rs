//! XEP-0059 Result Set Management, version 1.0: what a page is asked for by and answered with.
//!
//! Where the items are is the caller's business: an archive finds its page in SQL; for lists in
//! memory there is [`Request::cut`]. Missing: nothing.

use super::error::StanzaError;
use super::ns;
use super::xml::Element;

#[cfg(test)]
mod tests;

/// Where the page stands that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Place {
    /// At the start (§2.2).
    #[default]
    First,
    /// Starts behind the item with this UID (§2.2).
    After(String),
    /// Ends before the item with this UID (§2.3).
    Before(String),
    /// Ends with the last item (§2.5).
    Last,
    /// Ends before the second UID, or with the last item, and does not reach back to the first
    /// UID. XEP-0059 does not define it; elsewhere it works, so clients may use it.
    Between { after: String, before: Option<String> },
    /// Starts at this position, the first being 0 (§2.6). At most `i64::MAX`.
    Index(u64),
}

/// A `<set/>` as a request.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Request {
    /// Items at most, up to `i64::MAX`. `None`: the requester leaves it to us. 0: only the count
    /// is wanted (§2.7).
    pub max: Option<u64>,
    pub place: Place,
}

/// A `<set/>` as an answer.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Page {
    /// UIDs of the first and the last item of the page; `None`: the page is empty (§2.2).
    pub ends: Option<(String, String)>,
    /// The position of the first item in the whole set, where it is known.
    pub index: Option<u64>,
    /// Items of the whole set, where it is known.
    pub count: Option<u64>,
}

impl Request {
    /// The request among the children of `parent`; the default where there is none.
    pub fn of(parent: &Element) -> Result<Request, StanzaError> {
        parent.find(ns::RSM, "set").map_or_else(|| Ok(Request::default()), Request::parse)
    }

    /// Reads a `<set/>`. `bad-request`: a number that is none, a child twice, an `<after/>` that
    /// names nothing, or an index together with a UID.
    pub fn parse(set: &Element) -> Result<Request, StanzaError> {
        let max = child(set, "max")?.map(number).transpose()?;
        let index = child(set, "index")?.map(number).transpose()?;
        let after = child(set, "after")?;
        let before = child(set, "before")?.map(|uid| (!uid.is_empty()).then_some(uid));
        if after.as_ref().is_some_and(String::is_empty) {
            return Err(StanzaError::bad_request("<after/> names no item"));
        }
        let place = match (after, before, index) {
            (None, None, None) => Place::First,
            (Some(after), None, None) => Place::After(after),
            (None, Some(Some(before)), None) => Place::Before(before),
            (None, Some(None), None) => Place::Last,
            (Some(after), Some(before), None) => Place::Between { after, before },
            (None, None, Some(index)) => Place::Index(index),
            (_, _, Some(_)) => {
                return Err(StanzaError::bad_request("<index/> goes with neither <after/> nor <before/>"));
            }
        };
        Ok(Request { max, place })
    }

    /// How many items to answer with, where a page has `bound` at most (§2.1).
    pub fn limit(&self, bound: u64) -> u64 {
        self.max.map_or(bound, |max| max.min(bound))
    }

    /// Only items behind this UID are wanted.
    pub fn after(&self) -> Option<&str> {
        match &self.place {
            Place::After(after) | Place::Between { after, .. } => Some(after),
            _ => None,
        }
    }

    /// Only items before this UID are wanted.
    pub fn before(&self) -> Option<&str> {
        match &self.place {
            Place::Before(before) | Place::Between { before: Some(before), .. } => Some(before),
            _ => None,
        }
    }

    /// Whether the page stands at the end of what is wanted, not at its start (§2.3, §2.5). The
    /// items of a page come in the order of the set all the same.
    pub fn backwards(&self) -> bool {
        matches!(self.place, Place::Before(_) | Place::Last | Place::Between { .. })
    }

    /// The page of a list in memory, of at most `bound` items, and what to answer. `item-not-found`:
    /// there is no item with a UID that was named (§2.4).
    pub fn cut<'a, T>(
        &self,
        items: &'a [T],
        uid: impl Fn(&T) -> &str,
        bound: u64,
    ) -> Result<(&'a [T], Page), StanzaError> {
        let position = |wanted: &str| {
            let found = items.iter().position(|item| uid(item) == wanted);
            found.ok_or_else(|| StanzaError::item_not_found("the item that the page starts from is not in this set"))
        };
        let limit = usize::try_from(self.limit(bound)).unwrap_or(usize::MAX);
        let start = self.after().map(position).transpose()?.map_or(0, |at| at + 1);
        let end = self.before().map(position).transpose()?.unwrap_or(items.len());
        let wanted = start.min(end)..end;
        let (first, last) = match self.place {
            Place::Index(index) => {
                let first = usize::try_from(index).unwrap_or(usize::MAX).min(items.len());
                (first, first.saturating_add(limit).min(items.len()))
            }
            _ if self.backwards() => (wanted.end.saturating_sub(limit).max(wanted.start), wanted.end),
            _ => (wanted.start, wanted.start.saturating_add(limit).min(wanted.end)),
        };
        let page = &items[first..last];
        let ends = page.first().zip(page.last()).map(|(first, last)| (uid(first).to_owned(), uid(last).to_owned()));
        let index = ends.is_some().then_some(first as u64);
        Ok((page, Page { ends, index, count: Some(items.len() as u64) }))
    }
}

impl Page {
    /// The `<set/>` of an answer (§2.2).
    pub fn to_element(&self) -> Element {
        let mut set = Element::new(ns::RSM, "set");
        if let Some((first, last)) = &self.ends {
            let index = self.index.map(|index| index.to_string());
            set = set
                .child(Element::new(ns::RSM, "first").attr_some("index", index).with_text(first.as_str()))
                .child(Element::new(ns::RSM, "last").with_text(last.as_str()));
        }
        let count = self.count.map(|count| Element::new(ns::RSM, "count").with_text(count.to_string()));
        set.children_from(count)
    }
}

/// The text of the one child of this name.
fn child(set: &Element, name: &str) -> Result<Option<String>, StanzaError> {
    let mut found = set.children().filter(|child| child.is(ns::RSM, name));
    match (found.next(), found.next()) {
        (found, None) => Ok(found.map(Element::text)),
        (_, Some(_)) => Err(StanzaError::bad_request("a child of the result set request stands there twice")),
    }
}

/// A number, up to `i64::MAX`: larger ones mean as much as that.
fn number(text: String) -> Result<u64, StanzaError> {
    let digits = text.trim_matches([' ', '\t', '\r', '\n']);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(StanzaError::bad_request("a number of the result set request is none"));
    }
    Ok(digits.parse().unwrap_or(i64::MAX as u64).min(i64::MAX as u64))
}
