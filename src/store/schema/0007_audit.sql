-- Who changed what, for the owners to read. What is said of it stands in the texts.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    by TEXT,                                        -- the chat name of then; NULL: the machine
    what TEXT NOT NULL,                             -- which deed
    holes TEXT NOT NULL,                            -- JSON: what goes into its sentence
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
