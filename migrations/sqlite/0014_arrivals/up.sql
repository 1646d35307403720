-- By which upstream provider somebody arrived, and why they were not let in.
ALTER TABLE audit ADD COLUMN upstream TEXT;
ALTER TABLE audit ADD COLUMN reason TEXT;

-- The keyed digest of what logout tokens call the person of a link: whom they mean is known also when no session is left.
-- NULL until the person arrives again, where an older program wrote the link.
ALTER TABLE upstream_links ADD COLUMN subject BLOB;
CREATE INDEX upstream_links_by_subject ON upstream_links (subject) WHERE subject IS NOT NULL;

-- 1: ours did not begin by it. Somebody linked their account with that sign-in, which is only ended together with ours.
ALTER TABLE upstream_sessions ADD COLUMN only_to_end INTEGER NOT NULL DEFAULT 0;
