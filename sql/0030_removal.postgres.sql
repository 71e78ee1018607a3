-- Contents that an approved list let go (matter/removal.h): digests, acts and the log stay.
ALTER TABLE document ADD COLUMN removed_event {i64} REFERENCES event (id); -- the event contents.removed; its content is empty, its PDF gone
CREATE INDEX evidence_kept ON evidence (blob) WHERE removed_event IS NULL; -- who still needs a content
CREATE INDEX blob_leaving ON blob (digest) WHERE place IN ('leaving', 'unstoring'); -- content to be deleted: from blobs/, from the store
CREATE INDEX outbox_removal ON outbox (matter) WHERE kind = 'remove'; -- what a list orders removed

-- Only the removal's own event opens the guard, and only for earlier acts on the same matter.
CREATE FUNCTION mingfa_guard_why() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM event r JOIN event e ON e.matter = r.matter WHERE r.id = NEW.because_of
		AND r.action = 'contents.removed' AND r.role = 'program' AND e.id = NEW.event AND e.id < r.id) THEN
		RAISE EXCEPTION 'retention_guard: there is no removal that says so'
			USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER retention_guard_why BEFORE INSERT ON retention_guard FOR EACH ROW EXECUTE FUNCTION mingfa_guard_why();

-- The role that serves may delete nothing of the record: it asks the owner's function, which the guards hold as well.
CREATE FUNCTION mingfa_remove_body(victim bigint, because bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
	gone bigint;
BEGIN
	INSERT INTO retention_guard (event, because_of) VALUES (victim, because);
	DELETE FROM event_body WHERE event = victim;
	GET DIAGNOSTICS gone = ROW_COUNT;
	RETURN gone;
END $$;
REVOKE ALL ON FUNCTION mingfa_remove_body(bigint, bigint) FROM PUBLIC;
