-- Append-only tables. The guards stop mistakes; what proves is the log.
CREATE FUNCTION mingfa_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION mingfa_retention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM retention_guard g WHERE g.event = OLD.event) THEN
		RAISE EXCEPTION '% goes by the retention action only', TG_TABLE_NAME
			USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN OLD;
END $$;
CREATE FUNCTION mingfa_retention_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM retention_guard WHERE event = OLD.event;
	RETURN NULL;
END $$;

CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER leaf_no_change BEFORE UPDATE OR DELETE ON leaf FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER tile_no_change BEFORE UPDATE OR DELETE ON tile FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER pack_version_no_change BEFORE UPDATE OR DELETE ON pack_version
	FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER matter_no_delete BEFORE DELETE ON matter FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER log_head_no_delete BEFORE DELETE ON log_head FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER log_head_grows BEFORE UPDATE ON log_head FOR EACH ROW WHEN (NEW.size < OLD.size)
	EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER event_body_no_update BEFORE UPDATE ON event_body FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER event_file_no_update BEFORE UPDATE ON event_file FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER event_file_guard BEFORE DELETE ON event_file FOR EACH ROW EXECUTE FUNCTION mingfa_retention();
-- Files go before the body: its deletion uses the guard row up.
CREATE TRIGGER event_body_guard BEFORE DELETE ON event_body FOR EACH ROW EXECUTE FUNCTION mingfa_retention();
CREATE TRIGGER event_body_gone AFTER DELETE ON event_body FOR EACH ROW EXECUTE FUNCTION mingfa_retention_used();

-- TRUNCATE passes row triggers by.
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER event_body_no_truncate BEFORE TRUNCATE ON event_body EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER event_file_no_truncate BEFORE TRUNCATE ON event_file EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER leaf_no_truncate BEFORE TRUNCATE ON leaf EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER tile_no_truncate BEFORE TRUNCATE ON tile EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER log_head_no_truncate BEFORE TRUNCATE ON log_head EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER pack_version_no_truncate BEFORE TRUNCATE ON pack_version EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER matter_no_truncate BEFORE TRUNCATE ON matter EXECUTE FUNCTION mingfa_refuse();
