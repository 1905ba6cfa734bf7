//! QR codes (ISO/IEC 18004), error level M, with the quiet zone of four: for pages and for terminals.
//!
//! Pure. What is too long for a code gives none.

use std::fmt::Write;

use fast_qr::ECL;
use fast_qr::QRBuilder;
use fast_qr::QRCode;

const QUIET: usize = 4;

fn code(words: &str) -> Option<QRCode> {
    QRBuilder::new(words).ecl(ECL::M).build().ok()
}

/// As an SVG element, black on what is behind it. `label`: for those who do not see it, already safe for HTML.
pub fn svg(words: &str, label: &str) -> Option<String> {
    let code = code(words)?;
    let side = code.size + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size {
        let dark = |x: usize| x < code.size && code[y][x].value();
        let mut x = 0;
        while x < code.size {
            let run = (x..code.size).take_while(|x| dark(*x)).count();
            if run > 0 {
                let _ = write!(path, "M{} {}.5h{run}", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some(format!(
        "<svg role=\"img\" aria-label=\"{label}\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\">\
         <path stroke=\"#000\" d=\"{path}\"/></svg>"
    ))
}

/// For a terminal, two rows a line, light on dark turned around so that phones read it on either.
pub fn terminal(words: &str) -> Option<String> {
    let code = code(words)?;
    let dark = |x: usize, y: usize| {
        let inside = |at: usize| (QUIET..QUIET + code.size).contains(&at);
        inside(x) && inside(y) && code[y - QUIET][x - QUIET].value()
    };
    let side = code.size + 2 * QUIET;
    let mut lines = String::new();
    for y in (0..side).step_by(2) {
        lines.push_str("\x1b[40;97m");
        for x in 0..side {
            lines.push(match (dark(x, y), y + 1 >= side || dark(x, y + 1)) {
                (true, true) => ' ',
                (true, false) => '▄',
                (false, true) => '▀',
                (false, false) => '█',
            });
        }
        lines.push_str("\x1b[0m\n");
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_what_is_too_long_has_none() {
        let drawn = svg("xmpp:mira@beach.example", "a &amp; b").unwrap();
        assert!(drawn.contains("viewBox=\"0 0 33 33\"") && drawn.contains("d=\"M4 4.5h7"), "{drawn}");
        let shown = terminal("xmpp:mira@beach.example").unwrap();
        assert_eq!(shown.lines().count(), 17);
        assert!(svg(&"x".repeat(4_000), "").is_none() && terminal(&"x".repeat(4_000)).is_none());
    }
}
