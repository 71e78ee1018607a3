-- What the role that serves may do (decision 19): run by `migrate --grant ROLE` as the owner of the tables, and by every
-- later `migrate` for the roles that were named before. Not a numbered step: it is done anew each time. A table that
-- stands in no list can be read only.
DO $$
DECLARE
	named text := current_setting('mingfa.grant');
	place text := current_schema();
	who text;
	t text;
BEGIN
	FOR who IN SELECT named WHERE named <> '' UNION
		SELECT DISTINCT r.rolname FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x JOIN pg_roles r ON r.oid = x.grantee
		WHERE c.oid = to_regclass('event') AND x.privilege_type = 'INSERT' AND x.grantee <> c.relowner
	LOOP
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', place, who);
		FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = place::regnamespace AND c.relkind = 'r' LOOP
			EXECUTE format('REVOKE ALL ON %I.%I FROM %I', place, t, who);
			EXECUTE format('GRANT SELECT ON %I.%I TO %I', place, t, who);
		END LOOP;
		-- A backup reads how far each sequence has come.
		FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = place::regnamespace AND c.relkind = 'S' LOOP
			EXECUTE format('REVOKE ALL ON SEQUENCE %I.%I FROM %I', place, t, who);
			EXECUTE format('GRANT SELECT ON SEQUENCE %I.%I TO %I', place, t, who);
		END LOOP;
		-- Ids that are taken before their rows are written (src/matter/ahead.c).
		FOREACH t IN ARRAY ARRAY['event_id_seq', 'matter_id_seq'] LOOP
			EXECUTE format('GRANT USAGE ON SEQUENCE %I.%I TO %I', place, t, who);
		END LOOP;
		-- The record: it grows, and nothing in it changes or goes.
		FOREACH t IN ARRAY ARRAY['event', 'event_body', 'event_file', 'leaf', 'tile', 'log_origin', 'checkpoint',
			'cosignature', 'pack_version', 'blob', 'evidence',
			'deputed', 'taken_back', 'reading', 'media_fact'] LOOP
			EXECUTE format('GRANT INSERT ON %I.%I TO %I', place, t, who);
		END LOOP;
		-- Projections and work: kept up to date, never removed.
		FOREACH t IN ARRAY ARRAY['matter', 'clock', 'document', 'organ', 'person', 'delegation', 'account', 'sequence',
			'message', 'outbox', 'job', 'hook_delivery', 'hook_seen', 'look', 'point', 'search_state', 'visit_rating'] LOOP
			EXECUTE format('GRANT INSERT, UPDATE ON %I.%I TO %I', place, t, who);
		END LOOP;
		EXECUTE format('GRANT UPDATE ON %I.log_head TO %I', place, who);
		EXECUTE format('GRANT UPDATE (place, data) ON %I.blob TO %I', place, who); -- where its content stands
		-- Contents that an approved list let go (src/matter/removal.h).
		EXECUTE format('GRANT UPDATE (removed_event) ON %I.evidence TO %I', place, who);
		EXECUTE format('GRANT DELETE ON %I.media_fact TO %I', place, who);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %I.mingfa_remove_body(bigint, bigint) TO %I', place, who);
		-- Rows that come and go with what they stand for.
		FOREACH t IN ARRAY ARRAY['matter_key_num', 'matter_key_text', 'matter_reader', 'link', 'post', 'upload', 'watch',
			'login_attempt', 'draft_bin'] LOOP
			EXECUTE format('GRANT INSERT, DELETE ON %I.%I TO %I', place, t, who);
		END LOOP;
		FOREACH t IN ARRAY ARRAY['session', 'draft', 'pref', 'key_fill', 'matter_holder', 'process', 'search',
			'witness', 'visit', 'duty', 'duty_mark', 'tally', 'tally_seen'] LOOP
			EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I.%I TO %I', place, t, who);
		END LOOP;
	END LOOP;
END $$;
