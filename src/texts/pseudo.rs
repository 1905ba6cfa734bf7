//! The pseudo-language: English that runs from right to left, to try pages with. Keeps no state.

use std::borrow::Cow;

/// Turns each word around for the eye (U+202E), as Android's `ar-XB` does; tags and entities stay.
pub(super) fn mirrored(text: &str) -> Cow<'_, str> {
    let mut turned = String::with_capacity(2 * text.len());
    let mut word = String::new();
    let mut inside = None;
    for sign in text.chars() {
        match (inside, sign) {
            (Some(end), _) => {
                turned.push(sign);
                inside = Some(end).filter(|end| *end != sign);
            }
            (None, '<' | '&') => {
                flush(&mut turned, &mut word);
                turned.push(sign);
                inside = Some(if sign == '<' { '>' } else { ';' });
            }
            (None, sign) if sign.is_alphanumeric() => word.push(sign),
            (None, sign) => {
                flush(&mut turned, &mut word);
                turned.push(sign);
            }
        }
    }
    flush(&mut turned, &mut word);
    Cow::Owned(turned)
}

fn flush(turned: &mut String, word: &mut String) {
    if !word.is_empty() {
        turned.extend(['\u{202e}', '\u{200f}']);
        turned.push_str(word);
        turned.push('\u{202c}');
        word.clear();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_turned_and_tags_stay() {
        assert_eq!(
            super::mirrored("a <b>c</b> &amp;"),
            "\u{202e}\u{200f}a\u{202c} <b>\u{202e}\u{200f}c\u{202c}</b> &amp;"
        );
    }
}
