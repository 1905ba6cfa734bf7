//! A certificate's fingerprint as eight words, so that people can hold it against what they see elsewhere.
//!
//! The first 88 bits of its SHA-256, eleven a word, of the English list of BIP-39 (`words.txt`, which names its source).
//! In every language: words that are compared letter by letter must be the same everywhere. Keeps no state.

const LIST: &str = include_str!("words.txt");
const WORDS: usize = 8;
const BITS: usize = 11;

/// Eight words with blanks between.
pub fn words(sha256: &[u8; 32]) -> String {
    let start = u128::from_be_bytes(*sha256.first_chunk::<16>().expect("SHA-256 has 32 bytes"));
    let list = || LIST.lines().filter(|line| !line.starts_with('#'));
    let word = |at: usize| {
        let number = (start >> (128 - (at + 1) * BITS)) as usize & ((1 << BITS) - 1);
        list().nth(number).expect("the list has a word for each eleven bits")
    };
    (0..WORDS).map(word).collect::<Vec<_>>().join(" ")
}

/// As browsers show it: `AB:CD:…`.
pub fn hex(sha256: &[u8; 32]) -> String {
    sha256.map(|byte| format!("{byte:02X}")).join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eleven_bits_are_a_word_and_the_ends_of_the_list_are_reached() {
        assert_eq!(words(&[0; 32]), ["abandon"; 8].join(" "));
        assert_eq!(words(&[255; 32]), ["zoo"; 8].join(" "));
        let mut first = [0; 32];
        // 1 as the first eleven bits, 2 as the next.
        (first[1], first[2]) = (0b0010_0000, 0b0000_1000);
        assert!(words(&first).starts_with("ability able abandon "), "{}", words(&first));
        let mut last = [0; 32];
        last[10] = 1;
        assert!(words(&last).ends_with(" abandon ability"));
        last = [0; 32];
        last[11] = 255;
        assert_eq!(words(&last), words(&[0; 32]), "88 bits count");
    }

    #[test]
    fn the_list_is_whole_and_its_words_differ_in_their_first_four_letters() {
        let list: Vec<&str> = LIST.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(list.len(), 1 << BITS);
        let mut starts: Vec<String> = list.iter().map(|word| word.chars().take(4).collect()).collect();
        starts.sort();
        starts.dedup();
        assert_eq!(starts.len(), list.len());
        assert!(list.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())));
    }

    #[test]
    fn browsers_write_it_in_pairs() {
        assert!(hex(&[0x0a; 32]).starts_with("0A:0A:") && hex(&[0; 32]).len() == 95);
    }
}
