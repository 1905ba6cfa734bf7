//! Bounds of backup, restore and export. Keeps no state.

// Backups

/// SQLite's steps between two looks at the length of a copy that grows: some ms.
pub const SNAPSHOT_LOOK_STEPS: i32 = 50_000;
/// Bytes of a backup that are written before the disk is asked to take them: a flush of that size
/// lets a commit wait for some ms.
pub const TRANSFER_SYNC_BYTES: u64 = 4 << 20;
/// Bytes read at a time where files are copied and summed up.
pub const TRANSFER_BUFFER_BYTES: usize = 65_536;
/// How much a backup is compressed: zstd's default, which keeps up with any disk.
pub const BACKUP_ZSTD_LEVEL: i32 = 3;
/// The window that unpacking gives zstd, as a power of 2: 8 MiB, four times what level 3 uses.
pub const BACKUP_ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Bytes of a backup's head. Ours has under 500; newer ones may say more.
pub const BACKUP_HEAD_MAX_BYTES: u64 = 4_096;
/// Bytes of a backup's manifest: some 40 tables have 2 kB.
pub const BACKUP_MANIFEST_MAX_BYTES: u64 = 262_144;
/// Bytes of its list of sums: ten million files.
pub const BACKUP_SUMS_MAX_BYTES: u64 = 2 << 30;
/// How deep uploaded files may lie.
pub const BACKUP_FILE_DEPTH_MAX: usize = 8;
/// Bytes of an age file's head with one recipient: ours has 175.
pub const AGE_HEAD_MAX_BYTES: usize = 1_024;
/// Signs of a backup's passphrase.
pub const PASSPHRASE_MIN_SIGNS: usize = 12;
/// Argon2id of a backup's passphrase, KiB and passes: RFC 9106 §4's second choice, 0.2 s.
pub const ARGON2_MEMORY_KIB: u32 = 65_536;
pub const ARGON2_PASSES: u32 = 3;
/// The most that a file may ask for.
pub const ARGON2_MEMORY_MAX_KIB: u32 = 262_144;
pub const ARGON2_PASSES_MAX: u32 = 16;
/// How old the last good backup may be before we complain, seconds: a night missed.
pub const BACKUP_OLD_S: i64 = 36 * 3_600;
/// How long after the start of the server a missed backup is made up for, seconds.
pub const BACKUP_AFTER_START_S: u64 = 5;
/// How long after a failed nightly backup the next try comes, seconds.
pub const BACKUP_RETRY_S: i64 = 3_600;
/// How old the first backup may get without a second place or a download, seconds, and how old a
/// download may get: 3 and 30 days.
pub const BACKUP_FETCH_FIRST_S: i64 = 3 * 86_400;
pub const BACKUP_FETCH_AGAIN_S: i64 = 30 * 86_400;
/// How long the command of the second place may run, seconds: 20 GB at 1 MB/s.
pub const BACKUP_COMMAND_MAX_S: u64 = 6 * 3_600;
/// How long what a failed command said is waited for once it has ended, milliseconds.
pub const BACKUP_COMMAND_LAST_WORDS_MS: u64 = 500;
/// How long backups made by hand stay beside those of the nights, seconds: a week.
pub const BACKUP_BY_HAND_S: i64 = 7 * 86_400;
/// Bytes of a line of the sums: a sum, two blanks, a name as tar has it without extensions.
pub const BACKUP_SUM_LINE_MAX_BYTES: u64 = 256;
/// How long who asked for a restore has to read the answer before the server begins again, and then whoever else is
/// in, ms.
pub const RESTORE_ANSWER_MS: u64 = 300;
/// Tries that are remembered.
pub const BACKUP_RECORDS_MAX: u32 = 500;

// Restoring in a browser

/// Bytes of the disk that an upload leaves free: the server's reserve, and some of the unpacking.
pub const UPLOAD_SPARED_BYTES: u64 = 500_000_000;
/// Bytes of an upload in memory, before they go to the disk together.
pub const UPLOAD_PORTION_BYTES: usize = 262_144;
/// How long an upload may bring nothing, seconds: a phone that changes from Wi-Fi to mobile needs some.
pub const UPLOAD_STALL_MAX_S: u64 = 60;
/// How long one upload may take, seconds: 20 GB at 1 MB/s.
pub const UPLOAD_MAX_S: u64 = 6 * 3_600;
/// How long what still comes is read after an upload was refused, so that the browser shows why, seconds.
pub const UPLOAD_REFUSED_READ_S: u64 = 5;
/// Parts of a form that brings a file; ours have three.
pub const UPLOAD_PARTS_MAX: usize = 8;
/// Bytes of a part's head: its name and the file's.
pub const UPLOAD_PART_HEAD_MAX_BYTES: usize = 4_096;
/// Bytes of a part that is no file.
pub const UPLOAD_FIELD_MAX_BYTES: usize = 4_096;
/// How long a checked backup waits for its owner's yes, seconds.
pub const RESTORE_WAITS_S: u64 = 86_400;
/// Signs of a backup's sum that name a restore in an address: 64 bits, which nobody guesses who has not got the file.
pub const RESTORE_MARK_SIGNS: usize = 16;
/// How long what a restore put aside is kept, seconds: 30 days.
pub const ASIDE_KEPT_S: i64 = 30 * 86_400;
/// Bytes that a backup of a family has after some years of messages; for the guess at set-up.
pub const BACKUP_GUESS_BYTES: u64 = 100_000_000;
