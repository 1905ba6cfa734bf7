//! Figures with their bars, as a table or JSON.

use std::fmt::Write as _;

use crate::servers::Kind;

/// All turns of a server in one figure.
pub struct Seen {
    pub kind: Kind,
    pub values: Vec<f64>,
}

impl Seen {
    pub fn median(&self) -> f64 {
        median(&self.values)
    }
}

/// Of at least one value.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

/// The value below which `part` (0 to 1) of them lie.
pub fn quantile(values: &[u64], part: f64) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[((sorted.len() - 1) as f64 * part).ceil() as usize]
}

/// What is demanded.
pub enum Bar {
    /// At most this part of what the other one takes.
    OfPeer(Kind, f64),
    /// At most this.
    AtMost(f64),
}

pub struct Figure {
    pub name: &'static str,
    pub unit: &'static str,
    pub seen: Vec<Seen>,
    pub bars: Vec<Bar>,
}

impl Figure {
    fn of(&self, kind: Kind) -> Option<f64> {
        self.seen.iter().find(|seen| seen.kind == kind).map(Seen::median)
    }

    /// Each bar as text, with what was found; None: the peer was not there.
    fn verdicts(&self) -> Vec<(String, Option<bool>)> {
        let Some(ours) = self.of(Kind::Imera) else { return Vec::new() };
        let verdict = |bar: &Bar| match bar {
            Bar::AtMost(most) => (format!("<= {} {}", rounded(*most), self.unit), Some(ours <= *most)),
            Bar::OfPeer(peer, part) => {
                let times = if *part < 1.0 { format!("1/{}", rounded(1.0 / part)) } else { format!("{part} x") };
                let bar = format!("<= {times} of {}", peer.name());
                match self.of(*peer) {
                    Some(theirs) => (format!("{bar}, is {}", ratio(ours / theirs)), Some(ours <= theirs * part)),
                    None => (bar, None),
                }
            }
        };
        self.bars.iter().map(verdict).collect()
    }
}

#[derive(Default)]
pub struct Report {
    pub figures: Vec<Figure>,
}

impl Report {
    pub fn missed(&self) -> usize {
        let verdicts = self.figures.iter().flat_map(Figure::verdicts);
        verdicts.filter(|(_, passed)| *passed == Some(false)).count()
    }

    pub fn table(&self) -> String {
        let mut text = String::new();
        for figure in &self.figures {
            let _ = writeln!(text, "{} ({})", figure.name, figure.unit);
            for seen in &figure.seen {
                let (low, high) = spread(&seen.values);
                let name = seen.kind.name();
                let _ = writeln!(
                    text,
                    "    {name:<8} {:>10}   {} to {}, {} turns",
                    rounded(seen.median()),
                    rounded(low),
                    rounded(high),
                    seen.values.len()
                );
            }
            for (bar, passed) in figure.verdicts() {
                let word = match passed {
                    Some(true) => "pass",
                    Some(false) => "MISS",
                    None => "not compared",
                };
                let _ = writeln!(text, "    {word:<8} {bar}");
            }
        }
        let passed = self.figures.iter().flat_map(Figure::verdicts).filter(|(_, passed)| *passed == Some(true));
        let _ = writeln!(text, "{} passed, {} failed", passed.count(), self.missed());
        text
    }

    pub fn json(&self) -> String {
        let figure = |figure: &Figure| {
            let seen = figure.seen.iter().map(|seen| {
                let value = serde_json::json!({ "median": seen.median(), "values": seen.values });
                (seen.kind.name().to_owned(), value)
            });
            let bars = figure.verdicts().into_iter();
            serde_json::json!({
                "figure": figure.name,
                "unit": figure.unit,
                "servers": seen.collect::<serde_json::Map<_, _>>(),
                "bars": bars.map(|(bar, passed)| serde_json::json!({ "bar": bar, "passed": passed })).collect::<Vec<_>>(),
            })
        };
        let figures: Vec<_> = self.figures.iter().map(figure).collect();
        format!("{}\n", serde_json::json!({ "figures": figures, "missed": self.missed() }))
    }
}

fn spread(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, 0.0), |(low, high), value| (f64::min(low, *value), f64::max(high, *value)))
}

/// Three digits.
fn rounded(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v if v >= 1.0 => format!("{v:.2}"),
        v => format!("{v:.3}"),
    }
    .trim_end_matches(".0")
    .trim_end_matches(".00")
    .to_owned()
}

fn ratio(part: f64) -> String {
    if part < 1.0 { format!("1/{:.1}", 1.0 / part) } else { format!("{part:.2} x") }
}
