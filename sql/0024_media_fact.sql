-- What films, recordings and photos say of themselves (音像信息). Read from the stored files, which never change, so that
-- rows may be lost and made again.
CREATE TABLE media_fact (
	digest text PRIMARY KEY REFERENCES blob (digest), -- the content
	evidence {i64} NOT NULL,        -- the first piece of evidence with it: how far the reader came
	at {i64} NOT NULL,              -- when it was read
	facts text NOT NULL             -- one a line: src/blob/facts.h
){keyed};
CREATE INDEX media_fact_evidence ON media_fact (evidence);
