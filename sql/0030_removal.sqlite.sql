-- Contents that an approved list let go (matter/removal.h): digests, acts and the log stay.
ALTER TABLE document ADD COLUMN removed_event {i64} REFERENCES event (id); -- the event contents.removed; its content is empty, its PDF gone
CREATE INDEX evidence_kept ON evidence (blob) WHERE removed_event IS NULL; -- who still needs a content
CREATE INDEX blob_leaving ON blob (digest) WHERE place IN ('leaving', 'unstoring'); -- content to be deleted: from blobs/, from the store
CREATE INDEX outbox_removal ON outbox (matter) WHERE kind = 'remove'; -- what a list orders removed

-- Only the removal's own event opens the guard, and only for earlier acts on the same matter.
CREATE TRIGGER retention_guard_why BEFORE INSERT ON retention_guard
WHEN NOT EXISTS (SELECT 1 FROM event r JOIN event e ON e.matter = r.matter WHERE r.id = NEW.because_of
	AND r.action = 'contents.removed' AND r.role = 'program' AND e.id = NEW.event AND e.id < r.id)
BEGIN SELECT RAISE(ABORT, 'retention_guard: there is no removal that says so'); END;
