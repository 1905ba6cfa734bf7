-- The set-up in the browser: one row while it goes on, none before and afterwards.
CREATE TABLE setup (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    browser BLOB,                                   -- SHA-256 of the cookie of the browser that holds it
    until INTEGER NOT NULL DEFAULT 0,               -- when that cookie runs out
    former BLOB,                                    -- the one that held it before
    taken_at INTEGER NOT NULL DEFAULT 0,            -- when it was taken over, and from where
    taken_from TEXT NOT NULL DEFAULT '',
    draft TEXT NOT NULL DEFAULT '{}'                -- JSON: the answers; verifiers, never a password
) STRICT;
