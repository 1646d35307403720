-- What gateways tell about messages whose acceptance is not noted yet, by the gateway's id or ours. A row without arrival
-- only marks that an acceptance is being noted.
CREATE TABLE sms_early (
    gateway TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    arrival TEXT,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (gateway, id)
) STRICT;
CREATE INDEX sms_early_by_told_at ON sms_early (told_at);

-- When a gateway was asked to take a message and gave no answer: it may bill it.
ALTER TABLE sms_sends ADD COLUMN unanswered_at INTEGER;

-- The ceilings that the alarms of a day were about.
ALTER TABLE sms_days ADD COLUMN warned_of INTEGER;
ALTER TABLE sms_days ADD COLUMN refused_of INTEGER;
