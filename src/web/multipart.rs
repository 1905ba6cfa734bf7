//! `multipart/form-data` (RFC 7578) as browsers send it, read in whatever pieces it comes: a form that brings a file.
//!
//! State: the part that is read, and at most one head or delimiter of what came. Written here, as nothing below axum
//! reads it and its crate brings six more; a browser's way of writing is all that is understood.

use memchr::memmem;

use crate::limits;

/// One form on its way in.
pub struct Multipart {
    /// CR LF, two dashes and the boundary.
    delimiter: Vec<u8>,
    kept: Vec<u8>,
    at: At,
    parts: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Behind a delimiter: another part, or the end.
    Delimiter,
    Head,
    Content,
    End,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A part begins: the field's name.
    Part(String),
    Content(&'a [u8]),
}

/// It is no form of a browser, or longer than its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Garbled;

impl Multipart {
    /// By the header `Content-Type`; `None`: it names no such form.
    pub fn of(content_type: &str) -> Option<Multipart> {
        let (kind, parameters) = content_type.split_once(';')?;
        let boundary = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
        let boundary = boundary.trim_matches('"');
        // RFC 2046 §5.1.1: 1 to 70 signs.
        let fits = (1..=70).contains(&boundary.len()) && kind.trim().eq_ignore_ascii_case("multipart/form-data");
        fits.then(|| Multipart {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            // The first delimiter has no line before it.
            kept: b"\r\n".to_vec(),
            at: At::Content,
            parts: 0,
        })
    }

    /// Takes the next bytes, and hands on what is in them.
    pub fn take<E: From<Garbled>>(
        &mut self,
        bytes: &[u8],
        hand: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut held = std::mem::take(&mut self.kept);
        held.extend_from_slice(bytes);
        let mut rest = &held[..];
        while let Some(next) = self.step(rest, hand)? {
            rest = &rest[next..];
        }
        self.kept = rest.to_vec();
        Ok(())
    }

    /// Whether the last delimiter was seen: nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.at == At::End
    }

    /// How much of `rest` is done with; `None`: more has to come.
    fn step<E: From<Garbled>>(
        &mut self,
        rest: &[u8],
        hand: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<Option<usize>, E> {
        match self.at {
            At::Delimiter => match rest {
                [] | [b'\r' | b'-'] => Ok(None),
                [b'\r', b'\n', ..] => self.goes_on(At::Head, 2),
                [b'-', b'-', ..] => self.goes_on(At::End, 2),
                _ => Err(Garbled.into()),
            },
            At::Head => match memmem::find(rest, b"\r\n\r\n") {
                Some(end) if end <= limits::UPLOAD_PART_HEAD_MAX_BYTES => {
                    self.parts += 1;
                    let name = name(&rest[..end]).filter(|_| self.parts <= limits::UPLOAD_PARTS_MAX);
                    hand(Piece::Part(name.ok_or(Garbled)?))?;
                    self.goes_on(At::Content, end + 4)
                }
                None if rest.len() <= limits::UPLOAD_PART_HEAD_MAX_BYTES => Ok(None),
                _ => Err(Garbled.into()),
            },
            At::Content => match memmem::find(rest, &self.delimiter) {
                Some(end) => {
                    self.content(&rest[..end], hand)?;
                    self.goes_on(At::Delimiter, end + self.delimiter.len())
                }
                // The end may be the beginning of a delimiter.
                None => match rest.len().checked_sub(self.delimiter.len()) {
                    None | Some(0) => Ok(None),
                    Some(sure) => {
                        self.content(&rest[..sure], hand)?;
                        Ok(Some(sure))
                    }
                },
            },
            // Browsers send a last line's end.
            At::End if rest.iter().all(|byte| b"\r\n".contains(byte)) => Ok(Some(rest.len()).filter(|len| *len > 0)),
            At::End => Err(Garbled.into()),
        }
    }

    fn goes_on<E>(&mut self, at: At, by: usize) -> Result<Option<usize>, E> {
        self.at = at;
        Ok(Some(by))
    }

    /// Before the first part nothing may stand.
    fn content<E: From<Garbled>>(
        &self,
        bytes: &[u8],
        hand: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match (bytes.is_empty(), self.parts) {
            (true, _) => Ok(()),
            (false, 0) => Err(Garbled.into()),
            (false, _) => hand(Piece::Content(bytes)),
        }
    }
}

/// The field's name. What a file was called elsewhere is nobody's business here.
fn name(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    let rest = value.trim().strip_prefix("form-data;")?.trim_start().strip_prefix("name=\"")?;
    let (name, _) = rest.split_once('"')?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Parts = Vec<(String, Vec<u8>)>;

    fn read(body: &[u8], step: usize) -> Result<(Parts, bool), Garbled> {
        let mut form = Multipart::of("multipart/form-data; boundary=--WebKit7").unwrap();
        let mut parts = Parts::new();
        for bytes in body.chunks(step) {
            form.take::<Garbled>(bytes, &mut |piece| {
                match piece {
                    Piece::Part(name) => parts.push((name, Vec::new())),
                    Piece::Content(bytes) => parts.last_mut().unwrap().1.extend_from_slice(bytes),
                }
                Ok(())
            })?;
            assert!(form.kept.len() <= limits::UPLOAD_PART_HEAD_MAX_BYTES + 80, "what is held is bounded");
        }
        Ok((parts, form.is_whole()))
    }

    const BODY: &str = "----WebKit7\r\nContent-Disposition: form-data; name=\"passphrase\"\r\n\r\na\r\nb\r\n\
                        ----WebKit7\r\ncontent-disposition: form-data; name=\"file\"; filename=\"../../etc/passwd\"\r\n\
                        Content-Type: application/octet-stream\r\n\r\n\r\n----WebKit\r\n--\r\n\r\n----WebKit7--\r\n";

    #[test]
    fn rfc7578_a_form_is_the_same_in_whatever_pieces_it_comes() {
        let wanted = vec![
            ("passphrase".to_owned(), b"a\r\nb".to_vec()),
            ("file".to_owned(), b"\r\n----WebKit\r\n--\r\n".to_vec()),
        ];
        for step in 1..BODY.len() {
            assert_eq!(read(BODY.as_bytes(), step), Ok((wanted.clone(), true)), "{step}");
        }
    }

    #[test]
    fn a_form_that_is_cut_off_is_not_whole() {
        for end in 1..BODY.len() - 4 {
            let cut = read(&BODY.as_bytes()[..end], 7).unwrap();
            assert!(!cut.1, "{end}");
        }
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        let part = "----WebKit7\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n";
        let long = format!("----WebKit7\r\nX: {}", "x".repeat(5_000));
        let many = part.repeat(limits::UPLOAD_PARTS_MAX + 1) + "----WebKit7--";
        for wrong in [
            "something\r\n----WebKit7--",
            "----WebKit7 x",
            "----WebKit7--more",
            "----WebKit7\r\nContent-Type: text/plain\r\n\r\n",
            "----WebKit7\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n",
            &long,
            &many,
        ] {
            for step in [1, 1_000_000] {
                assert_eq!(read(wrong.as_bytes(), step), Err(Garbled), "{wrong}");
            }
        }
        for none in ["multipart/form-data", "multipart/form-data; boundary=", "text/plain; boundary=x"] {
            assert!(Multipart::of(none).is_none(), "{none}");
        }
        assert!(Multipart::of(&format!("multipart/form-data; boundary={}", "x".repeat(71))).is_none());
    }
}
