ALTER TABLE upstream_sessions DROP COLUMN only_to_end;
DROP INDEX upstream_links_by_subject;
ALTER TABLE upstream_links DROP COLUMN subject;
ALTER TABLE audit DROP COLUMN reason;
ALTER TABLE audit DROP COLUMN upstream;
