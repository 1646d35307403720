-- Text messages at their gateways, and what a day of them cost.
-- A row without accepted_at only holds parts set aside; arrival is what the gateway told later.
-- A day is that of Vietnam, counted from 1970-01-01.
CREATE TABLE sms_sends (
    message_id  TEXT    NOT NULL PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
    day         INTEGER NOT NULL,
    parts       INTEGER NOT NULL,
    gateway     TEXT,
    gateways_id TEXT,
    accepted_at INTEGER,
    arrival     TEXT,
    told_at     INTEGER
) STRICT;
CREATE INDEX sms_sends_by_gateways_id ON sms_sends (gateways_id, gateway) WHERE gateways_id IS NOT NULL;

CREATE TABLE sms_days (
    day        INTEGER NOT NULL PRIMARY KEY,
    parts      INTEGER NOT NULL,
    warned_at  INTEGER,
    refused_at INTEGER
) STRICT;
