-- Matters, what happened to them, and what the engine looks up about them.
-- Times are UTC milliseconds, days are days since 1970-01-01, money is fen, yes/no is 1/0.
-- A principal is a text that names who is meant: 'user:9' one person, 'organ:7' everybody of an organ,
-- 'role:7:legal' a role in an organ, 'public' anyone.

-- Schema steps that were applied, one row a file of sql/.
CREATE TABLE schema_patch (
	number {i64} PRIMARY KEY,       -- the file's number, from 1 without gaps
	name text NOT NULL,             -- the file's name
	checksum text NOT NULL,         -- SHA-256 of the file as it was applied, hexadecimal
	applied_at {i64} NOT NULL       -- when
){strict};

-- Every version of a pack that matters were opened under: never changed, never removed.
CREATE TABLE pack_version (
	id {id},                        -- matter.def and event.def point here
	pack text NOT NULL,             -- 'shanxi/linyi'
	digest text NOT NULL,           -- SHA-256 over all files, hexadecimal
	files text NOT NULL,            -- JSON object: path below law/ to the file's text, upper packs included
	loaded_at {i64} NOT NULL,       -- when it was first seen
	UNIQUE (pack, digest)
){strict};

-- A matter as it stands: the fold of its events.
CREATE TABLE matter (
	id {id},                        -- inside only; never shown to the public
	code text NOT NULL UNIQUE,      -- UUIDv7 for addresses, API and files
	kind text NOT NULL,             -- id of the kind
	def {i64} NOT NULL REFERENCES pack_version (id), -- the law that it was opened under
	organ {i64} REFERENCES matter (id),   -- the organ whose matter it is; NULL: of no organ
	parent {i64} REFERENCES matter (id),  -- the matter that opened it
	origin {i64} REFERENCES matter (id),  -- the matter in another organ that it continues
	state text NOT NULL,            -- id of the state
	version {i64} NOT NULL,         -- grows by one at each event; compared before each act
	number text NOT NULL,           -- the first of the kind's numbers, '' until given
	title text NOT NULL,            -- what lists show
	opened {i64} NOT NULL,          -- instant of opening
	opener {i64} REFERENCES matter (id),  -- who opened it; NULL: the public, the law or an import
	ended {i64},                    -- instant at which an end state was entered
	updated {i64} NOT NULL,         -- instant of the last event
	due {i64},                      -- earliest due of its running clocks
	yellow {i64},                   -- earliest instant at which one of them turns yellow
	fields text NOT NULL            -- snapshot of the fields: JSON, keys sorted
){strict};
CREATE INDEX matter_updated ON matter (kind, updated, id);
CREATE INDEX matter_opened ON matter (kind, opened, id);
CREATE INDEX matter_due ON matter (kind, due, id);
CREATE INDEX matter_state ON matter (kind, state, updated, id);
CREATE INDEX matter_organ ON matter (organ, kind, updated, id);
CREATE INDEX matter_number ON matter (number);
CREATE INDEX matter_parent ON matter (parent, kind) WHERE parent IS NOT NULL;
CREATE INDEX matter_origin ON matter (origin) WHERE origin IS NOT NULL;

-- Derived indexes over whole numbers: int, money (fen), date (day), time (ms), bool, ids of references.
CREATE TABLE matter_key_num (
	field text NOT NULL,            -- 'kind.field'
	num {i64} NOT NULL,             -- the value; one row for each element of a list
	matter {i64} NOT NULL REFERENCES matter (id), -- whose value it is
	PRIMARY KEY (field, num, matter)
){keyed};
CREATE INDEX matter_key_num_matter ON matter_key_num (matter);

-- Derived indexes over texts: text, enum, picks, codes of parties.
CREATE TABLE matter_key_text (
	field text NOT NULL,            -- 'kind.field'
	text text NOT NULL,             -- the value
	matter {i64} NOT NULL REFERENCES matter (id), -- whose value it is
	PRIMARY KEY (field, text, matter)
){keyed};
CREATE INDEX matter_key_text_matter ON matter_key_text (matter);

-- Typed relations from fields of the types ref, refs, user, organ; they show on both sides.
CREATE TABLE link (
	source {i64} NOT NULL REFERENCES matter (id), -- the matter that has the field
	field text NOT NULL,            -- id of the field
	target {i64} NOT NULL REFERENCES matter (id), -- the matter that it names
	PRIMARY KEY (source, field, target)
){keyed};
CREATE INDEX link_target ON link (target, field, source);

-- Who sees a matter (`see`), so that lists never fetch what may not be seen.
CREATE TABLE matter_reader (
	matter {i64} NOT NULL REFERENCES matter (id), -- the matter
	principal text NOT NULL,        -- who sees it
	PRIMARY KEY (matter, principal)
){keyed};
CREATE INDEX matter_reader_principal ON matter_reader (principal, matter);

-- On whose desk a matter stands: who may do the next action.
CREATE TABLE matter_holder (
	matter {i64} NOT NULL REFERENCES matter (id), -- the matter
	principal text NOT NULL,        -- for whom it waits
	due {i64} NOT NULL,             -- matter.due, or 9223372036854775807 when no clock runs: those come last
	PRIMARY KEY (matter, principal)
){keyed};
CREATE INDEX matter_holder_desk ON matter_holder (principal, due, matter);

