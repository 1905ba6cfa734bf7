//! The second place of a backup: a folder it is copied to, a command that is run with its name, or
//! both.
//!
//! The command is words without a shell: quotes hold words together, `{}` stands for the file, which
//! else comes last. Keeps no state.

use std::fs::File;
use std::io;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use super::head;
use super::list;
use super::records::Record;
use super::why;
use super::why::Cause;
use super::why::Why;
use super::work;
use super::work::Paced;
use super::work::Stage;
use super::work::Tell;
use crate::clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::settings;
use crate::settings::Settings;

/// Brings the file there. `None`: there is no second place. Else which, and why if it has not got it.
pub fn bring(
    settings: &Settings,
    (file, now): (&Path, UtcMicros),
    records: &[Record],
    tell: &Tell,
) -> Option<(String, Result<(), Why>)> {
    let folder = settings.text(&settings::BACKUP_FOLDER);
    let command = settings.text(&settings::BACKUP_COMMAND);
    let place = [folder.as_deref(), command.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    if place.is_empty() {
        return None;
    }
    tell.step(Stage::Second, 0, 1);
    let mut brought = folder.map_or(Ok(()), |folder| {
        let whole = copy(file, Path::new(&folder), tell)?;
        list::forget_old(settings, Path::new(&folder), (&whole, now), records);
        Ok(())
    });
    if let Some(command) = command {
        brought = brought.and(run(&command, file));
    }
    tell.step(Stage::Second, 1, 1);
    if let Err(reason) = &brought {
        tracing::warn!("the second place has not got the backup: {reason}");
    }
    Some((place, brought))
}

/// Copies, reads the copy again and gives it its name, or the next one that is free: another place may keep its own
/// here.
fn copy(file: &Path, folder: &Path, tell: &Tell) -> Result<PathBuf, Why> {
    if folder.is_relative() {
        let line = format!("{} is not a whole path: begin backup_folder with /", folder.display());
        return Err(Why::new(line, Cause::FolderPath { folder: folder.display().to_string() }));
    }
    if !folder.is_dir() {
        let line = format!("the folder {} is not there: plug it in or mount it", folder.display());
        return Err(Why::new(line, Cause::FolderGone { folder: folder.display().to_string() }));
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let part = folder.join(format!(".{name}.{}.part", clock::short_token()));
    let stem = name.strip_suffix(list::SUFFIX).unwrap_or(&name);
    let more = (2..100).map(|number| format!("{stem}-{number}{}", list::SUFFIX));
    let mut names = [name.to_string()].into_iter().chain(more).map(|name| folder.join(name));
    let whole = names.find(|path| !path.exists()).ok_or_else(|| {
        let line = format!("{name} is there already: empty the folder");
        Why::new(line, Cause::NameTaken { name: name.to_string() })
    })?;
    let copied = copy_to(file, &part, tell).and_then(|()| {
        std::fs::rename(&part, &whole).map_err(super::TransferError::io(&whole))?;
        work::sync_folder(folder)
    });
    if let Err(error) = copied {
        let _ = std::fs::remove_file(&part);
        return Err(Why::from(&error));
    }
    Ok(whole)
}

fn copy_to(file: &Path, part: &Path, tell: &Tell) -> Result<(), super::TransferError> {
    let failed = super::TransferError::io;
    work::check_space(part.parent().unwrap_or(part), file.metadata().map_err(failed(file))?.len())?;
    let mut to = Paced::create(part).map_err(failed(part))?;
    io::copy(&mut File::open(file).map_err(failed(file))?, &mut to).map_err(failed(part))?;
    to.finish().map_err(failed(part))?;
    let (head, mut copy) = head::open(part)?;
    head::check_sum(&head, &mut copy, part, tell)
}

/// Runs the command, bounded in time; what it says on standard error is told if it fails.
fn run(command: &str, file: &Path) -> Result<(), Why> {
    let next = "try it by hand, then look at imera settings get backup_command";
    let open = || Why::new(format!("backup_command has an open quote: {next}"), Cause::CommandQuote);
    let mut words = words(command).ok_or_else(open)?;
    let file = file.to_string_lossy();
    if words.iter().any(|word| word.contains("{}")) {
        words.iter_mut().for_each(|word| *word = word.replace("{}", &file));
    } else {
        words.push(file.into_owned());
    }
    let program = words.remove(0);
    let mut child = Command::new(&program);
    child.args(&words).process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = child.spawn().map_err(|error| {
        let (line, said) = (format!("{program} cannot be run ({error}): {next}"), why::words_of(&error));
        Why::new(line, Cause::CommandRun { program: program.clone(), said })
    })?;
    let pid = rustix::process::Pid::from_child(&child);
    let (said, ended) = (mpsc::channel(), mpsc::channel());
    if let Some(mut errors) = child.stderr.take() {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = errors.by_ref().take(4_096).read_to_end(&mut text);
            let _ = said.0.send(text);
            let _ = io::copy(&mut errors, &mut io::sink());
        });
    }
    std::thread::spawn(move || ended.0.send(child.wait()));
    match ended.1.recv_timeout(Duration::from_secs(limits::BACKUP_COMMAND_MAX_S)) {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(status) => {
            // What it has started may hold its standard error open for as long as it likes.
            let text = said.1.recv_timeout(Duration::from_millis(limits::BACKUP_COMMAND_LAST_WORDS_MS));
            let text = text.unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let line = text.lines().next().unwrap_or_default().chars().take(200).collect::<String>();
            let ended = status.map_or_else(|error| error.to_string(), |status| status.to_string());
            let told = format!("{program} failed ({ended}) {line}").trim_end().to_owned() + ": " + next;
            Err(Why::new(told, Cause::CommandFailed { program, said: if line.is_empty() { ended } else { line } }))
        }
        Err(_) => {
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
            let told = format!("{program} took more than {} hours: {next}", limits::BACKUP_COMMAND_MAX_S / 3_600);
            Err(Why::new(told, Cause::CommandSlow { program }))
        }
    }
}

