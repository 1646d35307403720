ALTER TABLE accounts DROP COLUMN devices_known_from;
ALTER TABLE accounts DROP COLUMN password_distrusted_at;
ALTER TABLE sessions DROP COLUMN network;
