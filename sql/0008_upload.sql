-- Whose a file is before it stands in a matter.

-- A file sent with a form that has not been done yet: only this person, and only in this form, may attach it by its
-- digest. Gone when the form is done or thrown away.
CREATE TABLE upload (
	person {i64} NOT NULL REFERENCES matter (id), -- who sent it
	matter {i64} NOT NULL,          -- the form's matter; 0 for opening
	action text NOT NULL,           -- id of the action; for opening the id of the kind
	digest text NOT NULL,           -- SHA-256 of the content, hexadecimal
	at {i64} NOT NULL,              -- when it was sent
	PRIMARY KEY (person, matter, action, digest)
){keyed};
