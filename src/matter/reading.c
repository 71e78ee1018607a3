/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/reading.h"

#include "base/day.h"
#include "base/json.h"
#include "base/uuid.h"
#include "log/log.h"

static const struct stmt st_known = { "reading_known", "SELECT 1 FROM event WHERE request = $1" };
static const struct stmt st_matter = { "reading_matter",
	"SELECT m.version, m.def, m.kind, (SELECT MAX(at) FROM event e WHERE e.matter = m.id) FROM matter m WHERE m.id = $1" };
static const struct stmt st_event = { "reading_event",
	"INSERT INTO event (matter, seq, at, entered_at, actor, organ, role, action, request, def, kind) "
	"VALUES ($1, $2, $3, $4, $5, $6, '" READING_ROLE "', $10, $7, $8, $9) RETURNING id" };
static const struct stmt st_body = { "reading_body", "INSERT INTO event_body (event, salt, body) VALUES ($1, $2, $3)" };
static const struct stmt st_version = { "reading_version", "UPDATE matter SET version = $2 WHERE id = $1" };

static const char *const actions[] = { [READING_VIEW] = READING_ACTION, [READING_PLAY] = READING_PLAYED, [READING_SAVE] = READING_SAVED };

bool reading_is(struct str action)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (str_is(action, actions[i]))
			return true;
	return str_is(action, READING_OPENING);
}

const char *reading_verb(struct str action)
{
	return str_is(action, READING_SAVED) ? "下载" : str_is(action, READING_PLAYED) ? "播放" : "查看";
}

static struct str token_of(struct engine *e, struct arena *a, const struct reading *x)
{
	if (!x->digest.n)
		return str_fmt(a, "open:%lld:%lld:%lld", (long long)x->matter, (long long)x->person, (long long)day_at(engine_now(e)));
	return str_fmt(a, "%s:%lld:%lld:%.*s:%lld", actions[x->way], (long long)x->matter, (long long)x->person, STR_FMT(x->digest),
		       (long long)(engine_now(e) / READING_SLOT_MS));
}

bool reading_known(struct engine *e, struct db *db, struct arena *a, const struct reading *x, bool *ret, struct err *err)
{
	const struct db_in in[] = { db_str(token_of(e, a, x)) };
	int64_t one;
	const struct db_out out[] = { db_to_i64(&one) };

	return db_maybe(db, a, &st_known, DB_IN(in), DB_OUT(out), ret, err);
}

static struct str body_of(struct arena *a, const struct reading *x)
{
	struct json_out j = { 0 };
	struct buf b;

	buf_init(&b, a, 4000);
	j.b = &b;
	json_open(&j, NULL, '{');
	json_out_str(&j, "field", x->field);
	json_out_str(&j, "name", x->name);
	json_out_str(&j, "sha256", x->digest);
	json_close(&j, '}');
	return buf_str(&b);
}

bool reading_put(struct engine *e, struct db *db, struct arena *a, const struct reading *x, struct err *err)
{
	int64_t now = engine_now(e), version, def, last, event = 0;
	struct str kind;
	const struct db_in which[] = { db_i64(x->matter) };
	const struct db_out matter[] = { db_to_i64(&version), db_to_i64(&def), db_to_str(&kind), db_to_i64(&last) };
	const struct db_out id[] = { db_to_i64(&event) };
	unsigned char salt[LOG_SALT];
	bool known;

	if (!reading_known(e, db, a, x, &known, err))
		return false;
	if (known)
		return true;
	if (!db_one(db, a, &st_matter, DB_IN(which), DB_OUT(matter), err))
		return false;
	random_bytes(salt, sizeof(salt));
	{
		const struct db_in ev[] = { db_i64(x->matter), db_i64(version + 1), db_i64(now > last ? now : last), db_i64(now),
					    db_i64(x->person), db_ref(x->organ), db_str(token_of(e, a, x)), db_i64(def),
					    db_str(kind), db_str(x->digest.n ? str_of(actions[x->way]) : STR(READING_OPENING)) };
		const struct db_in moved[] = { db_i64(x->matter), db_i64(version + 1) };

		if (!db_one(db, a, &st_event, DB_IN(ev), DB_OUT(id), err)
		    || !db_exec(db, &st_version, DB_IN(moved), NULL, err))
			return false;
	}
	{
		const struct db_in body[] = { db_i64(event), db_bytes((struct str){ (const char *)salt, sizeof(salt) }),
					      db_str(body_of(a, x)) };

		return db_exec(db, &st_body, DB_IN(body), NULL, err);
	}
}
