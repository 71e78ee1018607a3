-- A practice county (练习县): what there is to practise. No data folder but one of `init --practice` has a row here: the
-- rows are how it knows itself.
CREATE TABLE practice (
	id text PRIMARY KEY,            -- of the exercise in law/demo/practice.yaml
	place {i64} NOT NULL,           -- 1, 2, 3 … as they are listed
	title text NOT NULL,            -- what is practised
	task text NOT NULL,             -- what happened, and what to do
	person {i64} NOT NULL REFERENCES matter (id), -- as whom
	kind text NOT NULL,             -- of the matter
	action text NOT NULL,           -- with which it is done
	matter {i64} REFERENCES matter (id), -- at which matter; NULL: at any that comes after `after`
	after {i64} NOT NULL            -- the newest matter when the county was made
){strict};
