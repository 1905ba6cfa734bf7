//! Reads dialogue files: titles, steps, blocks. What a step means is `stage.rs`'s business.
//!
//! `# ` lines after an empty line are a title; `-- ` lines are remarks; an indented line continues the one above it.

use std::path::Path;

/// One conversation with a server of its own.
#[derive(Clone, Debug)]
pub struct Dialogue {
    pub file: String,
    pub line: usize,
    pub title: String,
    pub steps: Vec<Step>,
}

/// One line and what is indented under it.
#[derive(Clone, Debug)]
pub struct Step {
    pub line: usize,
    pub text: String,
    /// The indented lines, each with the lines that are indented deeper joined to it.
    pub block: Vec<String>,
}

impl Step {
    /// The line and its block as one text.
    pub fn whole(&self) -> String {
        std::iter::once(&self.text).chain(&self.block).fold(String::new(), |whole, line| join(&whole, line))
    }
}

/// Lines that break between tags join without a blank, so that no text arises there.
fn join(whole: &str, line: &str) -> String {
    let line = line.trim();
    if whole.is_empty()
        || (whole.ends_with('>') && line.starts_with(['<', '…']))
        || (whole.ends_with('…') && line.starts_with('<'))
    {
        format!("{whole}{line}")
    } else {
        format!("{whole} {line}")
    }
}

/// All dialogues of the `.txt` files in `folder`, by file name.
pub fn read_folder(folder: &Path) -> Vec<Dialogue> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    paths.sort();
    let mut dialogues = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        dialogues.extend(read(&format!("tests/dialogues/{name}"), &text));
    }
    dialogues
}

/// The dialogues of one text. A title without steps is the file's own header.
pub fn read(file: &str, text: &str) -> Vec<Dialogue> {
    let mut dialogues: Vec<Dialogue> = Vec::new();
    let mut in_title = false;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.trim().is_empty() {
            in_title = false;
        } else if let Some(title) = line.strip_prefix("# ") {
            match dialogues.last_mut().filter(|_| in_title) {
                Some(dialogue) => dialogue.title = format!("{} {title}", dialogue.title),
                None => dialogues.push(Dialogue {
                    file: file.to_owned(),
                    line: number,
                    title: title.to_owned(),
                    steps: Vec::new(),
                }),
            }
            in_title = true;
        } else if !line.trim_start().starts_with("-- ") {
            in_title = false;
            let dialogue =
                dialogues.last_mut().unwrap_or_else(|| panic!("{file}:{number}: a step before the first title"));
            add(dialogue, number, line);
        }
    }
    dialogues.retain(|dialogue| !dialogue.steps.is_empty());
    dialogues
}

fn add(dialogue: &mut Dialogue, number: usize, line: &str) {
    if !line.starts_with(' ') {
        dialogue.steps.push(Step { line: number, text: line.trim_end().to_owned(), block: Vec::new() });
        return;
    }
    let Some(step) = dialogue.steps.last_mut() else {
        panic!("{}:{number}: an indented line without a step above it", dialogue.file)
    };
    // The block's first line sets its depth; what lies deeper belongs to the entry above.
    let depth = line.len() - line.trim_start().len();
    match step.block.last_mut() {
        Some(last) if depth > indent(last) => {
            *last = format!("{}{}", " ".repeat(indent(last)), join(last.trim(), line))
        }
        _ => step.block.push(line.trim_end().to_owned()),
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
