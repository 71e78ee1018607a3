-- Visits to enterprises as the public side tells of them: written by the act on the working side, in its transaction; the
-- public side reads these rows and opens no matter. Gone once the matter is archived or given up. Not part of the record.
CREATE TABLE visit (
	code text PRIMARY KEY,          -- SHA-256 of the code on the notice, hexadecimal; the code itself is on paper only
	matter {i64} NOT NULL UNIQUE REFERENCES matter (id), -- the inspection; the public side does not follow it
	organ {i64} NOT NULL REFERENCES matter (id), -- who inspects
	state text NOT NULL,            -- of the inspection
	body text NOT NULL,             -- JSON: what is told, id of field, term or number to its text
	rated {i64} NOT NULL            -- 1: the code was used for a rating, which one nobody knows
){strict};

-- Ratings of visits, without the enterprise: no visit, no address, no time finer than the day.
CREATE TABLE visit_rating (
	id text PRIMARY KEY,            -- random, so that rows have no order
	organ {i64} NOT NULL REFERENCES matter (id), -- who inspected
	day {i64} NOT NULL,             -- of the rating
	batch {i64} NOT NULL,           -- 0, 1, …: five ratings of an organ each; it sees totals of whole ones
	card {i64} NOT NULL,            -- 1: certificates were shown
	pair {i64} NOT NULL,            -- 1: two or more came
	gain {i64} NOT NULL,            -- 1: gifts, meals, money or a named service were asked for or taken
	stars {i64} NOT NULL,           -- 1 to 5
	words text NOT NULL,            -- what else was said, '' nothing
	told {i64} NOT NULL             -- 1: a lead for supervision came of it (or none was due)
){keyed};
CREATE INDEX visit_rating_organ ON visit_rating (organ, batch);
CREATE INDEX visit_rating_new ON visit_rating (day) WHERE told = 0;
