/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/removal.h"

#include <inttypes.h>
#include <string.h>

#include "base/day.h"
#include "base/json.h"
#include "base/parse.h"
#include "log/digest.h"
#include "matter/inner.h"
#include "matter/program.h"

/* ---- the act: orders ---- */

/* The last act of a person that approved, on the same matter and before. */
static const struct stmt st_approved = { "removal_approved",
	"SELECT id FROM event WHERE matter = $1 AND action = $2 AND actor IS NOT NULL ORDER BY seq DESC LIMIT 1" };
/* The matter and what hangs on it in the same organ. A list stays whole, unless it is itself what it lets go. */
static const struct stmt st_order = { "removal_order",
	"INSERT INTO outbox (kind, matter, event, item, at, tries) WITH RECURSIVE tree (id) AS (SELECT id FROM matter WHERE id = $1 UNION SELECT m.id FROM tree t "
	"JOIN matter m ON m.parent = t.id JOIN matter top ON top.id = $1 WHERE m.organ = top.organ) "
	"SELECT 'remove', t.id, $2, $3, $4, 0 FROM tree t WHERE (t.id <> $5 OR t.id = $1) AND NOT EXISTS (SELECT 1 FROM outbox o "
	"WHERE o.kind = 'remove' AND o.matter = t.id AND o.event = $2)" };

static bool order_one(struct step *s, int64_t matter, int64_t approved, struct err *err)
{
	const struct db_in in[] = { db_i64(matter), db_i64(s->event), db_i64(approved), db_i64(s->t->now), db_i64(s->new->id) };

	return db_exec(s->t->db, &st_order, DB_IN(in), NULL, err);
}

static bool order(struct step *s, struct val v, int64_t approved, struct err *err)
{
	if (!type_is_list(v.t))
		return val_is_null(v) || order_one(s, v.i, approved, err);
	if (v.list->n > EACH_MAX)
		return err_set(err, ERR_REFUSED, "一次办理涉及的办件超过5000件");
	for (size_t i = 0; i < v.list->n; i++)
		if (!order(s, v.list->v[i], approved, err))
			return false;
	return true;
}

bool step_removes(struct step *s, struct err *err)
{
	const struct removes *r = &s->ac->removes;
	struct eval ev = s->ev;
	int64_t approved = 0;
	bool found;

	if (!r->node || !node_on(r->node))
		return true;
	const struct db_in in[] = { db_i64(s->new->id), db_str(r->approved->id) };
	const struct db_out out[] = { db_to_i64(&approved) };

	if (!db_maybe(s->t->db, s->t->a, &st_approved, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found) {
		refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .node = r->node, .way = r->approved->id,
						 .say = str_fmt(s->t->a, "没有“%.*s”的记录。销毁清册经批准后，才能销毁", STR_FMT(r->approved->name)) });
		return true;
	}
	touch(s->kind->law, r->node);
	ev.part = NULL;
	for (size_t i = 0; i < r->n_of; i++) {
		struct val v;

		if (!expr_eval(r->of[i], &ev, &v, err) || !order(s, v, approved, err))
			return false;
	}
	return true;
}

/* ---- orders that wait ---- */

static const struct stmt st_next = { "removal_next",
	"SELECT id, matter, event, item FROM outbox WHERE kind = 'remove' AND done IS NULL AND id > $1 ORDER BY id LIMIT 1" };

bool removal_next(struct db *db, struct arena *a, int64_t after, struct removal_order *ret, bool *ret_found, struct err *err)
{
	struct removal_order o = { 0 };
	const struct db_in in[] = { db_i64(after) };
	const struct db_out out[] = { db_to_i64(&o.id), db_to_i64(&o.matter), db_to_i64(&o.event), db_to_i64(&o.approved) };

	if (!db_maybe(db, a, &st_next, DB_IN(in), DB_OUT(out), ret_found, err))
		return false;
	*ret = o;
	return true;
}