-- The record of one action. Append-only: see the guards.
CREATE TABLE event (
	id {id},                        -- order of writing
	matter {i64} NOT NULL REFERENCES matter (id), -- what was acted upon
	seq {i64} NOT NULL,             -- 1, 2, 3 … in its matter; equals matter.version after it
	at {i64} NOT NULL,              -- the instant that counts in law; never before the event before it
	entered_at {i64} NOT NULL,      -- the server's time of writing
	actor {i64} REFERENCES matter (id), -- the person; NULL: role says who
	organ {i64} REFERENCES matter (id), -- the identity in which the person acted
	role text NOT NULL,             -- by what right: a role, a field, 'opener', 'public', 'system', 'import'
	action text NOT NULL,           -- id of the action; 'paper.frozen' and the like for the program's own
	because_of {i64} REFERENCES event (id), -- the event that brought it (effects and reactions)
	request text UNIQUE,            -- once-token of a form or API write; 'clock:MATTER:CLOCK:RUN' for a lapse
	def {i64} NOT NULL REFERENCES pack_version (id), -- the law that it was done under
	kind text NOT NULL,             -- kind of the matter
	UNIQUE (matter, seq)
){strict};
CREATE INDEX event_because ON event (because_of) WHERE because_of IS NOT NULL;
CREATE INDEX event_actor ON event (actor, at) WHERE actor IS NOT NULL;

-- What an event changed. Goes only by the retention action, through retention_guard.
CREATE TABLE event_body (
	event {i64} PRIMARY KEY REFERENCES event (id), -- whose contents
	salt {bytes} NOT NULL,          -- 32 random bytes of the body's line in the log's entry
	body text NOT NULL              -- JSON: results of form and set, reason, passed checks, papers, states
){strict};

-- Files that an event brought: a line each in the log's entry. Goes like event_body, and before it.
CREATE TABLE event_file (
	event {i64} NOT NULL REFERENCES event (id), -- the event
	n {i64} NOT NULL,               -- 1, 2, 3 … in order of the entry's lines
	digest text NOT NULL,           -- SHA-256 of the content, hexadecimal: blob.digest
	salt {bytes} NOT NULL,          -- 32 random bytes of this line
	PRIMARY KEY (event, n)
){keyed};

-- Time limits: one row for each run of a clock.
CREATE TABLE clock (
	id {id},                        -- inside only
	matter {i64} NOT NULL REFERENCES matter (id), -- the matter
	clock text NOT NULL,            -- id of the clock in the kind
	run {i64} NOT NULL,             -- 1 for the first start, 2 after a stop and a new start …
	start {i64} NOT NULL,           -- instant from which it counts
	due {i64},                      -- first instant after the last day; NULL: unknown
	yellow {i64},                   -- instant at which it turns yellow; NULL: never
	state text NOT NULL,            -- running, paused, met, late, ended
	stopped {i64},                  -- instant of the stop
	pauses text NOT NULL,           -- JSON: limits, extensions and pauses, enough to explain the due day
	who text NOT NULL,              -- on whose desk, principals parted by blanks
	provisional {i64} NOT NULL,     -- 1: due is the earliest possible day, beyond the known calendar (暂定)
	lapse {i64} NOT NULL,           -- 1: an automatic action follows at due; 2: parked after it broke; 0: none
	UNIQUE (matter, clock, run)
){strict};
-- Queries must repeat these conditions as constants for the index to be taken.
CREATE INDEX clock_timer ON clock (due, matter, clock) WHERE lapse = 1 AND state = 'running' AND provisional = 0;
CREATE INDEX clock_yellow ON clock (yellow) WHERE state = 'running';
CREATE INDEX clock_red ON clock (due) WHERE state = 'running';
CREATE INDEX clock_provisional ON clock (id) WHERE provisional = 1;

-- Last number given, without gaps: changed in the action's savepoint, as its last write.
CREATE TABLE sequence (
	series text NOT NULL,           -- the number's pattern
	organ {i64} NOT NULL,           -- matter id of the organ
	year {i64} NOT NULL,            -- year of the event in Shanghai
	last {i64} NOT NULL,            -- the last one given
	PRIMARY KEY (series, organ, year)
){keyed};

-- Forms begun and not sent: one a person and form. Not part of the record; written without the turn.
CREATE TABLE draft (
	person {i64} NOT NULL REFERENCES matter (id), -- whose draft
	matter {i64} NOT NULL,          -- the matter; 0 for opening
	action text NOT NULL,           -- id of the action; for opening the id of the kind
	form text NOT NULL,             -- JSON as typed
	at {i64} NOT NULL,              -- when it was last kept
	PRIMARY KEY (person, matter, action)
){keyed};

-- What a person is told.
CREATE TABLE message (
	id {id},                        -- order of writing
	person {i64} NOT NULL REFERENCES matter (id), -- to whom
	matter {i64} REFERENCES matter (id), -- about what
	event {i64} REFERENCES event (id),   -- what brought it
	kind text NOT NULL,             -- next (must act), tell (an effect says so), warn (a clock), program (a broken paper …)
	text text NOT NULL,             -- the sentence
	at {i64} NOT NULL,              -- when
	read_at {i64},                  -- when it was opened
	done_at {i64}                   -- when nothing was left to do about it
){strict};
CREATE INDEX message_person ON message (person, id);
CREATE INDEX message_unread ON message (person, id) WHERE read_at IS NULL;
CREATE INDEX message_open ON message (matter) WHERE done_at IS NULL;

-- Work that follows a commit: papers, search, messages outside.
CREATE TABLE outbox (
	id {id},                        -- order of writing
	kind text NOT NULL,             -- paper, search …: which thread takes it
	matter {i64} REFERENCES matter (id), -- about what
	event {i64} REFERENCES event (id),   -- what brought it
	item {i64},                     -- row that it is about, such as document.id
	at {i64} NOT NULL,              -- when it was queued
	tries {i64} NOT NULL,           -- how often it was tried
	done {i64}                      -- when it was done; NULL: waiting
){strict};
CREATE INDEX outbox_waiting ON outbox (kind, id) WHERE done IS NULL;
