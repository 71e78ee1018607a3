-- Long work on pages of its own, and reads that are recorded.

-- Work that takes longer than a page may: exports, imports, backups. Done by one thread, in order; it goes on when
-- nobody watches, and tells its owner in the inbox.
CREATE TABLE job (
	id {id},                        -- order of asking
	code text NOT NULL UNIQUE,      -- UUIDv7 for addresses
	sort text NOT NULL,             -- export, import, backup
	person {i64} NOT NULL REFERENCES matter (id), -- whose work, and by whose rights it is done
	organ {i64} NOT NULL REFERENCES matter (id),  -- in which identity
	title text NOT NULL,            -- as pages call it
	kind text NOT NULL,             -- kind of the matters, '' when of none
	input text NOT NULL,            -- the address's query, or the name of the kept file
	state text NOT NULL,            -- waiting, running, done, stopped (with a reason)
	total {i64} NOT NULL,           -- rows or pages to do, 0: not known yet
	done {i64} NOT NULL,            -- of them done
	refused {i64} NOT NULL,         -- rows that were refused
	say text NOT NULL,              -- the result, or why it stopped, in Chinese
	file text NOT NULL,             -- what it made, below spool/; '' when nothing
	file_name text NOT NULL,        -- as it is offered
	at {i64} NOT NULL,              -- when it was asked for
	ended {i64}                     -- when it ended
){strict};
CREATE INDEX job_person ON job (person, id);
CREATE INDEX job_open ON job (id) WHERE ended IS NULL;

-- Reads that are recorded (decision 20): what was taken out, by whom; without contents.
CREATE TABLE reading (
	id {id},                        -- order of writing
	at {i64} NOT NULL,              -- when
	person {i64} NOT NULL REFERENCES matter (id), -- who
	organ {i64} REFERENCES matter (id), -- in which identity
	sort text NOT NULL,             -- export, download, backup
	kind text NOT NULL,             -- kind of the matters, '' when of one
	matter {i64} REFERENCES matter (id), -- the matter, for a file of it
	what text NOT NULL,             -- filters of an export, name of a file: never what stands in it
	n {i64} NOT NULL                -- rows or bytes
){strict};
CREATE INDEX reading_person ON reading (person, id);

-- Where a message leads when it is about no matter: a page of this program.
ALTER TABLE message ADD COLUMN href text;