static const struct stmt st_lawful = { "removal_lawful",
	"SELECT e.kind, e.action, e.def, p.action FROM event e JOIN event p ON p.matter = e.matter AND p.seq < e.seq "
	"WHERE e.id = $1 AND p.id = $2 AND p.actor IS NOT NULL" };

bool removal_lawful(struct engine *e, struct db *db, struct arena *a, int64_t event, int64_t approved, bool *ret, struct err *err)
{
	struct str kind, action, by;
	int64_t def;
	const struct db_in in[] = { db_i64(event), db_i64(approved) };
	const struct db_out out[] = { db_to_str(&kind), db_to_str(&action), db_to_i64(&def), db_to_str(&by) };
	const struct law *l;
	const struct kind *k;
	const struct action *ac;

	if (!db_maybe(db, a, &st_lawful, DB_IN(in), DB_OUT(out), ret, err) || (*ret && !engine_law(e, db, a, def, &l, err)))
		return false;
	if (!*ret)
		return true;
	k = law_kind(l, kind);
	ac = k ? kind_action(k, action) : NULL;
	*ret = ac && ac->removes.node && str_eq(ac->removes.approved->id, by);
	return true;
}

/* ---- what one matter has ---- */

struct content {
	struct str sha256, sm3;
	int64_t size;
	int64_t kept; /* another matter, or a form that is being filled in, needs it */
};

struct removing {
	struct turn t;
	const struct removal_order *o;
	struct snap *m;
	int64_t last_at, queued;
	struct str number, approver;
	int64_t approver_id, approved_at;
	struct content row, *v;
	size_t n, cap;
	struct bare { /* an act whose body holds the texts of papers */
		struct log_act act;
		struct str body;
	} act, *bare;
	size_t n_bare, cap_bare;
	int64_t event;
};

/* A content is needed by whatever still names it, but for this matter. */
#define NEEDED "CASE WHEN EXISTS (SELECT 1 FROM evidence x WHERE x.blob = b.digest AND x.removed_event IS NULL AND x.matter <> $1)" \
	" OR EXISTS (SELECT 1 FROM document x WHERE x.blob = b.digest AND x.removed_event IS NULL AND x.matter <> $1)" \
	" OR EXISTS (SELECT 1 FROM upload x WHERE x.digest = b.digest) THEN 1 ELSE 0 END"
static const struct stmt st_contents = { "removal_contents",
	"SELECT b.digest, b.sm3, b.size, " NEEDED " FROM blob b WHERE b.digest IN (SELECT blob FROM document WHERE matter = $1 "
	"AND removed_event IS NULL AND blob IS NOT NULL UNION SELECT blob FROM evidence WHERE matter = $1 AND removed_event IS NULL) "
	"ORDER BY b.digest" };
static const struct stmt st_bodies = { "removal_bodies",
	"SELECT b.body, " LOG_ACT_SELECT " FROM " LOG_ACT_FROM " JOIN event_body b ON b.event = e.id WHERE e.id IN (SELECT d.event FROM document d "
	"WHERE d.matter = $1 AND d.removed_event IS NULL) ORDER BY e.id" };
static const struct stmt st_about = { "removal_about",
	"SELECT (SELECT MAX(at) FROM event WHERE matter = $1), (SELECT COUNT(*) FROM document WHERE matter = $1 AND state = 'queued'), "
	"CASE WHEN l.number <> '' THEN l.number ELSE l.title END, p.at, p.actor, COALESCE(n.name, '') "
	"FROM event p JOIN matter l ON l.id = p.matter LEFT JOIN person n ON n.id = p.actor WHERE p.id = $2" };

static bool content_row(void *ctx, struct err *err)
{
	struct removing *x = ctx;

	(void)err;
	PUSH(x->t.a, x->v, x->n, x->cap, x->row);
	return true;
}

static bool bare_row(void *ctx, struct err *err)
{
	struct removing *x = ctx;

	(void)err;
	PUSH(x->t.a, x->bare, x->n_bare, x->cap_bare, x->act);
	return true;
}

