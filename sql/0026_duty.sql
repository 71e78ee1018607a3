-- Duties of the definitions (职责): where each stands, and what the last count gave. The results in law are matters of the
-- kind duty_record; these rows only say what comes next and what pages may show without counting anew.

-- One row for each duty of each pack: the period that is not yet recorded.
CREATE TABLE duty (
	pack text NOT NULL,             -- 'shanxi/linyi'
	duty text NOT NULL,             -- 'KIND.ID'
	period {i64} NOT NULL,          -- first day of the period
	due {i64} NOT NULL,             -- first instant after its due day: then it is recorded
	yellow {i64} NOT NULL,          -- instant at which those concerned are told; equals due when nobody is
	reached {i64} NOT NULL,           -- subjects up to this id are recorded already (many go in batches)
	told {i64} NOT NULL,            -- 1: those concerned were told
	PRIMARY KEY (pack, duty)
){keyed};
CREATE INDEX duty_due ON duty (due);
CREATE INDEX duty_yellow ON duty (yellow) WHERE told = 0;

-- What the last count gave for a subject in the period that runs.
CREATE TABLE duty_mark (
	pack text NOT NULL,             -- as in duty
	duty text NOT NULL,             -- as in duty
	subject {i64} NOT NULL REFERENCES matter (id), -- organ, person or matter
	organ {i64} NOT NULL,           -- whose subject it is
	period {i64} NOT NULL,          -- first day of the period
	due {i64} NOT NULL,             -- first instant after the due day
	yellow {i64} NOT NULL,          -- instant from which it is yellow while it is not met
	figure text NOT NULL,           -- the figure for people
	target text NOT NULL,           -- what it is measured against, '' when that is said otherwise
	result {i64} NOT NULL,          -- 0 not applicable, 1 met, 2 not met
	who text NOT NULL,              -- who is to see to it, principals parted by blanks
	counted {i64} NOT NULL,         -- when it was counted
	PRIMARY KEY (pack, duty, subject)
){keyed};
CREATE INDEX duty_mark_organ ON duty_mark (organ, yellow);
