-- People who arrive by an upstream provider: who of it is who here, what it vouched for, which sessions it began.
-- Set when a vouched identity took the number away (its claim and its verification are gone with it).
ALTER TABLE identifiers ADD COLUMN disputed_at BIGINT;

-- Set when a code proves that a waiting arrival is of this account, without a password before it. raises_session is then
-- empty, and no session is called that: a program that does not know this column refuses the challenge.
ALTER TABLE challenges ADD COLUMN proves_arrival BYTEA;

-- key is the keyed digest of the issuer and of what the upstream knows the person by.
CREATE TABLE upstream_links (
    id           TEXT    NOT NULL CONSTRAINT "upstream_links.id" PRIMARY KEY,
    upstream     TEXT    NOT NULL,
    issuer       TEXT    NOT NULL,
    key          BYTEA   NOT NULL,
    account_id   TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at   BIGINT  NOT NULL,
    last_used_at BIGINT  NOT NULL,
    CONSTRAINT "upstream_links.upstream,key" UNIQUE (upstream, key),
    CONSTRAINT "upstream_links.upstream,account_id" UNIQUE (upstream, account_id)
);
CREATE INDEX upstream_links_by_account ON upstream_links (account_id);

-- Which upstream session a session of ours began with; sid and subject are keyed digests, ending is sealed. A link may
-- be gone before its sessions, so there is no reference to it.
CREATE TABLE upstream_sessions (
    session_id TEXT    NOT NULL CONSTRAINT "upstream_sessions.session_id" PRIMARY KEY
                       REFERENCES sessions (id) ON DELETE CASCADE,
    link_id    TEXT    NOT NULL,
    upstream   TEXT    NOT NULL,
    sid        BYTEA,
    subject    BYTEA   NOT NULL,
    ending     BYTEA   NOT NULL,
    began_at   BIGINT  NOT NULL
);
CREATE INDEX upstream_sessions_by_sid ON upstream_sessions (sid) WHERE sid IS NOT NULL;
CREATE INDEX upstream_sessions_by_subject ON upstream_sessions (subject);
CREATE INDEX upstream_sessions_by_link ON upstream_sessions (link_id);

-- Who vouched for which fact, when, at which level. value is the keyed digest of the fact: once the fact is another,
-- nobody vouches for it.
CREATE TABLE vouched_facts (
    account_id  TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,
    value       BYTEA   NOT NULL,
    source      TEXT    NOT NULL,
    upstream    TEXT,
    ial         BIGINT  NOT NULL,
    verified_at BIGINT  NOT NULL,
    CONSTRAINT "vouched_facts.account_id,kind" PRIMARY KEY (account_id, kind)
);

-- An e-mail address or phone that its holder is about to prove; contact is sealed, digest its blind index.
CREATE TABLE pending_contacts (
    id         TEXT    NOT NULL CONSTRAINT "pending_contacts.id" PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    contact    BYTEA   NOT NULL,
    digest     BYTEA   NOT NULL,
    browser    BYTEA   NOT NULL,
    code       BYTEA   NOT NULL,
    created_at BIGINT  NOT NULL,
    sent_at    BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    tries      BIGINT  NOT NULL,
    used_at    BIGINT,
    version    BIGINT  NOT NULL
);
CREATE INDEX pending_contacts_by_account ON pending_contacts (account_id);
CREATE INDEX pending_contacts_by_creation ON pending_contacts (created_at);

-- With which addresses a secret was used; both are keyed digests.
CREATE TABLE upstream_secrets (
    upstream  TEXT    NOT NULL CONSTRAINT "upstream_secrets.upstream" PRIMARY KEY,
    addresses BYTEA   NOT NULL,
    secret    BYTEA   NOT NULL,
    since     BIGINT  NOT NULL
);