static bool look(struct removing *x, struct err *err)
{
	const struct db_in in[] = { db_i64(x->o->matter) }, both[] = { db_i64(x->o->matter), db_i64(x->o->approved) };
	const struct db_out out[] = { db_to_str(&x->row.sha256), db_to_str(&x->row.sm3), db_to_i64(&x->row.size),
				      db_to_i64(&x->row.kept) };
	struct db_out bare[1 + LOG_ACT_COLUMNS] = { db_to_str(&x->act.body) };
	const struct db_out about[] = { db_to_i64(&x->last_at), db_to_i64(&x->queued), db_to_str(&x->number), db_to_i64(&x->approved_at),
					db_to_i64(&x->approver_id), db_to_str(&x->approver) };

	log_act_out(&x->act.act, bare + 1);
	return turn_load(&x->t, x->o->matter, &x->m, err) && db_one(x->t.db, x->t.a, &st_about, DB_IN(both), DB_OUT(about), err)
	    && db_each(x->t.db, x->t.a, &st_contents, DB_IN(in), DB_OUT(out), content_row, x, err)
	    && db_each(x->t.db, x->t.a, &st_bodies, DB_IN(in), DB_OUT(bare), bare_row, x, err);
}

/* ---- the event ---- */

static void put_approved(const struct removing *x, struct json_out *o)
{
	json_open(o, "approved", '{');
	json_out_i64(o, "at", x->approved_at);
	json_out_i64(o, "event", x->o->approved);
	json_out_str(o, "name", x->approver);
	json_out_i64(o, "person", x->approver_id);
	json_close(o, '}');
}

static void put_digests(const struct removing *x, struct json_out *o)
{
	json_open(o, "digests", '[');
	for (size_t i = 0; i < x->n; i++) {
		json_open(o, NULL, '{');
		if (x->v[i].kept)
			json_out_bool(o, "kept", true);
		json_out_str(o, "sha256", x->v[i].sha256);
		json_out_i64(o, "size", x->v[i].size);
		json_out_str(o, "sm3", x->v[i].sm3);
		json_close(o, '}');
	}
	json_close(o, ']');
}

/* The numbers that an act gave: series are audited by them. */
static bool put_numbers(const struct removing *x, const struct bare *act, struct json_out *o, struct err *err)
{
	static const char *const wanted[] = { "numbers" };
	const struct json *doc, *j;

	if (!json_read_members(x->t.a, act->body, wanted, ARRAY_LEN(wanted), &doc, err))
		return false;
	json_open(o, "numbers", '{');
	json_each(j, json_get(doc, "numbers")) {
		json_key(o, j->key);
		json_out_str(o, NULL, j->text);
	}
	json_close(o, '}');
	return true;
}

/* The acts whose bodies go, each with the digest of who did it and when. */
static bool put_removed(const struct removing *x, struct json_out *o, struct err *err)
{
	char hex[2 * LOG_HASH + 1];
	unsigned char d[LOG_HASH];

	json_open(o, "removed", '[');
	for (size_t i = 0; i < x->n_bare; i++) {
		const struct str head = log_act_head(x->t.a, &x->bare[i].act);

		digest_sha256(&head, 1, d);
		parse_put_hex(hex, d, LOG_HASH);
		json_open(o, NULL, '{');
		json_out_i64(o, "event", x->bare[i].act.event);
		json_out_str(o, "head", str_of(hex));
		if (!put_numbers(x, &x->bare[i], o, err))
			return false;
		json_close(o, '}');
	}
	json_close(o, ']');
	return true;
}

