/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Drafts: forms begun and not sent. No part of the record, so they need no turn of the engine's. */
#include "base/day.h"
#include "matter/matter.h"

#define DRAFT_MOST ((size_t)1 << 20) /* a form of 500 rows takes a tenth */

static const struct stmt st_save = { "draft_save",
	"INSERT INTO draft (person, matter, action, form, at, page) VALUES ($1, $2, $3, $4, $5, $6) "
	"ON CONFLICT (person, matter, action) DO UPDATE SET form = excluded.form, at = excluded.at, page = excluded.page" };
static const struct stmt st_load = { "draft_load",
	"SELECT form, at, page FROM draft WHERE person = $1 AND matter = $2 AND action = $3" };
static const struct stmt st_upload = { "upload_put",
	"INSERT INTO upload (person, matter, action, digest, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING" };
static const struct stmt st_upload_find = { "upload_find",
	"SELECT 1 FROM upload WHERE person = $1 AND matter = $2 AND action = $3 AND digest = $4" };
static const struct stmt st_upload_drop = { "upload_drop",
	"DELETE FROM upload WHERE person = $1 AND matter = $2 AND action = $3" };
static const struct stmt st_drop = { "draft_drop", "DELETE FROM draft WHERE person = $1 AND matter = $2 AND action = $3" };

static const struct stmt st_bin = { "draft_bin",
	"INSERT INTO draft_bin (person, matter, action, form, at, dropped) SELECT person, matter, action, form, at, $4 FROM draft "
	"WHERE person = $1 AND matter = $2 AND action = $3 RETURNING id" };
static const struct stmt st_binned = { "draft_binned",
	"SELECT matter, action, form FROM draft_bin WHERE id = $1 AND person = $2" };
static const struct stmt st_unbin = { "draft_unbin", "DELETE FROM draft_bin WHERE id = $1" };
static const struct stmt st_bin_old = { "draft_bin_old", "DELETE FROM draft_bin WHERE dropped < $1" };
static const struct stmt st_upload_old = { "upload_old",
	"DELETE FROM upload WHERE person = $1 AND at < $2 AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.person = upload.person "
	"AND d.matter = upload.matter AND d.action = upload.action)" };

bool draft_save(struct db *db, int64_t person, int64_t matter, struct str action, const struct draft *d, struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_i64(matter), db_str(action), db_str(d->form), db_i64(d->at), db_str(d->page) };

	if (d->form.n > DRAFT_MOST)
		return err_set(err, ERR_TOO_LARGE, "草稿超过1 MB，未能保存");
	return db_exec(db, &st_save, DB_IN(in), NULL, err);
}

bool draft_load(struct db *db, struct arena *a, int64_t person, int64_t matter, struct str action, struct draft *ret,
		struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_i64(matter), db_str(action) };
	const struct db_out out[] = { db_to_str(&ret->form), db_to_i64(&ret->at), db_to_str(&ret->page) };
	bool found;

	*ret = (struct draft){ 0 };
	return db_maybe(db, a, &st_load, DB_IN(in), DB_OUT(out), &found, err);
}

bool draft_drop(struct db *db, int64_t person, int64_t matter, struct str action, struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_i64(matter), db_str(action) };

	return db_exec(db, &st_drop, DB_IN(in), NULL, err) && db_exec(db, &st_upload_drop, DB_IN(in), NULL, err);
}

bool draft_discard(struct db *db, struct arena *a, int64_t person, int64_t matter, struct str action, int64_t now,
		   int64_t *ret_id, struct err *err)
{
	const int64_t oldest = now - DRAFT_BIN_DAYS * DAY_MS;
	const struct db_in in[] = { db_i64(person), db_i64(matter), db_str(action), db_i64(now) };
	const struct db_in old[] = { db_i64(oldest) }, uploads[] = { db_i64(person), db_i64(oldest) };
	int64_t id = 0;
	const struct db_out out[] = { db_to_i64(&id) };
	const struct db_in gone[] = { db_i64(person), db_i64(matter), db_str(action) };
	bool found;

	if (!db_maybe(db, a, &st_bin, DB_IN(in), DB_OUT(out), &found, err) || !db_exec(db, &st_drop, DB_IN(gone), NULL, err)
	    || !db_exec(db, &st_bin_old, DB_IN(old), NULL, err) || !db_exec(db, &st_upload_old, DB_IN(uploads), NULL, err))
		return false;
	*ret_id = found ? id : 0;
	return true;
}

bool draft_restore(struct db *db, struct arena *a, int64_t person, int64_t id, int64_t now, int64_t *ret_matter,
		   struct str *ret_action, struct err *err)
{
	const struct db_in in[] = { db_i64(id), db_i64(person) }, gone[] = { db_i64(id) };
	struct draft d = { .at = now };
	const struct db_out out[] = { db_to_i64(ret_matter), db_to_str(ret_action), db_to_str(&d.form) };
	int64_t other;
	bool found;

	if (!db_maybe(db, a, &st_binned, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "草稿箱里没有这份草稿：已经恢复，或者超过%d天", DRAFT_BIN_DAYS);
	return draft_discard(db, a, person, *ret_matter, *ret_action, now, &other, err)
	    && draft_save(db, person, *ret_matter, *ret_action, &d, err) && db_exec(db, &st_unbin, DB_IN(gone), NULL, err);
}

bool upload_put(struct db *db, int64_t person, int64_t matter, struct str action, struct str digest, int64_t now,
		struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_i64(matter), db_str(action), db_str(digest), db_i64(now) };

	return db_exec(db, &st_upload, DB_IN(in), NULL, err);
}

bool upload_find(struct db *db, struct arena *a, int64_t person, int64_t matter, struct str action, struct str digest,
		 bool *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_i64(matter), db_str(action), db_str(digest) };
	int64_t one;
	const struct db_out out[] = { db_to_i64(&one) };

	return db_maybe(db, a, &st_upload_find, DB_IN(in), DB_OUT(out), ret, err);
}
