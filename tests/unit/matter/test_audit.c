/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The audit on both databases: a county's matters are what their events say; a body that is gone is told, unless an act
 * says that it was removed. What each altered column brings is tested with the command (tests/law/verify.js). */
#include "county.h"

static const struct stmt st_guard = { "test_guard",
	"INSERT INTO retention_guard (event, because_of) SELECT MIN(id), MAX(id) FROM event WHERE matter = $1" };
static const struct stmt st_gone = { "test_gone", "DELETE FROM event_body WHERE event = (SELECT MIN(id) FROM event WHERE matter = $1)" };
static const struct stmt st_act = { "test_removal",
	"INSERT INTO event (matter, seq, at, entered_at, role, action, def, kind)"
	" SELECT id, version + 1, updated, updated, 'program', 'contents.removed', def, kind FROM matter WHERE id = $1" };
static const struct stmt st_body = { "test_removal_body",
	"INSERT INTO event_body (event, salt, body) SELECT MAX(id), $1, $2 FROM event" };
static const struct stmt st_version = { "test_removal_version", "UPDATE matter SET version = version + 1 WHERE id = $1" };

/* What goes lawfully: test_removal.c. */
BOTH(a_body_that_no_removal_names_is_told)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct db_in body[] = { db_bytes(STR("0123456789abcdef0123456789abcdef")), db_str(STR("{\"removed\":[]}")) };
	struct audit x;
	struct err err = { 0 };

	cr_assert(opens(&c, c.wang, "penal", "{'party': {'name': '张三', 'sort': 'person'}, 'cause': '未如实记录',"
			" 'found_on': '2026-03-01', 'secret': '某人'}"), "%s", why(&c));
	county_logged(&c);
	OK(county_audited(&c, &x, &err));
	cr_assert(x.events > 0 && x.removed == 0);
	const struct db_in matter[] = { db_i64(c.r.matter) };

	OK(db_exec(c.db, &st_act, DB_IN(matter), NULL, &err));
	OK(db_exec(c.db, &st_body, DB_IN(body), NULL, &err));
	OK(db_exec(c.db, &st_version, DB_IN(matter), NULL, &err));
	county_logged(&c);
	OK(db_exec(c.db, &st_guard, DB_IN(matter), NULL, &err));
	OK(db_exec(c.db, &st_gone, DB_IN(matter), NULL, &err));
	FAILS(county_audited(&c, &x, &err), ERR_ALTERED);
	county_free(&c);
}
