//! What a dialogue expects: XML with `…` for anything and `$name` for what is captured or compared.
//!
//! A stanza may carry attributes the pattern does not list, but no other `type`. Elements inside may not, unless the
//! pattern's tag holds `…` (which also frees the namespace if none is given). Children are compared without order.
//! `…` among the children: any others too. `<stanza-id/>` may always be there.

use std::collections::BTreeMap;

use super::xml::{CLIENT, Element, STREAM};

pub type Vars = BTreeMap<String, String>;

/// What every pattern may leave out.
const SILENT: (&str, &str) = ("urn:xmpp:sid:0", "stanza-id");

#[derive(Clone, Debug)]
pub struct Pattern {
    /// `None`: any.
    ns: Option<String>,
    name: String,
    attrs: Vec<(String, String)>,
    /// `…` in the tag: other attributes may be there.
    open_attrs: bool,
    children: Vec<Pattern>,
    text: String,
    /// `…` in the content: other children may be there.
    open_children: bool,
}

impl Pattern {
    /// Reads one element. `Err` says what is wrong with the pattern itself.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let mut reader = Reader { rest: text.trim(), whole: text };
        let scope = BTreeMap::from([(String::new(), CLIENT.to_owned()), ("stream".to_owned(), STREAM.to_owned())]);
        let pattern = reader.element(&scope)?;
        if !reader.rest.trim().is_empty() {
            return Err(format!("more than one element in the pattern: {}", reader.rest));
        }
        Ok(pattern)
    }

    /// Compares, and captures into `vars` if all fits. `Err` says where it differs.
    pub fn matches(&self, element: &Element, vars: &mut Vars) -> Result<(), String> {
        let mut captured = vars.clone();
        self.compare(element, true, &mut captured)?;
        *vars = captured;
        Ok(())
    }

    fn compare(&self, element: &Element, root: bool, vars: &mut Vars) -> Result<(), String> {
        if self.name != element.name {
            return Err(format!("<{}/> is not <{}/>", element.name, self.name));
        }
        if self.ns.as_ref().is_some_and(|ns| *ns != element.ns) {
            return Err(format!(
                "<{}/> is of '{}', not '{}'",
                element.name,
                element.ns,
                self.ns.as_deref().unwrap_or("")
            ));
        }
        for (name, wanted) in &self.attrs {
            let place = format!("{name} of <{}/>", element.name);
            let Some(found) = element.attr(name) else { return Err(format!("{place} is missing")) };
            value(wanted, found, vars).map_err(|why| format!("{place}: {why}"))?;
        }
        for (name, found) in &element.attrs {
            let listed = self.attrs.iter().any(|(wanted, _)| wanted == name);
            let free = self.open_attrs || (root && name != "type") || name == "xml:lang";
            if !listed && !free {
                return Err(format!("<{}/> has {name}='{found}'", element.name));
            }
        }
        let text = element.text();
        if !(self.text.is_empty() && (self.open_children || text.trim().is_empty())) {
            value(&self.text, text.trim(), vars).map_err(|why| format!("the text of <{}/>: {why}", element.name))?;
        }
        let found: Vec<&Element> = element.elements().collect();
        self.compare_children(&self.children, &found, vars).map_err(|why| format!("in <{}/>: {why}", element.name))
    }

    /// Finds for each of `wanted` a child of its own; tries all ways.
    fn compare_children(&self, wanted: &[Pattern], found: &[&Element], vars: &mut Vars) -> Result<(), String> {
        let Some((first, others)) = wanted.split_first() else {
            let extra = found.iter().find(|child| !self.open_children && !child.is(SILENT.0, SILENT.1));
            return extra.map_or(Ok(()), |child| Err(format!("unexpected {child}")));
        };
        let mut nearest = format!("no <{}/>", first.name);
        for (index, child) in found.iter().enumerate() {
            let mut tried = vars.clone();
            match first.compare(child, false, &mut tried) {
                Ok(()) => {
                    let mut left = found.to_vec();
                    left.remove(index);
                    match self.compare_children(others, &left, &mut tried) {
                        Ok(()) => {
                            *vars = tried;
                            return Ok(());
                        }
                        Err(why) => nearest = why,
                    }
                }
                Err(why) if child.name == first.name => nearest = why,
                Err(_) => {}
            }
        }
        Err(nearest)
    }
}

