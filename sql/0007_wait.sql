-- Lists over all kinds, told lights, and indexes that are being filled.

CREATE INDEX matter_any_updated ON matter (updated, id);
CREATE INDEX matter_any_opened ON matter (opened, id);
CREATE INDEX matter_any_due ON matter (due, id) WHERE due IS NOT NULL;

-- Which light of a run was told to those on whose desk it stands: 0 none, 2 yellow, 3 red.
ALTER TABLE clock ADD COLUMN told {i64} NOT NULL DEFAULT 0;
-- Only what is still to be told, so that the probe of each second is a short one.
DROP INDEX clock_yellow;
DROP INDEX clock_red;
CREATE INDEX clock_yellow ON clock (yellow) WHERE state = 'running' AND told < 2;
CREATE INDEX clock_red ON clock (due) WHERE state = 'running' AND told < 3;

-- Derived indexes (matter_key_…) that a new version of a pack has brought and that are not complete yet.
CREATE TABLE key_fill (
	field text PRIMARY KEY,         -- 'kind.field'
	last {i64} NOT NULL             -- id of the last matter whose keys were written; the row goes at the end
){strict};
