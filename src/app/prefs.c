/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/prefs.h"

static const struct stmt st_get = { "pref_get", "SELECT value FROM pref WHERE person = $1 AND key = $2" };
static const struct stmt st_put = { "pref_put",
	"INSERT INTO pref (person, key, value) VALUES ($1, $2, $3) "
	"ON CONFLICT (person, key) DO UPDATE SET value = excluded.value" };
static const struct stmt st_drop = { "pref_drop", "DELETE FROM pref WHERE person = $1 AND key = $2" };

bool prefs_get(struct db *db, struct arena *a, int64_t person, struct str key, struct str *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_str(key) };
	struct str value = { 0 };
	const struct db_out out[] = { db_to_str(&value) };
	bool found;

	if (!db_maybe(db, a, &st_get, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	*ret = found ? value : (struct str){ 0 };
	return true;
}

bool prefs_put(struct db *db, int64_t person, struct str key, struct str value, struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_str(key), db_str(value) };
	const struct db_in gone[] = { db_i64(person), db_str(key) };

	if (key.n > PREF_KEY_MOST || value.n > PREF_VALUE_MOST)
		return err_set(err, ERR_TOO_LARGE, "要记住的内容过多，请删去一些再保存");
	return value.n ? db_exec(db, &st_put, DB_IN(in), NULL, err) : db_exec(db, &st_drop, DB_IN(gone), NULL, err);
}
