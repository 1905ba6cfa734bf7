-- Certificates of an authority (RFC 8555).

-- Our account at each authority, by its directory.
CREATE TABLE acme_account (
    directory TEXT PRIMARY KEY,
    credentials TEXT NOT NULL,                      -- JSON: the account's address and its key
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The order under way, so that it goes on after a restart.
CREATE TABLE acme_order (
    directory TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    names TEXT NOT NULL,                            -- JSON list, sorted
    key TEXT NOT NULL,                              -- PEM: the certificate's key to be
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Names that failed, until they are certified.
CREATE TABLE acme_failure (
    name TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,                      -- in a row
    cause TEXT NOT NULL,
    detail TEXT NOT NULL,                           -- the authority's words
    again_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
