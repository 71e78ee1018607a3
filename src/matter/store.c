/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The rows of one act: matter, event, keys, readers, holders, links, papers, projections. */
#include <inttypes.h>
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "log/log.h"
#include "matter/inner.h"
#include "matter/store.h"
#include "matter/world.h"

/* ---- the matter ---- */

static const struct stmt st_insert = { "matter_insert",
	"INSERT INTO matter (code, kind, def, organ, parent, origin, state, version, number, title, opened, opener,"
	" ended, updated, due, yellow, fields)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id" };
static const struct stmt st_update = { "matter_update",
	"UPDATE matter SET state = $2, version = $3, number = $4, title = $5, ended = $6, updated = $7, due = $8,"
	" yellow = $9, fields = $10, def = $11 WHERE id = $1" };

static struct str first_number(const struct snap *s)
{
	return s->kind->n_number ? s->number[0] : (struct str){ 0 };
}

static const struct stmt st_insert_as = { "matter_insert_as",
	"INSERT INTO matter (code, kind, def, organ, parent, origin, state, version, number, title, opened, opener,"
	" ended, updated, due, yellow, fields, id)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)" };

static bool insert_snap(struct step *s, int64_t due, int64_t yellow, struct err *err)
{
	struct snap *m = s->new;
	const struct db_in in[] = {
		db_str(m->code), db_str(m->kind->id), db_i64(m->def), db_ref(m->organ), db_ref(m->parent),
		db_ref(s->act->origin), db_str(m->state->id), db_i64(m->version), db_str(first_number(m)),
		db_str(snap_title(s->t->a, m)), db_i64(m->opened), db_ref(m->opener), db_ref(m->ended),
		db_i64(s->t->now), db_ref(due), db_ref(yellow), db_str(snap_put(s->t->a, m)), db_i64(s->new_id)
	};
	const struct db_out out[] = { db_to_i64(&m->id) };

	if (!s->new_id)
		return db_one(s->t->db, s->t->a, &st_insert, in, ARRAY_LEN(in) - 1, DB_OUT(out), err);
	m->id = s->new_id;
	return db_exec(s->t->db, &st_insert_as, DB_IN(in), NULL, err);
}

static const struct stmt st_own = { "matter_own", "UPDATE matter SET organ = id WHERE id = $1" };

/* The first organ of an installation has nobody to keep it but itself. */
static bool own_itself(struct step *s, struct err *err)
{
	const struct db_in in[] = { db_i64(s->new->id) };

	if (s->new->organ || !str_is(s->kind->id, "organ"))
		return true;
	s->new->organ = s->new->id;
	return db_exec(s->t->db, &st_own, DB_IN(in), NULL, err);
}

bool store_snap(struct step *s, int64_t due, int64_t yellow, struct err *err)
{
	struct snap *m = s->new;

	if (!s->old && (!insert_snap(s, due, yellow, err) || !own_itself(s, err)))
		return false;
	if (s->old) {
		const struct db_in in[] = { db_i64(m->id), db_str(m->state->id), db_i64(m->version),
					    db_str(first_number(m)), db_str(snap_title(s->t->a, m)), db_ref(m->ended),
					    db_i64(s->t->now), db_ref(due), db_ref(yellow), db_str(snap_put(s->t->a, m)),
					    db_i64(m->def) };

		if (!db_exec(s->t->db, &st_update, DB_IN(in), NULL, err))
			return false;
	}
	turn_put(s->t, m);
	return true;
}

static const struct stmt st_due = { "matter_due", "UPDATE matter SET due = $2, yellow = $3 WHERE id = $1" };
static const struct stmt st_holder_due = { "holder_due", "UPDATE matter_holder SET due = $2 WHERE matter = $1" };

bool store_holder_due(struct turn *t, int64_t matter, int64_t due, struct err *err)
{
	const struct db_in in[] = { db_i64(matter), db_i64(due ? due : INT64_MAX) };

	return db_exec(t->db, &st_holder_due, DB_IN(in), NULL, err);
}

bool store_due(struct turn *t, int64_t matter, int64_t due, int64_t yellow, struct err *err)
{
	const struct db_in in[] = { db_i64(matter), db_ref(due), db_ref(yellow) };

	return db_exec(t->db, &st_due, DB_IN(in), NULL, err) && store_holder_due(t, matter, due, err);
}

/* ---- the event ---- */

static const struct stmt st_event = { "event_insert",
	"INSERT INTO event (matter, seq, at, entered_at, actor, organ, role, action, because_of, request, def, kind)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id" };
