-- Accounts are matters of the kind account: what is done to one is an event. The table says how a person signs in.
ALTER TABLE account ADD COLUMN matter {i64} REFERENCES matter (id); -- its matter; NULL: of before, gets one at the next start

-- The administrators' roles count in the matters of every organ: what they read there before by a role of their own organ.
INSERT INTO matter_reader (matter, principal) SELECT id, 'role:0:secadmin' FROM matter WHERE kind IN ('person', 'api_token');
INSERT INTO matter_reader (matter, principal) SELECT id, 'role:0:auditor' FROM matter WHERE kind IN ('person', 'api_token', 'webhook');
INSERT INTO matter_reader (matter, principal) SELECT id, 'role:0:sysadmin' FROM matter WHERE kind = 'webhook';

-- What administrators did, newest first, without walking past all that was done to cases.
CREATE INDEX event_administered ON event (id) WHERE kind IN ('account', 'backup', 'api_token', 'webhook', 'person');
