/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Preferences: kept, changed, taken away, one person's own, and bounded. */
#include <string.h>

#include "app/prefs.h"
#include "lib/fresh.h"

static void given(struct db *db, int64_t id)
{
	static const struct stmt pack = { "t_pack",
		"INSERT INTO pack_version (pack, digest, files, loaded_at) VALUES ('p', $1, '{}', 0)" };
	static const struct stmt matter = { "t_matter",
		"INSERT INTO matter (id, code, kind, def, state, version, number, title, opened, updated, fields) "
		"VALUES ($1, $2, 'person', 1, 's', 1, '', 't', 0, 0, '{}')" };
	const struct db_in p[] = { db_str(id == 1 ? STR("d1") : STR("d2")) };
	const struct db_in m[] = { db_i64(id), db_str(id == 1 ? STR("c1") : STR("c2")) };
	struct err err = { 0 };

	OK(db_exec(db, &pack, DB_IN(p), NULL, &err));
	OK(db_exec(db, &matter, DB_IN(m), NULL, &err));
}

static struct str got(struct fresh *f, struct db *db, int64_t person, const char *key)
{
	struct str s;
	struct err err = { 0 };

	OK(prefs_get(db, f->a, person, str_of(key), &s, &err));
	return s;
}

BOTH(a_preference_is_kept_changed_and_taken_away)
{
	struct db *db = fresh_open(f, DB_WRITE);
	struct err err = { 0 };

	given(db, 1);
	given(db, 2);
	cr_expect_eq(got(f, db, 1, "tour").n, 0, "nothing was chosen");
	OK(prefs_put(db, 1, STR("tour"), STR("1"), &err));
	OK(prefs_put(db, 2, STR("tour"), STR("二"), &err));
	OK(prefs_put(db, 1, STR("tour"), STR("3"), &err));
	cr_expect(str_is(got(f, db, 1, "tour"), "3"));
	cr_expect(str_is(got(f, db, 2, "tour"), "二"), "one person's choice is not another's");
	cr_expect_eq(got(f, db, 1, "other").n, 0);
	OK(prefs_put(db, 1, STR("tour"), STR(""), &err));
	cr_expect_eq(got(f, db, 1, "tour").n, 0, "an empty value takes it away");
	cr_expect(str_is(got(f, db, 2, "tour"), "二"));
	db_close(db);
}

BOTH(a_preference_has_limits)
{
	struct db *db = fresh_open(f, DB_WRITE);
	struct str most = { arena_alloc(f->a, PREF_VALUE_MOST + 1), PREF_VALUE_MOST };
	struct str key = { arena_alloc(f->a, PREF_KEY_MOST + 1), PREF_KEY_MOST };
	struct err err = { 0 };

	memset((char *)(uintptr_t)most.p, 'x', PREF_VALUE_MOST + 1);
	memset((char *)(uintptr_t)key.p, 'k', PREF_KEY_MOST + 1);
	given(db, 1);
	OK(prefs_put(db, 1, key, most, &err));
	most.n++;
	FAILS(prefs_put(db, 1, key, most, &err), ERR_TOO_LARGE);
	key.n++;
	FAILS(prefs_put(db, 1, key, STR("x"), &err), ERR_TOO_LARGE);
	db_close(db);
}