static const struct stmt st_event_as = { "event_insert_as",
	"INSERT INTO event (matter, seq, at, entered_at, actor, organ, role, action, because_of, request, def, kind, id)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)" };
static const struct stmt st_body = { "event_body_insert", "INSERT INTO event_body (event, salt, body) VALUES ($1, $2, $3)" };
static const struct stmt st_file = { "event_file_insert",
	"INSERT INTO event_file (event, n, digest, salt) SELECT $1, $2, b.digest, $4 FROM blob b WHERE b.digest = $3" };
static const struct stmt st_evidence = { "evidence_insert",
	"INSERT INTO evidence (code, matter, event, field, blob, name, note, sealed)"
	" SELECT $1, $2, $3, $4, b.digest, $6, '', $7 FROM blob b WHERE b.digest = $5" };

static struct str stored(struct arena *a, struct val v)
{
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, a, BODY_MAX);
	json_open(&o, NULL, '{');
	val_put_json(&o, STR("v"), v);
	return buf_str(&b);
}

/* Parties with one code are the same to expressions, whatever their address; the record tells them apart. */
static bool changed(const struct step *s, size_t i)
{
	const struct val *old = s->old ? &s->old->field[i] : NULL, *new = &s->new->field[i];

	if (!old)
		return !val_empty(*new);
	if (!val_equal(*old, *new))
		return true;
	return (new->t == T_PARTY || new->t == T_ROWS) && !str_eq(stored(s->t->a, *old), stored(s->t->a, *new));
}

static void put_set(const struct step *s, struct json_out *o)
{
	json_open(o, "set", '{');
	for (size_t i = 0; i < s->kind->n_field; i++)
		if (changed(s, i))
			val_put_json(o, s->kind->field[i].id, s->new->field[i]);
	json_close(o, '}');
}

/* What a correction replaces stays readable beside what it sets. */
static void put_was(const struct step *s, struct json_out *o)
{
	json_open(o, "was", '{');
	for (size_t i = 0; s->old && i < s->kind->n_field; i++)
		if (changed(s, i))
			val_put_json(o, s->kind->field[i].id, s->old->field[i]);
	json_close(o, '}');
}

static void put_part(const struct step *s, struct json_out *o)
{
	json_open(o, "part", '{');
	for (size_t i = 0; i < s->ac->n_form; i++) {
		const struct field *f = s->ac->form[i].field;

		val_put_json(o, f->id, s->part->cell[f->index]);
	}
	json_close(o, '}');
}

static void put_passed(const struct step *s, struct json_out *o)
{
	json_open(o, "passed", '[');
	for (size_t i = 0; i < s->n_passed; i++) {
		json_open(o, NULL, '{');
		json_out_str(o, "check", s->passed[i].check);
		json_out_str(o, "reason", s->passed[i].reason);
		json_close(o, '}');
	}
	json_close(o, ']');
}

static void put_papers(const struct step *s, struct json_out *o)
{
	json_open(o, "papers", '[');
	for (size_t i = 0; i < s->n_paper; i++) {
		json_open(o, NULL, '{');
		json_out_raw(o, "content", s->paper[i].values);
		if (s->paper[i].corrects)
			json_out_i64(o, "corrects", s->paper[i].corrects);
		json_out_str(o, "number", s->paper[i].number);
		json_out_str(o, "paper", s->paper[i].paper->id);
		json_out_str(o, "template", s->paper[i].digest);
		json_close(o, '}');
	}
	json_close(o, ']');
}

static void put_numbers(const struct step *s, struct json_out *o)
{
	json_open(o, "numbers", '{');
	for (size_t i = 0; i < s->kind->n_number; i++)
		if (s->new->number[i].n && (!s->old || !str_eq(s->old->number[i], s->new->number[i]))) {
			json_key(o, s->kind->number[i].id);
			json_out_str(o, NULL, s->new->number[i]);
		}
	json_close(o, '}');
}

static void put_texts(struct json_out *o, const char *key, const struct val_list *l)
{
	json_open(o, key, '[');
	for (size_t i = 0; i < l->n; i++)
		json_out_str(o, NULL, l->v[i].s);
	json_close(o, ']');
}

static void put_persons(struct json_out *o, const char *key, const struct val_list *l)
{
	json_open(o, key, '[');
	for (size_t i = 0; i < l->n; i++)
		json_out_i64(o, NULL, l->v[i].i);
	json_close(o, ']');
}

