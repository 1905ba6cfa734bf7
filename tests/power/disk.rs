//! The disk as it may look after the plug was pulled: a journal of record.c, cut at a moment.
//!
//! What counts as durable (pessimistic, but no worse than ext4 with its default options):
//! - a write or truncation: once a sync of its file that began after it has returned;
//! - a file's name: once a sync of its folder that began after the change has returned, or, for a
//!   new file, once a sync of the file itself has returned (as ext4 does);
//! - renames, unlinks and links: only through a sync of the folder.
//!
//! Everything else is kept, dropped or, for writes, torn: each 512-byte sector for itself. A sync that
//! has not returned counts for nothing, though what it was to write may be there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// SplitMix64: small, seeded, the same everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `end` - 1; 0 where `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const HELLO: u32 = 1;
const CREATE: u32 = 2;
const OPEN: u32 = 3;
const WRITE: u32 = 4;
const TRUNCATE: u32 = 5;
const SYNC_BEGIN: u32 = 6;
const SYNC_END: u32 = 7;
const RENAME: u32 = 8;
const UNLINK: u32 = 9;
const MKDIR: u32 = 10;
const RMDIR: u32 = 11;
const LINK: u32 = 12;
const DIR_SYNC_BEGIN: u32 = 13;
const DIR_SYNC_END: u32 = 14;
const LOUD: u32 = 15;

/// One line of the journal.
struct Op {
    t_ns: u64,
    kind: u32,
    /// The file; 0 where names are meant.
    id: u64,
    /// Offset, size, or the number of a sync.
    a: u64,
    path: String,
    other: String,
    data: Vec<u8>,
}

pub struct Journal(Vec<Op>);

/// How much of what was not durable is there after the cut, in percent.
#[derive(Clone, Copy, Debug)]
pub struct Mood {
    pub kept: u64,
    /// Of what is not kept whole: torn rather than dropped.
    pub torn: u64,
}

impl Mood {
    /// All of it, nothing of it, or a mixture.
    pub fn any(dice: &mut Dice) -> Mood {
        match dice.below(6) {
            0 => Mood { kept: 100, torn: 0 },
            1 | 2 => Mood { kept: 0, torn: 0 },
            3 => Mood { kept: 0, torn: 100 },
            _ => Mood { kept: dice.below(100), torn: 50 },
        }
    }
}

impl Journal {
    /// Err: it cannot be read, or the recorder met something it does not know.
    pub fn read(path: &Path) -> Result<Journal, String> {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut rest = &bytes[..];
        let mut ops = Vec::new();
        while rest.len() >= 40 {
            let (header, after) = rest.split_at(40);
            let long = |at: usize| u64::from_le_bytes(header[at..at + 8].try_into().expect("eight bytes"));
            let short = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four bytes"));
            let lengths = [short(28) as usize, short(32) as usize, short(36) as usize];
            if after.len() < lengths.iter().sum() {
                break; // the recorder was killed in the middle of this one, which was therefore not done
            }
            let (path, after) = after.split_at(lengths[0]);
            let (other, after) = after.split_at(lengths[1]);
            let (data, after) = after.split_at(lengths[2]);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (path, other, data) = (text(path), text(other), data.to_vec());
            ops.push(Op { t_ns: long(0), id: long(8), a: long(16), kind: short(24), path, other, data });
            rest = after;
        }
        match ops.iter().find(|op| op.kind == LOUD) {
            _ if !ops.iter().any(|op| op.kind == HELLO) => Err("the recorder was not loaded".into()),
            Some(op) => Err(format!("the recorder does not know: {}", op.path)),
            None => Ok(Journal(ops)),
        }
    }

    /// Bytes written and syncs done: what a report says about a recording.
    pub fn totals(&self) -> (u64, u64) {
        let written = self.0.iter().filter(|op| op.kind == WRITE).map(|op| op.data.len() as u64).sum();
        (written, self.0.iter().filter(|op| op.kind == SYNC_END).count() as u64)
    }

    /// The files after a cut at `t_ns`, by path below the folder.
    pub fn cut(&self, t_ns: u64, mood: Mood, dice: &mut Dice) -> BTreeMap<String, Vec<u8>> {
        let until = self.0.iter().position(|op| op.t_ns > t_ns).unwrap_or(self.0.len());
        let ops = &self.0[..until];
        let durable = Durable::of(ops);
        let mut names: BTreeMap<String, u64> = BTreeMap::new();
        let mut contents: HashMap<u64, Vec<u8>> = HashMap::new();
        for (at, op) in ops.iter().enumerate() {
            match op.kind {
                WRITE | TRUNCATE => {
                    let safe = durable.files.get(&op.id).is_some_and(|until| at < *until);
                    apply(contents.entry(op.id).or_default(), op, safe, mood, dice);
                }
                CREATE | RENAME | UNLINK | LINK if durable.name(at, op) || dice.chance(mood.kept) => {
                    rename(&mut names, op);
                }
                _ => {}
            }
        }
        names.into_iter().map(|(path, id)| (path, contents.get(&id).cloned().unwrap_or_default())).collect()
    }

