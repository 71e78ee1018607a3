/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/program.h"

#include "base/uuid.h"
#include "log/log.h"

static const struct stmt st_event = { "program_event",
	"INSERT INTO event (matter, seq, at, entered_at, role, action, because_of, request, def, kind) "
	"VALUES ($1, $2, $3, $4, 'program', $5, $6, $7, $8, $9) RETURNING id" };
static const struct stmt st_body = { "program_body", "INSERT INTO event_body (event, salt, body) VALUES ($1, $2, $3)" };
static const struct stmt st_version = { "program_version", "UPDATE matter SET version = $2, updated = $3 WHERE id = $1" };

bool program_event_put(struct db *db, struct arena *a, const struct program_event *x, int64_t now, int64_t *ret_event,
		       struct err *err)
{
	const int64_t at = now > x->last_at ? now : x->last_at;
	const struct db_in ev[] = { db_i64(x->matter), db_i64(x->version + 1), db_i64(at), db_i64(now), db_str(x->action),
				    db_i64(x->because), db_str(x->request), db_i64(x->def), db_str(x->kind) };
	const struct db_in version[] = { db_i64(x->matter), db_i64(x->version + 1), db_i64(at) };
	const struct db_out out[] = { db_to_i64(ret_event) };
	unsigned char salt[LOG_SALT];

	random_bytes(salt, sizeof(salt));
	if (!db_one(db, a, &st_event, DB_IN(ev), DB_OUT(out), err) || !db_exec(db, &st_version, DB_IN(version), NULL, err))
		return false;
	const struct db_in row[] = { db_i64(*ret_event), db_bytes((struct str){ (const char *)salt, sizeof(salt) }), db_str(x->body) };

	return db_exec(db, &st_body, DB_IN(row), NULL, err);
}