/// `…` stands for any run of characters; `$name` alone captures, or compares what was captured before.
pub fn value(wanted: &str, found: &str, vars: &mut Vars) -> Result<(), String> {
    if let Some(name) = wanted.strip_prefix('$').filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_')) {
        match vars.get(name) {
            Some(known) if known == found => return Ok(()),
            Some(known) => return Err(format!("'{found}' is not ${name} = '{known}'")),
            None => {
                vars.insert(name.to_owned(), found.to_owned());
                return Ok(());
            }
        }
    }
    let wanted = substitute(wanted, vars);
    if glob(&wanted, found) { Ok(()) } else { Err(format!("'{found}' is not '{wanted}'")) }
}

fn glob(wanted: &str, found: &str) -> bool {
    match wanted.split_once('…') {
        None => wanted == found,
        Some((before, after)) => found.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| glob(after, &rest[at..]))
        }),
    }
}

/// Puts captured values for `$name`; a `$` that names nothing stays.
pub fn substitute(text: &str, vars: &Vars) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        match vars.get(&after[..end]) {
            Some(value) => out.push_str(value),
            None => out.push_str(&rest[at..=at + end]),
        }
        rest = &after[end..];
    }
    out + rest
}

struct Reader<'a> {
    rest: &'a str,
    whole: &'a str,
}

impl Reader<'_> {
    fn error<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("pattern: {what} at «{}» in «{}»", self.rest.chars().take(20).collect::<String>(), self.whole))
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn name(&mut self) -> Result<String, String> {
        let end = self.rest.find(|c: char| c.is_whitespace() || "=/><…'\"".contains(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return self.error("a name is missing");
        }
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(name.to_owned())
    }

    fn element(&mut self, outer: &BTreeMap<String, String>) -> Result<Pattern, String> {
        if !self.take("<") {
            return self.error("an element is missing");
        }
        let tag = self.name()?;
        let (mut attrs, mut open_attrs, mut scope, mut declared) = (Vec::new(), false, outer.clone(), false);
        let empty = loop {
            self.rest = self.rest.trim_start();
            if self.take("…") {
                open_attrs = true;
            } else if self.take("/>") {
                break true;
            } else if self.take(">") {
                break false;
            } else {
                let (name, value) = self.attribute()?;
                match name.strip_prefix("xmlns") {
                    Some("") => {
                        declared = true;
                        scope.insert(String::new(), value);
                    }
                    Some(prefix) if prefix.starts_with(':') => {
                        scope.insert(prefix[1..].to_owned(), value);
                    }
                    _ => attrs.push((name, value)),
                }
            }
        };
        let (prefix, name) = tag.split_once(':').unwrap_or(("", &tag));
        let ns = match scope.get(prefix) {
            _ if open_attrs && !declared && prefix.is_empty() => None,
            Some(ns) => Some(ns.clone()),
            None => return self.error("an undeclared prefix"),
        };
        let mut pattern = Pattern {
            ns,
            name: name.to_owned(),
            attrs,
            open_attrs,
            children: Vec::new(),
            text: String::new(),
            open_children: false,
        };
        if !empty {
            self.content(&mut pattern, &scope)?;
            if !(self.take("</") && self.take(&tag) && self.take(">")) {
                return self.error(&format!("</{tag}> is missing"));
            }
        }
        Ok(pattern)
    }

    fn content(&mut self, pattern: &mut Pattern, scope: &BTreeMap<String, String>) -> Result<(), String> {
        let mut text = String::new();
        while !self.rest.starts_with("</") {
            if self.rest.starts_with('<') {
                pattern.children.push(self.element(scope)?);
                continue;
            }
            let Some(end) = self.rest.find('<') else { return self.error("an end tag is missing") };
            let (chunk, rest) = self.rest.split_at(end);
            self.rest = rest;
            match chunk.trim() {
                "…" => pattern.open_children = true,
                other => text.push_str(other),
            }
        }
        pattern.text = unescape(text.trim());
        Ok(())
    }

    fn attribute(&mut self) -> Result<(String, String), String> {
        let name = self.name()?;
        if !self.take("=") {
            return self.error("= is missing");
        }
        let quote = if self.take("'") {
            '\''
        } else if self.take("\"") {
            '"'
        } else {
            return self.error("a quote is missing");
        };
        let Some(end) = self.rest.find(quote) else { return self.error("a closing quote is missing") };
        let value = unescape(&self.rest[..end]);
        self.rest = &self.rest[end + 1..];
        Ok((name, value))
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&apos;", "'").replace("&quot;", "\"").replace("&amp;", "&")
}
