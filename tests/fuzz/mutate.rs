//! Repeatable damage: the same seed always gives the same inputs. For `tests/fuzz.rs` and `tests/reader_oracle.rs`.

/// Pieces that matter to some parser here; put in at random places.
#[rustfmt::skip]
const PIECES: &[&[u8]] = &[
    b"<", b">", b"/>", b"</", b"&", b";", b"'", b"\"", b"=", b" ", b":", b"\0", b"\x1f", b"\xff", b"\xc3", b"\r\n",
    b"<![CDATA[", b"]]>", b"]]", b"<!--", b"-->", b"<?", b"?>", b"<!DOCTYPE a>", b"&amp;", b"&lt;", b"&nbsp;", b"&#0;",
    b"&#65;", b"&#xFFFE;", b"&#xD800;", b"xmlns='jabber:client'", b" xmlns='urn:x'", b" xmlns:p='urn:p'", b" xmlns:p=''",
    b" xmlns:q='urn:p'", b" p:a='1' q:a='2'", b" xml:lang='en'", b" xmlns:xml='urn:x'", b" a='1' a='2'", b"<p:a/>", b"<a/>",
    b"<xmlns:a/>", b"<xml:a/>", b"<a:b:c/>", b"<1/>", b"</stream:stream>", b"\xef\xbb\xbf", b"\xef\xbf\xbe", b"\xf0\x9f\x90\x8e",
    b"\xcc\x81", b"n,,n=,r=", b"a=", b",", b"@", b"/", b"%", b"-1", b"99999999999999999999",
];

/// xorshift64*: good enough to damage things.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Less than `bound`; 0 for 0.
    pub fn below(&mut self, bound: usize) -> usize {
        match bound {
            0 => 0,
            bound => (self.next() >> 33) as usize % bound,
        }
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// One of the corpus with one to four changes, mostly one.
pub fn mutate(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut data = random.pick(corpus).clone();
    let most = 1 + random.below(4);
    for _ in 0..=random.below(most) {
        change(random, corpus, &mut data);
    }
    data
}

fn change(random: &mut Random, corpus: &[Vec<u8>], data: &mut Vec<u8>) {
    let at = random.below(data.len() + 1);
    let end = (at + random.below(12)).min(data.len());
    match random.below(7) {
        0 if at < data.len() => data[at] ^= 1 << random.below(8),
        1 if at < data.len() => data[at] = random.next() as u8,
        2 => drop(data.drain(at..end)),
        3 => {
            let copy = data[at..end].to_vec();
            let to = random.below(data.len() + 1);
            data.splice(to..to, copy);
        }
        4 => {
            let other = random.pick(corpus);
            let from = random.below(other.len() + 1);
            let until = (from + random.below(60)).min(other.len());
            data.splice(at..end, other[from..until].iter().copied());
        }
        _ => {
            let piece = *random.pick(PIECES);
            data.splice(at..at, piece.iter().copied());
        }
    }
}
