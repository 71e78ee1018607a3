-- Append-only tables. The guards stop mistakes; what proves is the log.
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER leaf_no_update BEFORE UPDATE ON leaf
BEGIN SELECT RAISE(ABORT, 'leaf is append-only'); END;
CREATE TRIGGER leaf_no_delete BEFORE DELETE ON leaf
BEGIN SELECT RAISE(ABORT, 'leaf is append-only'); END;
CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;
CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;
CREATE TRIGGER pack_version_no_update BEFORE UPDATE ON pack_version
BEGIN SELECT RAISE(ABORT, 'pack_version is append-only'); END;
CREATE TRIGGER pack_version_no_delete BEFORE DELETE ON pack_version
BEGIN SELECT RAISE(ABORT, 'pack_version is append-only'); END;
CREATE TRIGGER matter_no_delete BEFORE DELETE ON matter
BEGIN SELECT RAISE(ABORT, 'matter is never deleted'); END;
CREATE TRIGGER log_head_no_delete BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ABORT, 'log_head is never deleted'); END;
CREATE TRIGGER log_head_grows BEFORE UPDATE ON log_head WHEN NEW.size < OLD.size
BEGIN SELECT RAISE(ABORT, 'log_head never shrinks'); END;

CREATE TRIGGER event_body_no_update BEFORE UPDATE ON event_body
BEGIN SELECT RAISE(ABORT, 'event_body is append-only'); END;
CREATE TRIGGER event_file_no_update BEFORE UPDATE ON event_file
BEGIN SELECT RAISE(ABORT, 'event_file is append-only'); END;
CREATE TRIGGER event_file_guard BEFORE DELETE ON event_file
WHEN NOT EXISTS (SELECT 1 FROM retention_guard g WHERE g.event = OLD.event)
BEGIN SELECT RAISE(ABORT, 'event_file goes by the retention action only'); END;
-- Files go before the body: its deletion uses the guard row up.
CREATE TRIGGER event_body_guard BEFORE DELETE ON event_body
WHEN NOT EXISTS (SELECT 1 FROM retention_guard g WHERE g.event = OLD.event)
BEGIN SELECT RAISE(ABORT, 'event_body goes by the retention action only'); END;
CREATE TRIGGER event_body_gone AFTER DELETE ON event_body
BEGIN DELETE FROM retention_guard WHERE event = OLD.event; END;