/* The results of the act, sorted by key: the fold of bodies is the matter, whatever later definitions say. */
static struct str body_of(const struct step *s)
{
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, s->t->a, BODY_MAX);
	json_open(&o, NULL, '{');
	if (s->clocks)
		clocks_put(s->t->a, s->clocks, &o);
	if (s->draw.n)
		json_out_raw(&o, "draw", s->draw);
	if (s->stead)
		json_out_i64(&o, "for", s->stead);
	if (s->old)
		json_out_str(&o, "from", s->old->state->id);
	put_numbers(s, &o);
	if (s->n_paper)
		put_papers(s, &o);
	if (s->part)
		put_part(s, &o);
	if (s->n_passed)
		put_passed(s, &o);
	if (s->person)
		json_out_i64(&o, "person", s->person);
	if (s->points.n)
		put_texts(&o, "points", &s->points);
	if (!s->old && s->new->query_code.n)
		json_out_str(&o, "query_code", s->new->query_code);
	if (s->act->reason.n)
		json_out_str(&o, "reason", s->act->reason);
	put_set(s, &o);
	if (s->undo)
		json_out_i64(&o, "taken", s->undo->seq);
	if (s->timer_clock.n)
		json_out_str(&o, "timer", s->timer_clock);
	if (s->moves)
		json_out_str(&o, "to", s->new->state->id);
	if (s->told.n && str_is(s->ac->id, "note"))
		put_persons(&o, "told", &s->told);
	if (str_is(s->ac->id, "correct") || s->undo)
		put_was(s, &o);
	json_close(&o, '}');
	return buf_ok(&b) ? buf_str(&b) : (struct str){ 0 };
}

static bool has_file(const struct val *v, struct str digest)
{
	for (size_t i = 0; v && v->t == T_FILES && i < v->list->n; i++)
		if (str_eq(v->list->v[i].file->digest, digest))
			return true;
	return false;
}

static bool store_file(struct step *s, const struct field *f, const struct file_ref *file, int64_t *n, struct err *err)
{
	unsigned char salt[LOG_SALT];
	const struct db_in in[] = { db_i64(s->event), db_i64(++*n), db_str(file->digest),
				    db_bytes((struct str){ (const char *)salt, LOG_SALT }) };
	const struct db_in ev[] = { db_str(uuid_new(s->t->a, s->t->now)), db_i64(s->new->id), db_i64(s->event),
				    db_str(f->id), db_str(file->digest), db_str(file->name), db_i64(s->t->now) };

	random_bytes(salt, sizeof(salt));
	return db_exec(s->t->db, &st_file, DB_IN(in), NULL, err) && db_exec(s->t->db, &st_evidence, DB_IN(ev), NULL, err);
}

/* Files that this event brought; a name without content (in scenarios) has no line in the log. */
static bool store_files(struct step *s, struct err *err)
{
	unsigned char bin[LOG_HASH];
	int64_t n = 0;

	for (size_t i = 0; i < s->kind->n_field; i++) {
		const struct field *f = &s->kind->field[i];
		const struct val *v = s->part ? &s->part->cell[i] : &s->new->field[i];

		if (v->t != T_FILES)
			continue;
		for (size_t k = 0; k < v->list->n; k++) {
			const struct file_ref *file = v->list->v[k].file;

			if (!parse_hex(file->digest, bin, sizeof(bin))
			    || (s->old && !s->part && has_file(&s->old->field[i], file->digest)))
				continue;
			if (!store_file(s, f, file, &n, err))
				return false;
		}
	}
	return true;
}

/* A lapse is done exactly once: its once-token is the run that came due. */
static struct db_in request_of(struct step *s)
{
	if (s->timer_clock.n)
		return db_str(str_fmt(s->t->a, "clock:%" PRId64 ":%.*s:%" PRId64, s->new->id, STR_FMT(s->timer_clock),
				      s->timer_run));
	return s->act->request.n ? db_str(s->act->request) : db_null();
}

