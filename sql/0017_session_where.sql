-- Where a session was begun, so that its owner recognises it (我的账号).
ALTER TABLE session ADD COLUMN address text NOT NULL DEFAULT ''; -- network address of the client at the sign-in
ALTER TABLE session ADD COLUMN agent text NOT NULL DEFAULT '';   -- what its program called itself, at most 300 bytes
