-- Papers, stored files, and what they are evidence of.

-- A stored file, once for each content.
CREATE TABLE blob (
	digest text PRIMARY KEY,        -- SHA-256, hexadecimal: its address
	sm3 text NOT NULL,              -- SM3, hexadecimal
	size {i64} NOT NULL,            -- bytes
	media text NOT NULL,            -- type by content, 'application/pdf'
	place text NOT NULL,            -- row (data below), file (blobs/ of the data folder), spool, store (S3)
	data {bytes},                   -- the content of small ones; NULL elsewhere
	created {i64} NOT NULL          -- when it was stored
){strict};

-- A numbered paper. The action freezes number, template and values; the PDF follows as an event of its own.
CREATE TABLE document (
	id {id},                        -- inside only
	code text NOT NULL UNIQUE,      -- UUIDv7 for addresses
	matter {i64} NOT NULL REFERENCES matter (id), -- whose paper
	event {i64} NOT NULL REFERENCES event (id),   -- the action that made it
	paper text NOT NULL,            -- id of the paper in the kind
	number text NOT NULL,           -- '' when it has none; kept when voided
	template text NOT NULL,         -- SHA-256 of the template's text, hexadecimal
	content text NOT NULL,          -- JSON: the values frozen at the action
	state text NOT NULL,            -- queued, frozen, failed
	tries {i64} NOT NULL,           -- renders begun; after the third it stands on its maker's desk
	blob text REFERENCES blob (digest),  -- the PDF, once frozen
	created {i64} NOT NULL,         -- when the action was done
	frozen {i64},                   -- when the PDF was stored
	frozen_event {i64} REFERENCES event (id), -- the event paper.frozen
	voided {i64}                    -- when it was declared void
){strict};
CREATE INDEX document_matter ON document (matter, id);
CREATE INDEX document_event ON document (event);
CREATE INDEX document_waiting ON document (id) WHERE state = 'queued';
CREATE INDEX document_failed ON document (id) WHERE state = 'failed';
CREATE INDEX document_blob ON document (blob) WHERE blob IS NOT NULL;

-- A file in a field of a matter.
CREATE TABLE evidence (
	id {id},                        -- inside only
	code text NOT NULL UNIQUE,      -- UUIDv7 for addresses
	matter {i64} NOT NULL REFERENCES matter (id), -- whose
	event {i64} NOT NULL REFERENCES event (id),   -- that brought it
	field text NOT NULL,            -- id of the field
	blob text NOT NULL REFERENCES blob (digest),  -- the content
	name text NOT NULL,             -- file name as uploaded
	note text NOT NULL,             -- what it shows, '' when not said
	taken {i64},                    -- when it was taken, as its maker says
	sealed {i64},                   -- when both digests were recorded
	removed_event {i64} REFERENCES event (id) -- that took it out of the field; the row stays
){strict};
CREATE INDEX evidence_matter ON evidence (matter, field, id);
CREATE INDEX evidence_blob ON evidence (blob);