/* With the matter as it stands: what the bodies that go said of it is said here once more, so that an audit goes on. */
static bool body_of(struct removing *x, struct str *ret, struct err *err)
{
	struct buf b;
	struct json_out o = { .b = &b };
	struct clocks c = { 0 };

	if (!clocks_load(&x->t, x->m, &c, err))
		return false;
	for (size_t i = 0; i < c.n; i++)
		c.v[i].dirty = true;
	buf_init(&b, x->t.a, BODY_MAX);
	json_open(&o, NULL, '{');
	put_approved(x, &o);
	clocks_put(x->t.a, &c, &o);
	put_digests(x, &o);
	json_out_i64(&o, "ended", x->m->ended);
	json_out_str(&o, "list", x->number);
	if (!put_removed(x, &o, err))
		return false;
	json_out_str(&o, "snap", snap_put(x->t.a, x->m));
	json_out_str(&o, "state", x->m->state->id);
	json_close(&o, '}');
	*ret = buf_str(&b);
	return buf_ok(&b) || err_set(err, ERR_TOO_LARGE, "这一件的文书和证据太多，销毁的记录写不下");
}

static bool record(struct removing *x, struct err *err)
{
	struct program_event ev = { .matter = x->m->id, .version = x->m->version, .last_at = x->last_at, .because = x->o->event,
				    .def = x->m->def, .kind = x->m->kind->id, .action = STR(REMOVAL_ACTION),
				    .request = str_fmt(x->t.a, "remove:%" PRId64, x->o->id) };

	return body_of(x, &ev.body, err) && program_event_put(x->t.db, x->t.a, &ev, x->t.entered, &x->event, err);
}

/* ---- what goes ---- */

static const struct stmt st_document = { "removal_document",
	"UPDATE document SET content = '', removed_event = $2 WHERE matter = $1 AND removed_event IS NULL" };
static const struct stmt st_evidence = { "removal_evidence",
	"UPDATE evidence SET removed_event = $2 WHERE matter = $1 AND removed_event IS NULL" };
static const struct stmt st_guard_sqlite = { "removal_guard_sqlite", "INSERT INTO retention_guard (event, because_of) VALUES ($1, $2)" };
static const struct stmt st_body_sqlite = { "removal_body_sqlite", "DELETE FROM event_body WHERE event = $1" };
static const struct stmt st_body_postgres = { "removal_body_postgres", "SELECT mingfa_remove_body($1, $2)" };
static const struct stmt st_blob = { "removal_blob",
	"UPDATE blob SET data = NULL, place = CASE place WHEN 'row' THEN 'removed' WHEN 'file' THEN 'leaving' WHEN 'store' THEN 'unstoring' "
	"ELSE place END WHERE digest = $1" };
static const struct stmt st_facts = { "removal_facts", "DELETE FROM media_fact WHERE digest = $1" };
static const struct stmt st_done = { "removal_done", "UPDATE outbox SET done = $2 WHERE id = $1" };

static bool body_goes(struct removing *x, int64_t event, struct err *err)
{
	int64_t gone;
	const struct db_in in[] = { db_i64(event), db_i64(x->event) };
	const struct db_out out[] = { db_to_i64(&gone) };

	if (db_dialect(x->t.db) == DB_POSTGRES)
		return db_one(x->t.db, x->t.a, &st_body_postgres, DB_IN(in), DB_OUT(out), err);
	return db_exec(x->t.db, &st_guard_sqlite, DB_IN(in), NULL, err) && db_exec(x->t.db, &st_body_sqlite, in, 1, NULL, err);
}

static bool content_goes(struct removing *x, const struct content *c, struct err *err)
{
	const struct db_in in[] = { db_str(c->sha256) };

	return c->kept || (db_exec(x->t.db, &st_blob, DB_IN(in), NULL, err) && db_exec(x->t.db, &st_facts, DB_IN(in), NULL, err));
}

static bool let_go(struct removing *x, struct err *err)
{
	const struct db_in in[] = { db_i64(x->m->id), db_i64(x->event) };

	for (size_t i = 0; i < x->n_bare; i++)
		if (!body_goes(x, x->bare[i].act.event, err))
			return false;
	for (size_t i = 0; i < x->n; i++)
		if (!content_goes(x, &x->v[i], err))
			return false;
	return db_exec(x->t.db, &st_document, DB_IN(in), NULL, err) && db_exec(x->t.db, &st_evidence, DB_IN(in), NULL, err);
}

static const struct stmt st_waits = { "removal_waits", "SELECT 1 FROM outbox WHERE id = $1 AND kind = 'remove' AND done IS NULL" };

