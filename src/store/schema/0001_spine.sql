-- The first schema: people, contacts, history, streams.
--
-- Addresses are stored in their relative form (store::relative): our own domain is left out, so
-- that it is stored once, in `setting`. «juliet@» is juliet at our domain, «conference.» its
-- subdomain, «» the domain itself. Times are microseconds since 1970 in UTC.

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Troubles that stand, so that "since when" survives a restart.
CREATE TABLE notice (
    key TEXT PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- never used again
    name TEXT NOT NULL UNIQUE,                      -- the prepared local part
    role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'limited')),
    display_name TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER
) STRICT;

-- SCRAM verifiers (RFC 5802 §3), each mechanism with salt and rounds of its own.
CREATE TABLE verifier (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    mechanism TEXT NOT NULL,                        -- SCRAM-SHA-1, SCRAM-SHA-256, SCRAM-SHA-512
    salt BLOB NOT NULL,
    rounds INTEGER NOT NULL,
    stored_key BLOB NOT NULL,
    server_key BLOB NOT NULL,
    PRIMARY KEY (account, mechanism)
) STRICT, WITHOUT ROWID;

-- The roster (RFC 6121 §2). `version`: the account's roster version when this item last changed.
CREATE TABLE contact (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    jid TEXT NOT NULL,                              -- bare, relative
    name TEXT,
    subscription TEXT NOT NULL CHECK (subscription IN ('none', 'to', 'from', 'both', 'remove')),
    ask INTEGER NOT NULL DEFAULT 0,                 -- 1: we asked and wait (pending out)
    approved INTEGER NOT NULL DEFAULT 0,            -- 1: pre-approved (RFC 6121 §3.4)
    groups TEXT NOT NULL DEFAULT '[]',              -- JSON list of names
    listed INTEGER NOT NULL DEFAULT 1,              -- 0: only a state, not shown: a request nobody answered
    pending_in INTEGER NOT NULL DEFAULT 0,          -- 1: the contact asked and waits
    version INTEGER NOT NULL,                       -- removed items stay as 'remove' for roster versioning
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

-- Per account: the newest roster version, and the oldest one from which changes can still be told.
CREATE TABLE roster_version (
    account INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    version INTEGER NOT NULL,
    floor INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Requests nobody has answered, whole (RFC 6121 §3.1.3).
CREATE TABLE subscription_request (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    jid TEXT NOT NULL,
    content TEXT NOT NULL,                          -- the presence's children and attributes as XML
    at INTEGER NOT NULL,
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE block (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    jid TEXT NOT NULL,
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

-- XEP-0441.
CREATE TABLE archive_preference (
    account INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    default_rule TEXT NOT NULL CHECK (default_rule IN ('always', 'never', 'roster')),
    always TEXT NOT NULL DEFAULT '[]',              -- JSON lists of relative addresses
    never TEXT NOT NULL DEFAULT '[]'
) STRICT;

-- Who an archived message was exchanged with: a bare address as a number.
CREATE TABLE peer (
    id INTEGER PRIMARY KEY,
    jid TEXT NOT NULL UNIQUE                        -- bare, relative
) STRICT;

-- A message's body, once, for every archive that holds it. Its id is the first holder's seq.
-- The archive's tables have no foreign keys: each would cost every message a look-up.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    holders INTEGER NOT NULL,                       -- how many archive rows refer to it
    sender INTEGER NOT NULL,                        -- peer
    sender_resource TEXT,
    recipient INTEGER NOT NULL,                     -- peer
    recipient_resource TEXT,
    type TEXT NOT NULL,
    stanza_id TEXT,                                 -- the id attribute
    lang TEXT,
    content TEXT NOT NULL                           -- the children as XML in jabber:client
) STRICT;

-- The history of an account or a room. Order is `seq`, never the clock; `seq` is never used again.
CREATE TABLE archive (
    owner INTEGER NOT NULL,                         -- account
    seq INTEGER NOT NULL,
    message INTEGER NOT NULL,
    peer INTEGER NOT NULL,                          -- whom it was exchanged with
    at INTEGER NOT NULL,
    listed INTEGER NOT NULL,                        -- 0: kept for delivery only, not history
    PRIMARY KEY (owner, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_by_peer ON archive (owner, peer, seq);

-- The newest rows of all archives, on a few pages: a commit changes those instead of two pages an
-- owner. When there are enough they all move to `archive` at once.
CREATE TABLE archive_recent (
    owner INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    message INTEGER NOT NULL,
    peer INTEGER NOT NULL,
    at INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    PRIMARY KEY (owner, seq)
) STRICT, WITHOUT ROWID;

-- What is known of all rows that have moved.
CREATE TABLE archive_moved (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,                           -- the highest
    at INTEGER NOT NULL                             -- the latest
) STRICT;

-- A run begins with each start of the server, and when its clock goes back. Within a run no row is
-- earlier than one before it. The ids that clients see are made from seq and salt, so that an
-- older copy of the database never gives an id twice.
CREATE TABLE archive_run (
    first_seq INTEGER PRIMARY KEY,
    salt INTEGER NOT NULL,
    went_back INTEGER NOT NULL                      -- 1: the clock stood earlier than before
) STRICT;

-- Offline marks: rows that no device of the owner has acknowledged yet.
CREATE TABLE undelivered (
    owner INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    listed INTEGER NOT NULL,                        -- as in the archive's row
    PRIMARY KEY (owner, seq)
) STRICT, WITHOUT ROWID;

-- Resumable streams (XEP-0198): what of each is durable. `saved`: the whole session, written at a
-- good-order stop only.
CREATE TABLE stream (
    token_hash BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    resource TEXT NOT NULL,
    h INTEGER NOT NULL,                             -- stanzas handled, modulo 2^32
    seen_at INTEGER NOT NULL,
    saved BLOB
) STRICT, WITHOUT ROWID;

-- Certificates with their keys (PEM). The newest active one is served.
CREATE TABLE certificate (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('self-signed', 'own', 'acme')),
    chain TEXT NOT NULL,
    key TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Keys the server made for itself, by purpose: the archive's ids, salts of unknown names.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