bool store_event(struct step *s, struct err *err)
{
	unsigned char salt[LOG_SALT];
	const struct actor *who = &s->act->who;
	const struct str body = body_of(s);
	const struct db_in in[] = {
		db_i64(s->new->id), db_i64(s->new->version), db_i64(s->t->now), db_i64(s->t->entered),
		who->sort == ACTOR_PERSON ? db_ref(who->person) : db_null(),
		who->sort == ACTOR_PERSON ? db_ref(who->organ) : db_null(), db_str(s->role), db_str(s->ac->id),
		db_ref(s->because), request_of(s), db_i64(s->new->def), db_str(s->kind->id), db_i64(s->event)
	};
	const struct db_out out[] = { db_to_i64(&s->event) };

	if (!body.n)
		return err_set(err, ERR_TOO_LARGE, "填写的内容过多，请把附件作为文件上传");
	random_bytes(salt, sizeof(salt));
	if (s->event ? !db_exec(s->t->db, &st_event_as, DB_IN(in), NULL, err)
		     : !db_one(s->t->db, s->t->a, &st_event, in, ARRAY_LEN(in) - 1, DB_OUT(out), err))
		return false;
	const struct db_in contents[] = { db_i64(s->event), db_bytes((struct str){ (const char *)salt, LOG_SALT }),
					  db_str(body) };

	return db_exec(s->t->db, &st_body, DB_IN(contents), NULL, err) && store_files(s, err);
}

/* ---- keys ---- */

static const struct stmt st_key_num = { "key_num",
	"INSERT INTO matter_key_num (field, num, matter) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING" };
static const struct stmt st_key_text = { "key_text",
	"INSERT INTO matter_key_text (field, text, matter) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING" };
static const struct stmt st_unkey_num = { "unkey_num", "DELETE FROM matter_key_num WHERE matter = $1 AND field = $2" };
static const struct stmt st_unkey_text = { "unkey_text", "DELETE FROM matter_key_text WHERE matter = $1 AND field = $2" };

