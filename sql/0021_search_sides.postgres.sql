-- Papers and parties in the full-text index: an entry is of something, not only of a matter.
ALTER TABLE search RENAME COLUMN matter TO subject; -- a matter; of papers a document; of parties matter and field in one
-- side: 0: the working side's text of a matter, 1: the public's, 2: a paper's, 3: a party's
ALTER TABLE search_state ADD COLUMN form bigint NOT NULL DEFAULT 0; -- what its entries hold: SEARCH_FORM of the program that filled it
