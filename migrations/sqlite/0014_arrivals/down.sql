DROP INDEX upstream_links_by_subject;
ALTER TABLE upstream_links DROP COLUMN subject;
ALTER TABLE audit DROP COLUMN reason;
ALTER TABLE audit DROP COLUMN upstream;
