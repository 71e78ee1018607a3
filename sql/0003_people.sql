-- Organs and persons as tables (projections of matters of these kinds, written by the engine), and accounts.

-- Organs.
CREATE TABLE organ (
	id {i64} PRIMARY KEY REFERENCES matter (id), -- the matter
	code text NOT NULL UNIQUE,      -- its code
	name text NOT NULL,             -- full name
	abbr text NOT NULL,             -- in numbers of papers, 临应急
	short text NOT NULL,            -- id in definitions and scenarios, '' when it has none
	uscc text NOT NULL,             -- unified social credit code
	sort text NOT NULL,             -- county, township … as the kind says
	superior {i64} REFERENCES matter (id),     -- the organ above
	entrusted_by {i64} REFERENCES matter (id), -- the organ in whose name it enforces
	pack text NOT NULL,             -- its definitions, '' for the default
	legal_unit text NOT NULL,       -- name of the unit that reviews
	enforces {i64} NOT NULL,        -- 1: has enforcement power
	active {i64} NOT NULL           -- 0: abolished
){strict};
CREATE UNIQUE INDEX organ_short ON organ (short) WHERE short <> '';
CREATE INDEX organ_superior ON organ (superior) WHERE superior IS NOT NULL;

-- Persons of the installation.
CREATE TABLE person (
	id {i64} PRIMARY KEY REFERENCES matter (id), -- the matter
	code text NOT NULL UNIQUE,      -- its code
	name text NOT NULL,             -- as on the certificate
	organ {i64} REFERENCES matter (id), -- where employed
	position text NOT NULL,         -- title
	phone text NOT NULL,            -- '' when not known
	active {i64} NOT NULL           -- 0: left
){strict};
CREATE INDEX person_organ ON person (organ, name);
CREATE INDEX person_name ON person (name);

-- Roles of persons in organs, with dates.
CREATE TABLE post (
	person {i64} NOT NULL REFERENCES matter (id), -- who
	organ {i64} NOT NULL REFERENCES matter (id),  -- where
	role text NOT NULL,             -- id of the role in the pack
	from_day {i64} NOT NULL,        -- first day
	to_day {i64} NOT NULL,          -- last day; 9223372036854775807: open
	PRIMARY KEY (person, organ, role, from_day)
){keyed};
CREATE INDEX post_organ ON post (organ, role, to_day, person);

-- How a person signs in.
CREATE TABLE account (
	id {id},                        -- inside only
	person {i64} NOT NULL UNIQUE REFERENCES matter (id), -- who
	login text NOT NULL UNIQUE,     -- name to sign in with, lower case
	hash text NOT NULL,             -- argon2id with its parameters
	failures {i64} NOT NULL,        -- wrong passwords since the last right one
	locked_until {i64} NOT NULL,    -- instant; 0: not locked
	must_change {i64} NOT NULL,     -- 1: the next sign-in asks for a new password
	changed {i64} NOT NULL,         -- when the password was set
	disabled {i64} NOT NULL         -- 1: may not sign in
){strict};

-- Who is signed in.
CREATE TABLE session (
	token_hash {bytes} PRIMARY KEY, -- SHA-256 of the cookie's 32 random bytes
	account {i64} NOT NULL REFERENCES account (id), -- who
	organ {i64} REFERENCES matter (id), -- identity in force (身份); NULL until chosen
	role text NOT NULL,             -- role in force, '' for all of that organ
	csrf text NOT NULL,             -- token that every POST must carry
	created {i64} NOT NULL,         -- sign-in
	seen {i64} NOT NULL,            -- last request, written at most each 5 minutes
	expires {i64} NOT NULL          -- end in any case
){strict};
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires);

-- Attempts to sign in, for the lockout by address; kept for a day.
CREATE TABLE login_attempt (
	id {id},                        -- order
	address text NOT NULL,          -- network address of the client
	account {i64} REFERENCES account (id), -- NULL: no such login (which nobody is told)
	at {i64} NOT NULL,              -- when
	ok {i64} NOT NULL               -- 1: the password was right
){strict};
CREATE INDEX login_attempt_address ON login_attempt (address, at);
CREATE INDEX login_attempt_at ON login_attempt (at);
