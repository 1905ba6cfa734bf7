-- Passwords of single devices: shown once, as a code that signs a phone in.
CREATE TABLE device_password (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- never used again
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,                    -- opens nothing from then on, unless it was claimed
    claimed_at INTEGER,                             -- by its first log-in; NULL: nobody has used it
    resource TEXT,                                  -- the device's, bound at the claim (RFC 6120 §7)
    seen_at INTEGER,
    CHECK ((claimed_at IS NULL) = (resource IS NULL))
) STRICT;
CREATE INDEX device_password_by_account ON device_password (account);

-- As `verifier`, whose salt and rounds these have, so that one exchange can be for either.
CREATE TABLE device_key (
    device INTEGER NOT NULL REFERENCES device_password ON DELETE CASCADE,
    mechanism TEXT NOT NULL,
    stored_key BLOB NOT NULL,
    server_key BLOB NOT NULL,
    PRIMARY KEY (device, mechanism)
) STRICT, WITHOUT ROWID;
