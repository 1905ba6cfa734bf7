-- The authority of a place that is at home only: made here, trusted by the people's devices, once each by hand.
CREATE TABLE home_authority (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    tag TEXT NOT NULL,                              -- of its name, so that no two are called the same
    root TEXT NOT NULL,                             -- PEM
    key TEXT NOT NULL,
    leaf TEXT NOT NULL,                             -- what is served, and its key
    leaf_key TEXT NOT NULL,
    addresses TEXT NOT NULL                         -- of this machine at home, that it may vouch for; blanks between
) STRICT;
