-- What other systems are told: deliveries of webhooks and of the message hook. Not part of the record.

-- One attempt to be made for each receiver and happening.
CREATE TABLE hook_delivery (
	id {id},                        -- order of writing
	code text NOT NULL UNIQUE,      -- UUIDv7: the receiver knows a doubled one by it
	hook {i64} REFERENCES matter (id), -- the webhook; NULL: the installation's message hook
	event text NOT NULL,            -- decision.published, matter.transferred, deadline.red, message
	body text NOT NULL,             -- JSON as it is sent, without case content
	at {i64} NOT NULL,              -- when it happened
	tries {i64} NOT NULL,           -- how often it was tried
	next_at {i64} NOT NULL,         -- not before this instant
	state text NOT NULL,            -- waiting, done, dead (given up: stands in the dead-letter list)
	error text NOT NULL             -- what the last attempt met, '' when nothing
){strict};
CREATE INDEX hook_waiting ON hook_delivery (next_at, id) WHERE state = 'waiting';
CREATE INDEX hook_dead ON hook_delivery (id) WHERE state = 'dead';
CREATE INDEX hook_of ON hook_delivery (hook, id);

-- How far events and messages were looked through.
CREATE TABLE hook_seen (
	id {i64} PRIMARY KEY CHECK (id = 1), -- there is one
	event {i64} NOT NULL,           -- the last event
	message {i64} NOT NULL          -- the last message
){strict};
