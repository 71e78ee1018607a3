-- Drafts that were thrown away, or that a newer one overran: 30 days long their person may take them back.
CREATE TABLE draft_bin (
	id {id},                        -- order of throwing away
	person {i64} NOT NULL REFERENCES matter (id), -- whose draft
	matter {i64} NOT NULL,          -- the matter; 0 for opening
	action text NOT NULL,           -- id of the action; for opening the id of the kind
	form text NOT NULL,             -- JSON as typed
	at {i64} NOT NULL,              -- when it was last kept
	dropped {i64} NOT NULL          -- when it was thrown away
){strict};
CREATE INDEX draft_bin_person ON draft_bin (person, dropped);
CREATE INDEX draft_bin_dropped ON draft_bin (dropped);