static bool put_keys(struct turn *t, struct str path, struct val v, int64_t matter, struct err *err)
{
	const struct val_key *key;
	size_t n = val_keys(t->a, v, &key);

	for (size_t i = 0; i < n; i++) {
		const struct db_in in[] = { db_str(path), key[i].is_text ? db_str(key[i].text) : db_i64(key[i].num),
					    db_i64(matter) };

		if (!db_exec(t->db, key[i].is_text ? &st_key_text : &st_key_num, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

static bool type_keys_text(enum type_tag t)
{
	return type_is_text(t) || t == T_ENUM || t == T_PICKS || t == T_PARTY;
}

bool store_keys(struct turn *t, const struct snap *old, const struct snap *new, struct err *err)
{
	for (size_t i = 0; i < new->kind->n_field; i++) {
		const struct field *f = &new->kind->field[i];
		struct str path;

		if (!field_is_keyed(new->kind, f) || (old && val_equal(old->field[i], new->field[i])))
			continue;
		path = str_fmt(t->a, "%.*s.%.*s", STR_FMT(new->kind->id), STR_FMT(f->id));
		const struct db_in in[] = { db_i64(new->id), db_str(path) };

		if (old && !val_empty(old->field[i])
		    && !db_exec(t->db, type_keys_text(f->type.tag) ? &st_unkey_text : &st_unkey_num, DB_IN(in), NULL, err))
			return false;
		if (!put_keys(t, path, new->field[i], new->id, err))
			return false;
	}
	return true;
}

bool store_key(struct turn *t, const struct snap *m, const struct field *f, struct err *err)
{
	const struct str path = str_fmt(t->a, "%.*s.%.*s", STR_FMT(m->kind->id), STR_FMT(f->id));
	const struct db_in in[] = { db_i64(m->id), db_str(path) };

	return db_exec(t->db, type_keys_text(f->type.tag) ? &st_unkey_text : &st_unkey_num, DB_IN(in), NULL, err)
	       && put_keys(t, path, m->field[f->index], m->id, err);
}

/* Whom a decision on recusal keeps out stands as a key, so that one probe answers. */
bool store_recused(struct step *s, struct err *err)
{
	const struct db_in in[] = { db_str(STR("recused")), db_i64(s->person), db_i64(s->new->id) };

	s->t->recusal.person = 0;
	return db_exec(s->t->db, &st_key_num, DB_IN(in), NULL, err);
}

/* ---- links ---- */

static const struct stmt st_link = { "link_insert",
	"INSERT INTO link (source, field, target) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING" };
static const struct stmt st_unlink = { "link_delete", "DELETE FROM link WHERE source = $1 AND field = $2" };

static bool put_link(struct step *s, struct str field, struct val v, struct err *err)
{
	if (type_is_list(v.t)) {
		for (size_t i = 0; i < v.list->n; i++)
			if (!put_link(s, field, v.list->v[i], err))
				return false;
		return true;
	}
	const struct db_in in[] = { db_i64(s->new->id), db_str(field), db_i64(v.i) };

	return val_is_null(v) || db_exec(s->t->db, &st_link, DB_IN(in), NULL, err);
}

bool store_links(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->kind->n_field; i++) {
		const struct field *f = &s->kind->field[i];
		const struct db_in in[] = { db_i64(s->new->id), db_str(f->id) };

		if ((f->type.tag != T_REF && f->type.tag != T_REFS) || !changed(s, i))
			continue;
		if (s->old && !val_empty(s->old->field[i]) && !db_exec(s->t->db, &st_unlink, DB_IN(in), NULL, err))
			return false;
		if (!put_link(s, f->id, s->new->field[i], err))
			return false;
	}
	return true;
}

/* ---- readers and holders ---- */

static const struct stmt st_readers = { "readers", "SELECT principal FROM matter_reader WHERE matter = $1 ORDER BY 1" };
static const struct stmt st_reader = { "reader_insert", "INSERT INTO matter_reader (matter, principal) VALUES ($1, $2)" };
static const struct stmt st_unreader = { "reader_delete",
	"DELETE FROM matter_reader WHERE matter = $1 AND principal = $2" };
static const struct stmt st_holders = { "holders", "SELECT principal FROM matter_holder WHERE matter = $1 ORDER BY 1" };
static const struct stmt st_holder = { "holder_insert",
	"INSERT INTO matter_holder (matter, principal, due) VALUES ($1, $2, $3)" };
static const struct stmt st_unholder = { "holder_delete",
	"DELETE FROM matter_holder WHERE matter = $1 AND principal = $2" };

struct people_read {
	struct principals *p;
	struct str s;
};

static bool people_row(void *ctx, struct err *err)
{
	struct people_read *r = ctx;

	(void)err;
	PUSH(r->p->a, r->p->v, r->p->n, r->p->cap, r->s);
	return true;
}

static bool read_people(struct turn *t, const struct stmt *st, int64_t matter, struct principals *p, struct err *err)
{
	struct people_read r = { .p = p };
	const struct db_in in[] = { db_i64(matter) };
	const struct db_out out[] = { db_to_str(&r.s) };

	return db_each(t->db, t->a, st, DB_IN(in), DB_OUT(out), people_row, &r, err);
}

static bool save_readers(struct turn *t, int64_t matter, const struct principals *old, const struct principals *new,
			 struct err *err)
{
	for (size_t i = 0; i < new->n; i++) {
		const struct db_in in[] = { db_i64(matter), db_str(new->v[i]) };

		if (!principals_has(old, new->v[i]) && !db_exec(t->db, &st_reader, DB_IN(in), NULL, err))
			return false;
	}
	for (size_t i = 0; i < old->n; i++) {
		const struct db_in in[] = { db_i64(matter), db_str(old->v[i]) };

		if (!principals_has(new, old->v[i]) && !db_exec(t->db, &st_unreader, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

static bool save_holders(struct turn *t, int64_t matter, int64_t due, const struct principals *old,
			 const struct principals *new, struct err *err)
{
	for (size_t i = 0; i < new->n; i++) {
		const struct db_in in[] = { db_i64(matter), db_str(new->v[i]), db_i64(due ? due : INT64_MAX) };

		if (!principals_has(old, new->v[i]) && !db_exec(t->db, &st_holder, DB_IN(in), NULL, err))
			return false;
	}
	for (size_t i = 0; i < old->n; i++) {
		const struct db_in in[] = { db_i64(matter), db_str(old->v[i]) };

		if (!principals_has(new, old->v[i]) && !db_exec(t->db, &st_unholder, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

static bool stands_in(const struct action *ac, const struct state *st)
{
	for (size_t i = 0; i < ac->n_from; i++)
		if (str_eq(ac->from[i]->id, st->id))
			return true;
	return ac->any && !st->end;
}

bool action_stands(const struct action *ac, const struct state *st)
{
	return !str_is(ac->id, "open") && node_on(ac->node) && stands_in(ac, st);
}

/* Whoever may act now may also read, and it waits for those who can move it on. */
bool snap_actors(struct turn *t, const struct snap *m, struct eval *ev, bool next, struct principals *ret,
		 struct err *err)
{
	for (size_t i = 0; i < m->kind->n_action; i++) {
		const struct action *ac = &m->kind->action[i];

		if (!action_stands(ac, m->state) || ac->builtin || (next && (ac->any || m->state->end)))
			continue;
		if (!whos_principals(t, &ac->by, ev, ret, err))
			return false;
	}
	return true;
}

bool snap_holders(struct turn *t, const struct snap *m, struct eval *ev, struct principals *ret, struct err *err)
{
	if (m->state->end)
		return true;
	if (m->state->holder.n)
		return whos_principals(t, &m->state->holder, ev, ret, err);
	return snap_actors(t, m, ev, true, ret, err);
}

static bool readers_of(struct turn *t, const struct snap *m, struct eval *ev, struct principals *ret, struct err *err)
{
	struct principals actors = { .a = t->a };

	if (!m->kind->see.n && m->organ)
		principals_add(ret, str_fmt(t->a, "organ:%" PRId64, m->organ));
	if (!whos_principals(t, &m->kind->see, ev, ret, err) || !snap_actors(t, m, ev, false, &actors, err))
		return false;
	for (size_t i = 0; i < actors.n; i++)
		if (!str_is(actors.v[i], "public"))
			principals_add(ret, actors.v[i]);
	return true;
}

static bool store_readers(struct turn *t, const struct snap *m, struct eval *ev, const struct principals *old,
			  struct err *err)
{
	struct principals new = { .a = t->a };

	return readers_of(t, m, ev, &new, err) && save_readers(t, m->id, old, &new, err);
}

bool people_ahead(struct turn *t, int64_t matter, struct err *err)
{
	const struct db_in in[] = { db_i64(matter) };

	return db_ahead(t->db, &st_holders, DB_IN(in), err) && db_ahead(t->db, &st_readers, DB_IN(in), err);
}

bool people_before(struct step *s, struct err *err)
{
	s->had = arena_many(s->t->a, 2, struct principals);
	s->had[0].a = s->had[1].a = s->t->a;
	return !s->old || (read_people(s->t, &st_holders, s->new->id, &s->had[0], err)
			   && read_people(s->t, &st_readers, s->new->id, &s->had[1], err));
}

/* A matter's sight may depend on its children: a loan that was approved opens the dossier. */
static bool parent_readers(struct step *s, struct err *err)
{
	struct principals old = { .a = s->t->a };
	struct snap *up;
	struct eval ev;
	bool depends = false;

	if (!s->new->parent)
		return true;
	if (!turn_load(s->t, s->new->parent, &up, err))
		return false;
	for (size_t i = 0; up && i < up->kind->see.n; i++)
		depends = depends || up->kind->see.v[i].sort == WHO_PERSON || up->kind->see.v[i].when;
	if (!depends)
		return true;
	ev = turn_eval(s->t, up, NULL, &s->act->who);
	return read_people(s->t, &st_readers, up->id, &old, err) && store_readers(s->t, up, &ev, &old, err);
}

bool store_people(struct step *s, int64_t due, struct err *err)
{
	struct principals new = { .a = s->t->a };
	struct eval ev = turn_eval(s->t, s->new, s->new, &s->act->who);

	if (!s->had && !people_before(s, err))
		return false;
	if (!s->import && !snap_holders(s->t, s->new, &ev, &new, err))
		return false;
	if (principals_has(&new, STR("public"))) /* the public has no desk */
		for (size_t i = 0; i < new.n; i++)
			if (str_is(new.v[i], "public"))
				new.v[i] = new.v[--new.n];
	return store_readers(s->t, s->new, &ev, &s->had[1], err)
	       && save_holders(s->t, s->new->id, due, &s->had[0], &new, err) && parent_readers(s, err);
}

/* ---- papers ---- */

static const struct stmt st_document = { "document_insert",
	"INSERT INTO document (code, matter, event, paper, number, template, content, state, tries, created)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, $8) RETURNING id" };
static const struct stmt st_outbox = { "outbox_insert",
	"INSERT INTO outbox (kind, matter, event, item, at, tries) VALUES ('paper', $1, $2, $3, $4, 0)" };

static const struct stmt st_corrected = { "paper_corrected", "UPDATE document SET corrected_by = $2 WHERE id = $1" };

bool store_papers(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->n_paper; i++) {
		const struct paper_made *p = &s->paper[i];
		int64_t id = 0;
		const struct db_in in[] = { db_str(uuid_new(s->t->a, s->t->now)), db_i64(s->new->id), db_i64(s->event),
					    db_str(p->paper->id), db_str(p->number), db_str(p->digest), db_str(p->values),
					    db_i64(s->t->now) };
		const struct db_out out[] = { db_to_i64(&id) };

		if (!db_one(s->t->db, s->t->a, &st_document, DB_IN(in), DB_OUT(out), err))
			return false;
		const struct db_in old[] = { db_i64(p->corrects), db_i64(id) };
		const struct db_in work[] = { db_i64(s->new->id), db_i64(s->event), db_i64(id), db_i64(s->t->now) };

		if ((p->corrects && !db_exec(s->t->db, &st_corrected, DB_IN(old), NULL, err))
		    || !db_exec(s->t->db, &st_outbox, DB_IN(work), NULL, err))
			return false;
	}
	return true;
}

/* ---- organs and persons as tables ---- */

static const struct stmt st_organ = { "organ_put",
	"INSERT INTO organ (id, code, name, abbr, short, uscc, sort, superior, entrusted_by, pack, legal_unit, enforces,"
	" active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO UPDATE SET"
	" name = excluded.name, abbr = excluded.abbr, short = excluded.short, uscc = excluded.uscc, sort = excluded.sort,"
	" superior = excluded.superior, entrusted_by = excluded.entrusted_by, pack = excluded.pack,"
	" legal_unit = excluded.legal_unit, enforces = excluded.enforces, active = excluded.active" };
static const struct stmt st_person = { "person_put",
	"INSERT INTO person (id, code, name, organ, position, phone, active) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	" ON CONFLICT (id) DO UPDATE SET name = excluded.name, organ = excluded.organ, position = excluded.position,"
	" phone = excluded.phone, active = excluded.active" };
static const struct stmt st_posts_gone = { "posts_delete", "DELETE FROM post WHERE person = $1" };
static const struct stmt st_post = { "post_insert",
	"INSERT INTO post (person, organ, role, from_day, to_day) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING" };

static int64_t snap_ref(const struct snap *m, const char *id)
{
	const struct val *v = snap_field(m, id);

	return v && (v->t == T_ORGAN || v->t == T_USER || v->t == T_REF) ? v->i : 0;
}

#define ORGAN_COLUMNS 13

/* none: what stands for a reference that is not there: NULL when writing, 0 when comparing. */
static void organ_in(const struct snap *m, struct db_in none, struct db_in in[ORGAN_COLUMNS])
{
	const struct val *enforces = snap_field(m, "enforces");
	const int64_t superior = snap_ref(m, "superior"), entrusted_by = snap_ref(m, "entrusted_by");
	const struct db_in all[ORGAN_COLUMNS] = {
		db_i64(m->id), db_str(m->code), db_str(snap_text(m, "name")), db_str(snap_text(m, "abbr")),
		db_str(snap_text(m, "short")), db_str(snap_text(m, "uscc")), db_str(snap_text(m, "sort")),
		superior ? db_i64(superior) : none, entrusted_by ? db_i64(entrusted_by) : none, db_str(snap_text(m, "pack")),
		db_str(snap_text(m, "legal_unit")), db_i64(enforces && enforces->t == T_BOOL && enforces->b),
		db_i64(!m->state->end)
	};

	memcpy(in, all, sizeof(all));
}

static bool put_organ(struct turn *t, const struct snap *m, struct err *err)
{
	struct db_in in[ORGAN_COLUMNS];

	organ_in(m, db_null(), in);
	return db_exec(t->db, &st_organ, DB_IN(in), NULL, err);
}

static const struct val *cell(const struct val_row *row, const char *id)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_is(row->col[i].id, id))
			return &row->cell[i];
	return NULL;
}

#define POST_COLUMNS 5

/* False: a row that is not filled in. */
static bool post_in(int64_t person, const struct val_row *row, struct db_in in[POST_COLUMNS])
{
	const struct val *organ = cell(row, "organ"), *role = cell(row, "role"), *from = cell(row, "from"),
			 *to = cell(row, "to");

	if (!organ || organ->t != T_ORGAN || !role || val_is_null(*role))
		return false;
	const struct db_in all[POST_COLUMNS] = { db_i64(person), db_i64(organ->i), db_str(role->s),
						 db_i64(from && from->t == T_DATE ? from->i : DAY_MIN),
						 db_i64(to && to->t == T_DATE ? to->i : INT64_MAX) };

	memcpy(in, all, sizeof(all));
	return true;
}

static bool put_post(struct turn *t, int64_t person, const struct val_row *row, struct err *err)
{
	struct db_in in[POST_COLUMNS];

	return !post_in(person, row, in) || db_exec(t->db, &st_post, DB_IN(in), NULL, err);
}

#define PERSON_COLUMNS 7

static void person_in(const struct snap *m, struct db_in none, struct db_in in[PERSON_COLUMNS])
{
	const int64_t employer = snap_ref(m, "organ") ? snap_ref(m, "organ") : m->organ;
	const struct db_in all[PERSON_COLUMNS] = { db_i64(m->id), db_str(m->code), db_str(snap_text(m, "name")),
						   employer ? db_i64(employer) : none, db_str(snap_text(m, "position")),
						   db_str(snap_text(m, "phone")), db_i64(!m->state->end) };

	memcpy(in, all, sizeof(all));
}

static bool put_person(struct turn *t, const struct snap *m, struct err *err)
{
	const struct val *posts = snap_field(m, "posts");
	struct db_in in[PERSON_COLUMNS];
	const struct db_in gone[] = { db_i64(m->id) };

	person_in(m, db_null(), in);
	t->n_people = 0;
	if (!db_exec(t->db, &st_person, DB_IN(in), NULL, err) || !db_exec(t->db, &st_posts_gone, DB_IN(gone), NULL, err))
		return false;
	for (size_t i = 0; posts && posts->t == T_ROWS && i < posts->list->n; i++)
		if (!put_post(t, m->id, posts->list->v[i].row, err))
			return false;
	return true;
}

bool store_projections(struct turn *t, const struct snap *m, struct err *err)
{
	turn_forget_alike(t);
	if (str_is(m->kind->id, "setting"))
		turn_forget_settings(t);
	if (str_is(m->kind->id, "organ")) {
		turn_forget_organs(t);
		return put_organ(t, m, err);
	}
	if (str_is(m->kind->id, "delegation"))
		return put_delegation(t, m, err);
	if (!str_is(m->kind->id, "person"))
		return true;
	t->n_posts = 0;
	return put_person(t, m, err);
}

/* ---- the same tables against the matter ---- */

static const struct stmt st_organ_same = { "organ_same",
	"SELECT COUNT(*) FROM organ WHERE id = $1 AND code = $2 AND name = $3 AND abbr = $4 AND short = $5 AND uscc = $6"
	" AND sort = $7 AND COALESCE(superior, 0) = $8 AND COALESCE(entrusted_by, 0) = $9 AND pack = $10 AND legal_unit = $11"
	" AND enforces = $12 AND active = $13" };
static const struct stmt st_person_same = { "person_same",
	"SELECT COUNT(*) FROM person WHERE id = $1 AND code = $2 AND name = $3 AND COALESCE(organ, 0) = $4 AND position = $5"
	" AND phone = $6 AND active = $7" };
static const struct stmt st_post_same = { "post_same",
	"SELECT COUNT(*) FROM post WHERE person = $1 AND organ = $2 AND role = $3 AND from_day = $4 AND to_day = $5" };
static const struct stmt st_post_count = { "post_count", "SELECT COUNT(*) FROM post WHERE person = $1" };

static bool is_one(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in, size_t n, bool *ret,
		   struct err *err)
{
	int64_t count = 0;
	const struct db_out out[] = { db_to_i64(&count) };

	if (!db_one(db, a, st, in, n, DB_OUT(out), err))
		return false;
	*ret = count == 1;
	return true;
}

static bool posts_same(struct db *db, struct arena *a, const struct snap *m, bool *ret, struct err *err)
{
	const struct val *posts = snap_field(m, "posts");
	int64_t have = 0, want = 0;
	const struct db_in whose[] = { db_i64(m->id) };
	const struct db_out out[] = { db_to_i64(&have) };
	struct db_in in[POST_COLUMNS];

	for (size_t i = 0; *ret && posts && posts->t == T_ROWS && i < posts->list->n; i++)
		if (post_in(m->id, posts->list->v[i].row, in)) {
			want++;
			if (!is_one(db, a, &st_post_same, DB_IN(in), ret, err))
				return false;
		}
	if (!db_one(db, a, &st_post_count, DB_IN(whose), DB_OUT(out), err))
		return false;
	*ret = *ret && have <= want; /* the same post twice is one row */
	return true;
}

bool store_projections_same(struct db *db, struct arena *a, const struct snap *m, bool *ret, struct err *err)
{
	struct db_in organ[ORGAN_COLUMNS], person[PERSON_COLUMNS];

	*ret = true;
	if (str_is(m->kind->id, "organ")) {
		organ_in(m, db_i64(0), organ);
		return is_one(db, a, &st_organ_same, DB_IN(organ), ret, err);
	}
	if (str_is(m->kind->id, "delegation"))
		return delegation_same(db, a, m, ret, err);
	if (!str_is(m->kind->id, "person"))
		return true;
	person_in(m, db_i64(0), person);
	return is_one(db, a, &st_person_same, DB_IN(person), ret, err) && posts_same(db, a, m, ret, err);
}