static bool carry_out(struct removing *x, enum removal_outcome *ret, struct err *err)
{
	turn_init(&x->t, x->t.e, x->t.db, x->t.a, engine_now(x->t.e));
	if (!look(x, err))
		return false;
	*ret = x->queued ? REMOVAL_WAITS : REMOVAL_DONE;
	return x->queued || (!x->n && !x->n_bare) || (record(x, err) && let_go(x, err));
}

bool removal_run(struct engine *e, struct db *db, struct arena *a, const struct removal_order *o, enum removal_outcome *ret,
		 struct err *err)
{
	struct removing x = { .o = o, .t = { .e = e, .db = db, .a = a } };
	const struct db_in in[] = { db_i64(o->id) }, done[] = { db_i64(o->id), db_i64(engine_now(e)) };
	int64_t one;
	const struct db_out out[] = { db_to_i64(&one) };
	bool waits, lawful = false;

	if (!db_maybe(db, a, &st_waits, DB_IN(in), DB_OUT(out), &waits, err)
	    || (waits && !removal_lawful(e, db, a, o->event, o->approved, &lawful, err)))
		return false;
	*ret = waits && !lawful ? REMOVAL_UNLAWFUL : REMOVAL_DONE;
	if (!waits)
		return true; /* another process was quicker */
	return (!lawful || carry_out(&x, ret, err)) && (*ret == REMOVAL_WAITS || db_exec(db, &st_done, DB_IN(done), NULL, err));
}

/* ---- what is told of it ---- */

static const struct stmt st_read = { "removal_read",
	"SELECT e.at, b.body FROM event e JOIN event_body b ON b.event = e.id WHERE e.id = $1 AND e.action = '" REMOVAL_ACTION "'" };

bool removal_read(struct db *db, struct arena *a, int64_t event, struct removal *ret, struct err *err)
{
	static const char *const shown[] = { "approved", "digests", "list" };
	struct removal r = { 0 };
	struct str body = { 0 };
	const struct json *doc, *j;
	const struct db_in in[] = { db_i64(event) };
	const struct db_out out[] = { db_to_i64(&r.at), db_to_str(&body) };
	bool found;

	if (!db_maybe(db, a, &st_read, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "没有这一次销毁的记录");
	if (!json_read_members(a, body, shown, ARRAY_LEN(shown), &doc, err))
		return false;
	r.list = json_str(doc, "list");
	r.approver = json_str(json_get(doc, "approved"), "name");
	r.approved_at = json_i64(json_get(doc, "approved"), "at", 0);
	json_each(j, json_get(doc, "digests")) {
		r.n++;
		r.kept += json_get(j, "kept") != NULL;
	}
	*ret = r;
	return true;
}

struct str removal_say(struct arena *a, const struct removal *r)
{
	struct buf b;

	buf_init(&b, a, 600);
	buf_addf(&b, "已按销毁清册“%.*s”销毁（%.*s", STR_FMT(str_head(r->list, 60)), STR_FMT(r->approver));
	day_put_cn(&b, day_at(r->approved_at));
	buf_adds(&b, "批准，");
	day_put_cn(&b, day_at(r->at));
	buf_adds(&b, "销毁）");
	return buf_str(&b);
}

static const struct stmt st_of = { "removal_of",
	"SELECT COALESCE(MAX(x.event), 0) FROM blob b JOIN (SELECT removed_event AS event, blob FROM evidence WHERE blob = $1 UNION ALL "
	"SELECT removed_event AS event, blob FROM document WHERE blob = $1) x ON x.blob = b.digest "
	"WHERE b.digest = $1 AND b.place IN ('removed', 'leaving', 'unstoring')" };

bool removal_of(struct db *db, struct arena *a, struct str sha256, int64_t *ret_event, struct err *err)
{
	const struct db_in in[] = { db_str(sha256) };
	const struct db_out out[] = { db_to_i64(ret_event) };

	return db_one(db, a, &st_of, DB_IN(in), DB_OUT(out), err);
}
