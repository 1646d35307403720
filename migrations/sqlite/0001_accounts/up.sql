-- Accounts, what they are looked up by, and the links mailed to them.
-- Moments are unix milliseconds; personal facts are sealed; look-ups go through blind indexes.
CREATE TABLE accounts (
    id            TEXT    NOT NULL PRIMARY KEY,
    class         TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    username      TEXT    NOT NULL,
    username_key  TEXT    NOT NULL UNIQUE,
    password_hash TEXT,
    profile       BLOB    NOT NULL,
    language      TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    activated_at  INTEGER
) STRICT;

-- unique_claim is class, kind and digest in one: at most one account of a class holds a claim; NULL holds none.
CREATE TABLE identifiers (
    account_id   TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL,
    digest       BLOB    NOT NULL,
    unique_claim BLOB    UNIQUE,
    verified_at  INTEGER,
    source       TEXT    NOT NULL,
    PRIMARY KEY (account_id, kind)
) STRICT;
CREATE INDEX identifiers_by_digest ON identifiers (digest, kind);

CREATE TABLE mailed_links (
    secret     BLOB    NOT NULL PRIMARY KEY,
    purpose    TEXT    NOT NULL,
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    email      BLOB    NOT NULL,
    browser    BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;
CREATE INDEX mailed_links_by_account ON mailed_links (account_id, purpose, created_at);
CREATE INDEX mailed_links_by_expiry ON mailed_links (expires_at);