/// Words, parted by blanks; within quotes of either kind blanks are kept. `None`: a quote stays
/// open, or there is no word.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let (mut word, mut quote) = (None::<String>, None);
    for sign in command.chars() {
        match quote {
            Some(open) if sign == open => quote = None,
            Some(_) => word.get_or_insert_default().push(sign),
            None if sign == '"' || sign == '\'' => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            None if sign.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(sign),
        }
    }
    words.extend(word);
    (quote.is_none() && words.first().is_some_and(|first| !first.is_empty())).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    #[test]
    fn a_command_is_words_and_no_shell() {
        let words = |text| words(text).map(|words| words.join("|"));
        assert_eq!(words("rclone copy {} 'my drive:a b'").as_deref(), Some("rclone|copy|{}|my drive:a b"));
        assert_eq!(words("  a\"b c\"d ''").as_deref(), Some("ab cd|"));
        assert_eq!(words("x; rm -rf $HOME").as_deref(), Some("x;|rm|-rf|$HOME"));
        assert_eq!((words("a 'b"), words("  "), words("''")), (None, None, None));
    }

    #[test]
    fn a_command_that_fails_is_told_with_what_it_said() {
        let file = Path::new("/x/imera-1.backup");
        assert_eq!(run("test /x/imera-1.backup =", file), Ok(()));
        assert_eq!(run("test {} = /x/imera-1.backup", file), Ok(()));
        let failed = run("sh -c 'echo no such remote >&2; exit 3'", file).unwrap_err();
        assert!(failed.line.starts_with("sh failed (exit status: 3) no such remote: try it"), "{failed}");
        let german = |why: Why| Lang::De.book().plain(&why.text().unwrap());
        assert!(german(failed).starts_with("sh ging schief und sagte: no such remote."));
        let nowhere = run("/nowhere/at/all", file).unwrap_err();
        assert!(nowhere.line.contains("cannot be run"));
        assert!(
            german(nowhere)
                .starts_with("/nowhere/at/all lässt sich nicht starten; das System sagt: No such file or directory. ")
        );
    }
}
