-- Browsers that are signed in.
CREATE TABLE web_session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- what its row in a list is named by; never used again
    token_hash BLOB NOT NULL UNIQUE,                -- SHA-256 of the cookie
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,                       -- within minutes
    proved_at INTEGER NOT NULL,                     -- when the password was last right
    agent TEXT NOT NULL,                            -- the beginning of its User-Agent, as it came
    "from" TEXT NOT NULL                            -- the address it was last seen at
) STRICT;
CREATE INDEX web_session_by_account ON web_session (account);
