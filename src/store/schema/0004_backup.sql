-- Backups: what was tried, and what came of it. Which files there are their folder tells.
CREATE TABLE backup (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('nightly', 'by hand', 'restored')),
    begun_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    file TEXT,                                      -- its path; NULL: none was made
    size INTEGER,
    sha256 TEXT,                                    -- as in the file's head
    locked INTEGER NOT NULL DEFAULT 0,
    failed TEXT,                                    -- WHAT HAPPENED: NEXT STEP; NULL: good
    second TEXT,                                    -- the second place; NULL: there was none
    second_failed TEXT,                             -- NULL: it has the file
    damaged_at INTEGER,                             -- a later look found it damaged
    fetched_at INTEGER                              -- last downloaded
) STRICT;
