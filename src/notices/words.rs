//! Troubles in the words of people: what happened and what it means, then the next step. The notice's own line, in
//! English, is for logs and terminals. Keeps no state.

use super::Severity;
use crate::store::Cause;
use crate::store::Trouble;
use crate::texts::Text;
use crate::texts::text;

/// Heading, and what follows, of the cause with that key. One that is not known gets words that fit any.
pub fn words(key: &str, severity: Severity) -> (Text, Text) {
    let bad = severity == Severity::Trouble;
    match key {
        "disk" if bad => (text("admin-disk-full"), text("admin-disk-full-next")),
        "disk" => (text("admin-disk-low"), text("admin-disk-low-next")),
        "store" => (text("admin-store"), text("admin-store-next")),
        "backup" if bad => (text("admin-backup-old"), text("admin-backup-old-next")),
        "backup" => (text("admin-backup-failed"), text("admin-backup-failed-next")),
        "backup_copy" if severity == Severity::Info => (text("admin-backup-alone"), text("admin-backup-alone-next")),
        "backup_copy" => (text("admin-backup-second"), text("admin-backup-second-next")),
        "aside" => (text("admin-aside"), text("admin-aside-next")),
        "clock" => (text("admin-clock-wrong"), text("admin-clock-wrong-next")),
        "certificate" if bad => (text("admin-certificate-bad"), text("admin-certificate-bad-next")),
        "certificate" => (text("admin-certificate-soon"), text("admin-certificate-soon-next")),
        "certificate_files" => (text("admin-certificate-files"), text("admin-certificate-files-next")),
        "acme_dns" => (text("acme-dns"), text("acme-dns-next")),
        "acme_connection" => (text("acme-connection"), text("acme-connection-next")),
        "acme_answer" => (text("acme-answer"), text("acme-answer-next")),
        "acme_caa" => (text("acme-caa"), text("acme-caa-next")),
        "acme_rate" => (text("acme-rate"), text("acme-rate-next")),
        "acme_authority" => (text("acme-authority"), text("acme-authority-next")),
        "acme_clock" => (text("acme-clock"), text("acme-clock-next")),
        "acme_rejected" => (text("acme-rejected"), text("acme-rejected-next")),
        "acme_account" => (text("acme-account"), text("acme-account-next")),
        "acme_way" => (text("acme-way"), text("acme-way-next")),
        "acme_record_alias" => (text("acme-record-alias"), text("acme-record-alias-next")),
        "acme_record_loop" => (text("acme-record-loop"), text("acme-record-loop-next")),
        "acme_record_nowhere" => (text("acme-record-nowhere"), text("acme-record-nowhere-next")),
        "acme_record_key" => (text("acme-record-key"), text("acme-record-key-next")),
        "acme_record_clock" => (text("acme-record-clock"), text("acme-record-clock-next")),
        "acme_record_refused" => (text("acme-record-refused"), text("acme-record-refused-next")),
        "acme_record_silent" => (text("acme-record-silent"), text("acme-record-silent-next")),
        "acme_record_late" => (text("acme-record-late"), text("acme-record-late-next")),
        "acme_record_unseen" => (text("acme-record-unseen"), text("acme-record-unseen-next")),
        "acme_unknown" => (text("acme-unknown"), text("acme-unknown-next")),
        "database" => (text("admin-database-damaged"), text("admin-database-damaged-next")),
        "ports" => (text("admin-ports-silent"), text("admin-ports-silent-next")),
        "dns" if bad => (text("admin-dns-lost"), text("admin-dns-lost-next")),
        "dns" => (text("admin-dns-some"), text("admin-dns-some-next")),
        _ => (text("admin-thing"), text("admin-thing-next")),
    }
}

/// Why nothing can be kept now, in whole sentences. `None`: all can, or the notice of that key is about something else.
pub fn cause(key: &str, trouble: Option<&Trouble>) -> Option<Text> {
    let trouble = trouble.filter(|_| matches!(key, "store" | "disk"))?;
    Some(match trouble.what {
        Cause::DiskFull => text("store-full"),
        Cause::ReadOnly => text("store-read-only"),
        Cause::Io => text("store-disk"),
        Cause::Corrupt => text("store-damaged"),
        Cause::Moved => text("store-moved"),
    })
}
