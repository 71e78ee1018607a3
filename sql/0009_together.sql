-- Working together: deputies (AB角), who has looked, what was taken back, points of a return, watching (盯办).

-- Whose desk is in whose hands on which days: a projection of matters of the kind delegation, written by the engine.
CREATE TABLE delegation (
	id {i64} PRIMARY KEY REFERENCES matter (id), -- the matter
	organ {i64} NOT NULL REFERENCES matter (id), -- where
	principal {i64} NOT NULL REFERENCES matter (id), -- who is away
	deputy {i64} NOT NULL REFERENCES matter (id), -- who acts for that person
	roles text NOT NULL,            -- ids of the roles that are delegated, parted by blanks; '': all
	from_day {i64} NOT NULL,        -- first day
	to_day {i64} NOT NULL           -- last day; before from_day: ended before it began
){strict};
CREATE INDEX delegation_deputy ON delegation (deputy, organ, to_day);
CREATE INDEX delegation_principal ON delegation (principal, organ, to_day);

-- Acts of deputies: for whom each was done stands in its event's body, and here so that one probe answers.
CREATE TABLE deputed (
	event {i64} PRIMARY KEY REFERENCES event (id), -- the act
	matter {i64} NOT NULL REFERENCES matter (id),  -- where it was done
	actor {i64} NOT NULL REFERENCES matter (id),   -- the deputy
	principal {i64} NOT NULL REFERENCES matter (id) -- for whom
){strict};
CREATE INDEX deputed_matter ON deputed (matter, principal);

-- When somebody for whom a matter waits last had it open. Not part of the record; written without the turn.
CREATE TABLE look (
	matter {i64} NOT NULL REFERENCES matter (id), -- what was opened
	person {i64} NOT NULL REFERENCES matter (id), -- by whom
	at {i64} NOT NULL,              -- when
	PRIMARY KEY (matter, person)
){keyed};

-- Acts that their actor took back (撤回): they stay in the record and count no longer as done.
CREATE TABLE taken_back (
	event {i64} PRIMARY KEY REFERENCES event (id), -- the act
	matter {i64} NOT NULL REFERENCES matter (id),  -- where it was done
	by_event {i64} NOT NULL REFERENCES event (id)  -- the act that took it back
){strict};
CREATE INDEX taken_back_matter ON taken_back (matter);

-- Which event of its matter (event.seq) started and stopped a run; NULL: before this column, or not by an act.
ALTER TABLE clock ADD COLUMN started_seq {i64};
ALTER TABLE clock ADD COLUMN stopped_seq {i64};

-- Points of a return (退回要点), for the receiver to tick.
CREATE TABLE point (
	id {id},                        -- order of writing
	matter {i64} NOT NULL REFERENCES matter (id), -- what was returned
	event {i64} NOT NULL REFERENCES event (id),   -- the return
	n {i64} NOT NULL,               -- 1, 2, 3 … in the return
	text text NOT NULL,             -- the point
	ticked {i64} REFERENCES event (id), -- the event that ticked it; NULL: open
	remark text NOT NULL            -- of who ticked it, '' when none
){strict};
CREATE INDEX point_matter ON point (matter, event, n);

-- Matters that a person keeps an eye on (盯办). Not part of the record.
CREATE TABLE watch (
	person {i64} NOT NULL REFERENCES matter (id), -- who
	matter {i64} NOT NULL REFERENCES matter (id), -- what
	at {i64} NOT NULL,              -- since when
	PRIMARY KEY (person, matter)
){keyed};
