-- How people come in and back: invitations, requests to join, recovery, leaving.

-- A link that was given to somebody. The token itself is only in the link.
CREATE TABLE invite (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- what people name it by; never used again
    token_hash BLOB NOT NULL UNIQUE,                -- SHA-256
    kind TEXT NOT NULL CHECK (kind IN ('account', 'contact', 'reset')),
    inviter INTEGER REFERENCES account ON DELETE CASCADE,   -- NULL: the place itself
    account INTEGER REFERENCES account ON DELETE CASCADE,   -- reset: whose password
    name TEXT,                                      -- account: the one name it is for, kept free meanwhile
    role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'limited')),
    note TEXT,
    uses INTEGER NOT NULL DEFAULT 0,
    uses_max INTEGER NOT NULL,
    befriend INTEGER NOT NULL,                      -- 1: inviter and invited become contacts
    ask_first INTEGER NOT NULL,                     -- 1: an owner says yes to each account
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX invite_by_inviter ON invite (inviter);
CREATE INDEX invite_by_account ON invite (account) WHERE account IS NOT NULL;
CREATE INDEX invite_by_name ON invite (name) WHERE name IS NOT NULL;

-- Who used it, and when.
CREATE TABLE invite_use (
    invite INTEGER NOT NULL REFERENCES invite ON DELETE CASCADE,
    jid TEXT NOT NULL,                              -- bare, relative
    at INTEGER NOT NULL,
    befriended INTEGER NOT NULL,                    -- 0: the rosters are still to be changed
    PRIMARY KEY (invite, jid)
) STRICT, WITHOUT ROWID;

-- Somebody who waits for an owner's yes. The name is kept for them.
CREATE TABLE join_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'limited')),
    invite INTEGER REFERENCES invite ON DELETE SET NULL,
    token_hash BLOB NOT NULL UNIQUE,                -- of the page that tells how it stands
    at INTEGER NOT NULL
) STRICT;

-- As `verifier`.
CREATE TABLE join_verifier (
    request INTEGER NOT NULL REFERENCES join_request ON DELETE CASCADE,
    mechanism TEXT NOT NULL,
    salt BLOB NOT NULL,
    rounds INTEGER NOT NULL,
    stored_key BLOB NOT NULL,
    server_key BLOB NOT NULL,
    PRIMARY KEY (request, mechanism)
) STRICT, WITHOUT ROWID;

-- The code that lets somebody choose a new password: argon2id, as a PHC string.
CREATE TABLE recovery_code (
    account INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    phc TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- Set: an owner has locked it.
ALTER TABLE account ADD COLUMN locked_at INTEGER;
-- Set: it is removed then, unless somebody signs in before.
ALTER TABLE account ADD COLUMN leaves_at INTEGER;