    /// Folders made and not removed until `t_ns`. They are always there: none of them holds anything yet.
    fn folders(&self, t_ns: u64) -> Vec<&str> {
        let mut folders: Vec<&str> = Vec::new();
        for op in self.0.iter().filter(|op| op.t_ns <= t_ns) {
            match op.kind {
                MKDIR => folders.push(&op.path),
                RMDIR => folders.retain(|folder| *folder != op.path),
                _ => {}
            }
        }
        folders
    }

    /// Writes the disk after a cut into a new folder.
    pub fn rebuild(&self, t_ns: u64, mood: Mood, dice: &mut Dice, folder: &Path) -> io::Result<()> {
        std::fs::DirBuilder::new().mode(0o700).recursive(true).create(folder)?;
        for below in self.folders(t_ns) {
            std::fs::create_dir_all(folder.join(below))?;
        }
        for (path, bytes) in self.cut(t_ns, mood, dice) {
            std::fs::write(folder.join(path), bytes)?;
        }
        Ok(())
    }

    /// Plays everything back and compares with the folder as it is. Err: something bypassed the recorder.
    pub fn verify(&self, folder: &Path) -> Result<(), String> {
        let played = self.cut(u64::MAX, Mood { kept: 100, torn: 0 }, &mut Dice::new(0));
        let mut there = BTreeMap::new();
        files_below(folder, "", &mut there).map_err(|error| error.to_string())?;
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        if names(&played) != names(&there) {
            return Err(format!("the journal gives {:?}, the folder has {:?}", names(&played), names(&there)));
        }
        match played.iter().find(|(path, bytes)| there[*path] != **bytes) {
            Some((path, _)) => Err(format!("{path} differs from its journal")),
            None => Ok(()),
        }
    }
}

/// What is durable when the journal ends.
#[derive(Default)]
struct Durable {
    /// File -> its writes before this place.
    files: HashMap<u64, usize>,
    /// Folder -> its names before this place.
    folders: HashMap<String, usize>,
    /// Names of new files that came with a sync of the file.
    created: HashSet<u64>,
}

impl Durable {
    fn of(ops: &[Op]) -> Durable {
        let mut begun: HashMap<u64, usize> = HashMap::new();
        let mut durable = Durable::default();
        for (at, op) in ops.iter().enumerate() {
            match op.kind {
                SYNC_BEGIN | DIR_SYNC_BEGIN => drop(begun.insert(op.a, at)),
                SYNC_END => {
                    let until = durable.files.entry(op.id).or_default();
                    *until = begun[&op.a].max(*until);
                    durable.created.insert(op.id);
                }
                DIR_SYNC_END => {
                    let until = durable.folders.entry(op.path.clone()).or_default();
                    *until = begun[&op.a].max(*until);
                }
                OPEN => panic!("{} was there before the recording", op.path),
                _ => {}
            }
        }
        durable
    }

    fn name(&self, at: usize, op: &Op) -> bool {
        let folder = op.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let synced = self.folders.get(folder).is_some_and(|until| at < *until);
        synced || (op.kind == CREATE && self.created.contains(&op.id))
    }
}

fn rename(names: &mut BTreeMap<String, u64>, op: &Op) {
    match op.kind {
        CREATE => drop(names.insert(op.path.clone(), op.id)),
        UNLINK => drop(names.remove(&op.path)),
        RENAME => {
            if let Some(id) = names.remove(&op.path) {
                names.insert(op.other.clone(), id);
            }
        }
        _ => {
            if let Some(id) = names.get(&op.path).copied() {
                names.insert(op.other.clone(), id);
            }
        }
    }
}

const SECTOR: usize = 512;

fn apply(content: &mut Vec<u8>, op: &Op, safe: bool, mood: Mood, dice: &mut Dice) {
    let whole = safe || dice.chance(mood.kept);
    let torn = !whole && dice.chance(mood.torn);
    if op.kind == TRUNCATE {
        if whole {
            content.resize(op.a as usize, 0);
        }
        return;
    }
    if !whole && !torn {
        return;
    }
    let (start, end) = (op.a as usize, op.a as usize + op.data.len());
    let mut from = start;
    while from < end {
        let to = ((from / SECTOR + 1) * SECTOR).min(end);
        if whole || dice.chance(50) {
            if content.len() < to {
                content.resize(to, 0);
            }
            content[from..to].copy_from_slice(&op.data[from - start..to - start]);
        }
        from = to;
    }
}

/// Regular files but SQLite's -shm.
fn files_below(folder: &Path, below: &str, into: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files_below(folder, &path, into)?;
        } else if kind.is_file() && !path.ends_with("-shm") {
            into.insert(path, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}
