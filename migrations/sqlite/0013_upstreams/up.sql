-- People who arrive by an upstream provider: who of it is who here, what it vouched for, which sessions it began.
-- Set when a vouched identity took the number away (its claim and its verification are gone with it).
ALTER TABLE identifiers ADD COLUMN disputed_at INTEGER;

-- Set when a code proves that a waiting arrival is of this account, without a password before it. raises_session is then
-- empty, and no session is called that: a program that does not know this column refuses the challenge.
ALTER TABLE challenges ADD COLUMN proves_arrival BLOB;

-- key is the keyed digest of the issuer and of what the upstream knows the person by.
CREATE TABLE upstream_links (
    id           TEXT    NOT NULL PRIMARY KEY,
    upstream     TEXT    NOT NULL,
    issuer       TEXT    NOT NULL,
    key          BLOB    NOT NULL,
    account_id   TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    UNIQUE (upstream, key),
    UNIQUE (upstream, account_id)
) STRICT;
CREATE INDEX upstream_links_by_account ON upstream_links (account_id);

-- Which upstream session a session of ours began with; sid and subject are keyed digests, ending is sealed. A link may
-- be gone before its sessions, so there is no reference to it.
CREATE TABLE upstream_sessions (
    session_id TEXT    NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    link_id    TEXT    NOT NULL,
    upstream   TEXT    NOT NULL,
    sid        BLOB,
    subject    BLOB    NOT NULL,
    ending     BLOB    NOT NULL,
    began_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX upstream_sessions_by_sid ON upstream_sessions (sid) WHERE sid IS NOT NULL;
CREATE INDEX upstream_sessions_by_subject ON upstream_sessions (subject);
CREATE INDEX upstream_sessions_by_link ON upstream_sessions (link_id);

-- Who vouched for which fact, when, at which level. value is the keyed digest of the fact: once the fact is another,
-- nobody vouches for it.
CREATE TABLE vouched_facts (
    account_id  TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,
    value       BLOB    NOT NULL,
    source      TEXT    NOT NULL,
    upstream    TEXT,
    ial         INTEGER NOT NULL,
    verified_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, kind)
) STRICT;

-- An e-mail address or phone that its holder is about to prove; contact is sealed, digest its blind index.
CREATE TABLE pending_contacts (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    contact    BLOB    NOT NULL,
    digest     BLOB    NOT NULL,
    browser    BLOB    NOT NULL,
    code       BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    sent_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    used_at    INTEGER,
    version    INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_contacts_by_account ON pending_contacts (account_id);
CREATE INDEX pending_contacts_by_creation ON pending_contacts (created_at);

-- With which addresses a secret was used; both are keyed digests.
CREATE TABLE upstream_secrets (
    upstream  TEXT    NOT NULL PRIMARY KEY,
    addresses BLOB    NOT NULL,
    secret    BLOB    NOT NULL,
    since     INTEGER NOT NULL
) STRICT;
