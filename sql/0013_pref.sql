-- What a person has chosen for the pages (偏好): the last identity, the tour seen, filters kept. Not part of the record.
CREATE TABLE pref (
	person {i64} NOT NULL REFERENCES matter (id), -- whose
	key text NOT NULL,              -- which: prefs.h lists them
	value text NOT NULL,            -- as the page that keeps it writes it
	PRIMARY KEY (person, key)
){keyed};
