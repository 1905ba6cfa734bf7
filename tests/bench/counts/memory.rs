//! Heap allocations and SQL statements of a message, counted inside this process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rusqlite::ffi;

use super::stages::{self, Chat, Hint};
use super::table::Table;
use crate::Result;

/// The system's allocator, counted.
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static STATEMENTS: AtomicU64 = AtomicU64::new(0);

fn note(bytes: usize) {
    ALLOCATIONS.fetch_add(1, Relaxed);
    BYTES.fetch_add(bytes as u64, Relaxed);
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        unsafe { System.realloc(place, layout, size) }
    }
}

/// Called by SQLite for each connection that is opened.
unsafe extern "C" fn opened(db: *mut ffi::sqlite3, _: *mut *mut c_char, _: *const ffi::sqlite3_api_routines) -> c_int {
    // SAFETY: SQLite gives a connection that is open.
    unsafe { ffi::sqlite3_trace_v2(db, ffi::SQLITE_TRACE_STMT as c_uint, Some(begun), std::ptr::null_mut()) }
}

/// Called by SQLite when a statement begins to run.
unsafe extern "C" fn begun(_: c_uint, _: *mut c_void, _: *mut c_void, _: *mut c_void) -> c_int {
    STATEMENTS.fetch_add(1, Relaxed);
    0
}

const MESSAGES: usize = 400;

pub fn count(table: &mut Table) -> Result<()> {
    // SAFETY: the function lives as long as the program; no connection is open yet.
    unsafe { ffi::sqlite3_auto_extension(Some(opened)) };
    let folder = stages::prepare()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let found = runtime.block_on(async {
        let mut chat = Chat::begin(folder.path()).await?;
        chat.send(20, Hint::None).await?;
        let before = counters();
        chat.send(MESSAGES, Hint::None).await?;
        let after = counters();
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
            [0, 1, 2].map(|n| (after[n] - before[n]) as f64 / MESSAGES as f64),
        )
    })?;
    table.add("heap allocations a message", found[0]);
    table.add("heap bytes a message", found[1]);
    table.add("SQL statements a message", found[2]);
    Ok(())
}

fn counters() -> [u64; 3] {
    [ALLOCATIONS.load(Relaxed), BYTES.load(Relaxed), STATEMENTS.load(Relaxed)]
}
