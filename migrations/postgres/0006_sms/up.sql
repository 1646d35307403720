-- Text messages at their gateways, and what a day of them cost.
-- A row without accepted_at only holds parts set aside; arrival is what the gateway told later.
-- A day is that of Vietnam, counted from 1970-01-01.
CREATE TABLE sms_sends (
    message_id  TEXT   NOT NULL CONSTRAINT "sms_sends.message_id" PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
    day         BIGINT NOT NULL,
    parts       BIGINT NOT NULL,
    gateway     TEXT,
    gateways_id TEXT,
    accepted_at BIGINT,
    arrival     TEXT,
    told_at     BIGINT
);
CREATE INDEX sms_sends_by_gateways_id ON sms_sends (gateways_id, gateway) WHERE gateways_id IS NOT NULL;

CREATE TABLE sms_days (
    day        BIGINT NOT NULL CONSTRAINT "sms_days.day" PRIMARY KEY,
    parts      BIGINT NOT NULL,
    warned_at  BIGINT,
    refused_at BIGINT
);
