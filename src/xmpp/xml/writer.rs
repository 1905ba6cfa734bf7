//! Escaping text and attribute values (XML 1.0 §2.4), and writing start tags.

/// Appends `text` with `&`, `<`, `>` and carriage returns escaped.
pub fn push_text(out: &mut String, text: &str) {
    push_escaped(out, text, |byte| match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        // XML 1.0 §2.11: a bare one would become a line feed
        b'\r' => "&#13;",
        _ => "",
    });
}

/// Appends ` name='value'`, escaped so that every parser reads the same value back.
pub fn push_attr(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("='");
    push_escaped(out, value, |byte| match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'\'' => "&apos;",
        b'"' => "&quot;",
        b'\n' => "&#10;",
        b'\r' => "&#13;",
        b'\t' => "&#9;",
        _ => "",
    });
    out.push('\'');
}

/// `escape` gives what stands for an ASCII character; empty: itself.
fn push_escaped(out: &mut String, text: &str, escape: impl Fn(u8) -> &'static str) {
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = escape(byte);
        if !escaped.is_empty() {
            out.push_str(&text[copied..at]);
            out.push_str(escaped);
            copied = at + 1;
        }
    }
    out.push_str(&text[copied..]);
}
