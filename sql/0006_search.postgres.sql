-- Full text (decision 17): rebuildable, written by the search thread with its own connection.

-- One row for each text that one side can find; no foreign key: the index may be behind or rebuilt.
CREATE TABLE search (
	id bigint PRIMARY KEY,          -- day, matter and side in one: newest first is the key walked down
	matter bigint NOT NULL,         -- the matter
	side bigint NOT NULL,           -- 0: the working side's text, 1: the public's
	text text NOT NULL,             -- at most 2,000 characters, nothing that this side may not see: hits are rechecked here
	tokens tsvector NOT NULL,       -- array_to_tsvector of pairs of characters, words, rights and filters
	UNIQUE (matter, side)
);
CREATE INDEX search_tokens ON search USING gin (tokens) WITH (fastupdate = off);

-- How far the thread has come.
CREATE TABLE search_state (
	id bigint PRIMARY KEY CHECK (id = 1), -- there is one
	last_event bigint NOT NULL      -- id of the last event taken
);
INSERT INTO search_state (id, last_event) VALUES (1, 0);
