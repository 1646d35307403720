ALTER TABLE sms_days DROP COLUMN refused_of;
ALTER TABLE sms_days DROP COLUMN warned_of;
ALTER TABLE sms_sends DROP COLUMN unanswered_at;
DROP TABLE sms_early;
