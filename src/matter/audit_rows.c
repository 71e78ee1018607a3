/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The tables beside a matter's own row: papers, files, keys of lists, links, and what stands for acts. */
#include <inttypes.h>
#include <string.h>

#include "matter/audit_inner.h"
#include "matter/reading.h"
#include "matter/removal.h"
#include "matter/store.h"
#include "matter/world.h"

static const struct step_row *step_of(const struct folded *f, int64_t event)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->step[i].id == event)
			return &f->step[i];
	return NULL;
}

static size_t count_of(const struct json *list)
{
	const struct json *j;
	size_t n = 0;

	json_each(j, list)
		n++;
	return n;
}

/* ---- papers ---- */

static const struct stmt st_papers = { "audit_papers",
	"SELECT d.id, d.event, d.paper, d.number, d.template, d.content, d.state, d.blob, d.frozen_event, d.created, d.corrected_by, d.frozen,"
	" b.sm3, d.signature, d.signed_event, COALESCE((SELECT c.id FROM document c WHERE c.corrected_by = d.id), 0),"
	" d.removed_event"
	" FROM document d LEFT JOIN blob b ON b.digest = d.blob WHERE d.matter = $1 ORDER BY d.id" };

struct papers {
	struct folded *f;
	int64_t id, event, frozen_event, created, corrected_by, corrects, frozen_at, signed_event, removed_event;
	struct str paper, number, template, content, state, blob, sm3, signature;
	size_t n, frozen, is_signed, corrected, bare; /* in all; bare: made by acts whose bodies were removed */
	/* the event whose papers are being read: how many, and where in its body the last one ended */
	int64_t of, of_n;
	size_t at;
};

static bool differs(struct papers *p, struct err *err, const char *what)
{
	return folded_differs(p->f, err, "的文书“%.*s”（%.*s）%s", STR_FMT(str_head(p->paper, 30)),
			      STR_FMT(p->number.n ? p->number : STR("无文号")), what);
}

/* As the act froze it (put_papers in store.c). */
static bool in_body(struct papers *p, const struct step_row *s)
{
	struct buf b;
	struct json_out o = { .b = &b };
	size_t at;

	buf_init(&b, p->f->a, BODY_MAX);
	json_open(&o, NULL, '{');
	json_out_raw(&o, "content", p->content);
	if (p->corrects)
		json_out_i64(&o, "corrects", p->corrects);
	json_out_str(&o, "number", p->number);
	json_out_str(&o, "paper", p->paper);
	json_out_str(&o, "template", p->template);
	json_close(&o, '}');
	at = str_find(s->text, buf_str(&b), p->at);
	if (at == SIZE_MAX)
		return false;
	p->at = at + b.n;
	return true;
}

static bool frozen_fits(struct papers *p, struct err *err)
{
	const struct step_row *s = step_of(p->f, p->frozen_event);

	if (!str_is(p->state, "frozen"))
		return (!p->frozen_event && !p->frozen_at && !p->blob.n) || differs(p, err, "的状态被改动：它已经制成PDF");
	p->frozen++;
	if (!s || !str_is(s->action, "paper.frozen") || p->frozen_at != s->entered)
		return differs(p, err, "的登记被改动：与制成PDF的那一步不符");
	if (!p->sm3.n)
		return differs(p, err, "的PDF没有了：文件登记（blob）被删除");
	if (!s->body)
		return true;
	if (json_i64(s->body, "document", 0) != p->id || !str_eq(json_str(s->body, "sha256"), p->blob)
	    || !str_eq(json_str(s->body, "sm3"), p->sm3))
		return differs(p, err, "换成了另一份PDF：与制成时记下的摘要不符");
	return true;
}

/* The stored note is that of the event, a key of the organ signed it, and it says of this paper what is stored of it. */
static bool signature_fits(struct papers *p, struct err *err)
{
	const struct step_row *s = step_of(p->f, p->signed_event);
	const struct organ_key *key = NULL;
	struct paper_statement said;
	struct err why = { 0 };

	if (!p->signed_event)
		return !p->signature.n || differs(p, err, "的电子签名是后来插入的：没有哪一步签过它");
	p->is_signed++;
	if (!s || !str_is(s->action, "paper.signed") || (s->body && (!str_eq(json_str(s->body, "note"), p->signature)
								   || json_i64(s->body, "document", 0) != p->id)))
		return differs(p, err, "的电子签名被改动：与签名的那一步不符");
	if (!paper_signature_check(p->f->a, p->signature, p->f->m->key, p->f->m->n_key, &said, &key, &why))
		return differs(p, err, str_cstr(p->f->a, str_fmt(p->f->a, "的电子签名不对：%s", why.msg)));
	if (key->organ != p->f->row.organ)
		return differs(p, err, "的电子签名不对：是另一机关的密钥签的");
	if (!str_eq(said.sha256, p->blob) || !str_eq(said.sm3, p->sm3) || !str_eq(said.number, p->number))
		return differs(p, err, "的电子签名不对：签的是另一份文书");
	p->f->m->signatures++;
	return true;
}

/* The event that let it go names the act that made it, and nothing is left of its text. */
static bool removal_fits(struct papers *p, const struct step_row *made, struct err *err)
{
	const struct step_row *s = step_of(p->f, p->removed_event);
	const struct json *j;
	bool named = false;

	p->bare += !made->body;
	if (!p->removed_event)
		return made->body || p->f->gaps || differs(p, err, "的内容不见了：没有哪一次销毁写到它");
	json_each(j, s && str_is(s->action, REMOVAL_ACTION) ? json_get(s->body, "removed") : NULL)
		named = named || json_i64(j, "event", 0) == made->id;
	return (named && !p->content.n && !made->body) || differs(p, err, "的销毁登记被改动：与销毁的那一步不符");
}

/* The event of the paper that corrects it says so of this one, as the act wrote it (put_papers in store.c). */
static const struct stmt st_correcting = { "audit_correcting", "SELECT event FROM document WHERE id = $1" };

static bool corrected_fits(struct papers *p, struct err *err)
{
	const struct db_in in[] = { db_i64(p->corrected_by) };
	int64_t event = 0;
	const struct db_out out[] = { db_to_i64(&event) };
	const struct step_row *s;
	const struct json *j;
	bool found = false;

	if (!p->corrected_by)
		return true;
	p->corrected++;
	if (!db_maybe(p->f->m->x->db, p->f->a, &st_correcting, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	s = found ? step_of(p->f, event) : NULL;
	if (s && !s->body)
		return true;
	json_each(j, s ? json_get(s->body, "papers") : NULL)
		if (json_i64(j, "corrects", 0) == p->id)
			return true;
	return differs(p, err, "的更正登记被改动：没有哪一步办理更正过它");
}

static bool paper_row(void *ctx, struct err *err)
{
	struct papers *p = ctx;
	const struct step_row *s = step_of(p->f, p->event);

	p->n++;
	if (!s)
		return differs(p, err, "是后来插入的：没有哪一步办理制作过它");
	if (p->of != p->event) {
		p->of = p->event;
		p->at = 0;
	}
	if (s->body && (!in_body(p, s) || p->created != s->at))
		return differs(p, err, "被改动：内容、文号、样式或者次序与办理时定下的不符");
	return removal_fits(p, s, err) && corrected_fits(p, err) && frozen_fits(p, err) && signature_fits(p, err);
}

bool audit_papers(struct folded *f, struct err *err)
{
	struct papers p = { .f = f };
	const struct db_in in[] = { db_i64(f->row.id) };
	const struct db_out out[] = { db_to_i64(&p.id), db_to_i64(&p.event), db_to_str(&p.paper), db_to_str(&p.number),
				      db_to_str(&p.template), db_to_str(&p.content), db_to_str(&p.state), db_to_str(&p.blob),
				      db_to_i64(&p.frozen_event), db_to_i64(&p.created), db_to_i64(&p.corrected_by), db_to_i64(&p.frozen_at),
				      db_to_str(&p.sm3), db_to_str(&p.signature), db_to_i64(&p.signed_event),
				      db_to_i64(&p.corrects), db_to_i64(&p.removed_event) };
	size_t n = 0, frozen = 0, is_signed = 0;

	if (!db_each(f->m->x->db, f->a, &st_papers, DB_IN(in), DB_OUT(out), paper_row, &p, err))
		return false;
	for (size_t i = 0; i < f->n; i++) {
		n += f->step[i].body ? count_of(json_get(f->step[i].body, "papers")) : 0;
		frozen += str_is(f->step[i].action, "paper.frozen");
		is_signed += str_is(f->step[i].action, "paper.signed");
	}
	f->m->papers += (int64_t)p.n;
	if (p.n - p.bare < n || (p.n - p.bare > n && !f->gaps))
		return folded_differs(f, err, "的文书登记少了或者多了：办理时制作了%zu份，现在有%zu份", n, p.n - p.bare);
	if (is_signed != p.is_signed)
		return folded_differs(f, err, "的文书登记被改动：电子签名的记录有%zu份，登记有%zu份", is_signed, p.is_signed);
	return frozen == p.frozen || folded_differs(f, err, "的文书登记被改动：制成PDF的记录有%zu份，登记有%zu份", frozen, p.frozen);
}

/* ---- files ---- */

static const struct stmt st_given = { "audit_given",
	"SELECT f.event, f.n, f.digest FROM event_file f JOIN event e ON e.id = f.event WHERE e.matter = $1 ORDER BY f.event, f.n" };
static const struct stmt st_evidence = { "audit_evidence",
	"SELECT event, field, blob, name, sealed, note, removed_event, taken FROM evidence WHERE matter = $1 ORDER BY event, id" };

struct given_file {
	int64_t event, n;
	struct str digest;
};

struct files {
	struct folded *f;
	struct given_file row, *v;
	size_t n, cap, at;
	int64_t event, sealed, removed_event, taken;
	struct str field, blob, name, note;
};

static bool given_row(void *ctx, struct err *err)
{
	struct files *x = ctx;

	(void)err;
	PUSH(x->f->a, x->v, x->n, x->cap, x->row);
	return true;
}

static bool named_in(const struct json *list, struct str digest, struct str name)
{
	const struct json *j;

	json_each(j, list)
		if (str_eq(json_str(j, "digest"), digest) && str_eq(json_str(j, "name"), name))
			return true;
	return false;
}

/* The event that took it away names its digest. */
static bool let_go(const struct files *x)
{
	const struct step_row *s = step_of(x->f, x->removed_event);
	const struct json *j;

	json_each(j, s && str_is(s->action, REMOVAL_ACTION) ? json_get(s->body, "digests") : NULL)
		if (str_eq(json_str(j, "sha256"), x->blob))
			return true;
	return false;
}

static bool evidence_row(void *ctx, struct err *err)
{
	struct files *x = ctx;
	const struct step_row *s = step_of(x->f, x->event);
	const char *field = str_cstr(x->f->a, x->field);

	if (!s || x->at == x->n || x->v[x->at].event != x->event || !str_eq(x->v[x->at].digest, x->blob))
		return folded_differs(x->f, err, "的证据“%.*s”被改动：与办理时收到的文件不符", STR_FMT(str_head(x->name, 40)));
	x->at++;
	if (x->sealed != s->at || x->note.n || (x->removed_event && !let_go(x)) || x->taken)
		return folded_differs(x->f, err, "的证据“%.*s”的登记被改动：封存时间或者说明不是办理时的", STR_FMT(str_head(x->name, 40)));
	if (s->body && !named_in(json_get(json_get(s->body, "set"), field), x->blob, x->name)
	    && !named_in(json_get(json_get(s->body, "part"), field), x->blob, x->name))
		return folded_differs(x->f, err, "的证据“%.*s”被改动：名称或者所在的项目不是办理时的", STR_FMT(str_head(x->name, 40)));
	return true;
}

bool audit_files(struct folded *f, struct err *err)
{
	struct files x = { .f = f };
	const struct db_in in[] = { db_i64(f->row.id) };
	const struct db_out given[] = { db_to_i64(&x.row.event), db_to_i64(&x.row.n), db_to_str(&x.row.digest) };
	const struct db_out out[] = { db_to_i64(&x.event), db_to_str(&x.field), db_to_str(&x.blob), db_to_str(&x.name),
				      db_to_i64(&x.sealed), db_to_str(&x.note), db_to_i64(&x.removed_event),
				      db_to_i64(&x.taken) };

	if (!db_each(f->m->x->db, f->a, &st_given, DB_IN(in), DB_OUT(given), given_row, &x, err)
	    || (!f->gaps && !db_each(f->m->x->db, f->a, &st_evidence, DB_IN(in), DB_OUT(out), evidence_row, &x, err)))
		return false;
	for (size_t i = 0; i < x.n; i++)
		if (x.v[i].n != (i && x.v[i - 1].event == x.v[i].event ? x.v[i - 1].n + 1 : 1))
			return audit_event(f->m->x, x.v[i].event, err, "所附文件的编号被改动：不是从1连续的");
	return f->gaps || x.at == x.n
	    || audit_event(f->m->x, x.v[x.at].event, err, "的证据登记少了一份（SHA-256 %.*s）", STR_FMT(x.v[x.at].digest));
}

/* ---- keys and links ---- */

struct listed {
	struct str path;
	struct val_key key;
	bool wanted, found;
};

struct keys {
	struct folded *f;
	struct listed *v;
	size_t n, cap;
	struct str path;
	struct val_key key; /* of the row that is read */
};

static const struct stmt st_nums = { "audit_nums", "SELECT field, num FROM matter_key_num WHERE matter = $1" };
static const struct stmt st_texts = { "audit_texts", "SELECT field, text FROM matter_key_text WHERE matter = $1" };
static const struct stmt st_links = { "audit_links", "SELECT field, target FROM link WHERE source = $1" };

static void want(struct keys *k, struct str path, struct val v, bool wanted)
{
	const struct val_key *key;
	size_t n = val_keys(k->f->a, v, &key);

	for (size_t i = 0; i < n; i++) {
		struct listed x = { .path = path, .key = key[i], .wanted = wanted };

		PUSH(k->f->a, k->v, k->n, k->cap, x);
	}
}

static bool key_row(void *ctx, struct err *err)
{
	struct keys *k = ctx;
	bool known = false;

	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->v[i].path, k->path) && val_key_equal(&k->v[i].key, &k->key))
			known = k->v[i].found = true;
	return known || folded_differs(k->f, err, "在列表索引里的“%.*s”被改动：与它的内容不符", STR_FMT(k->path));
}

static bool all_found(const struct keys *k, struct err *err)
{
	for (size_t i = 0; !k->f->m->newer && i < k->n; i++)
		if (k->v[i].wanted && !k->v[i].found && !engine_filling(k->f->m->e, k->v[i].path))
			return folded_differs(k->f, err, "在列表索引里少了“%.*s”：按它就查不到这一件", STR_FMT(k->v[i].path));
	return true;
}

/* Whom a decision on recusal keeps out (store_recused). */
static void want_recused(struct keys *k)
{
	for (size_t i = 0; i < k->f->n; i++) {
		const struct step_row *s = &k->f->step[i];
		struct listed x = { .path = STR("recused"), .key.num = json_i64(s->body, "person", 0), .wanted = true };

		if (str_is(s->action, "recuse") && x.key.num)
			PUSH(k->f->a, k->v, k->n, k->cap, x);
	}
}

static bool check_keys(struct folded *f, const struct snap *m, struct err *err)
{
	struct keys k = { .f = f };
	const struct db_in in[] = { db_i64(m->id) };
	const struct db_out num[] = { db_to_str(&k.path), db_to_i64(&k.key.num) };
	const struct db_out text[] = { db_to_str(&k.path), db_to_str(&k.key.text) };

	for (size_t i = 0; i < m->kind->n_field; i++)
		want(&k, str_fmt(f->a, "%.*s.%.*s", STR_FMT(m->kind->id), STR_FMT(m->kind->field[i].id)), m->field[i],
		     field_is_keyed(m->kind, &m->kind->field[i]));
	want_recused(&k);
	if (!db_each(f->m->x->db, f->a, &st_nums, DB_IN(in), DB_OUT(num), key_row, &k, err))
		return false;
	k.key.is_text = true;
	return db_each(f->m->x->db, f->a, &st_texts, DB_IN(in), DB_OUT(text), key_row, &k, err) && all_found(&k, err);
}

static bool check_links(struct folded *f, const struct snap *m, struct err *err)
{
	struct keys k = { .f = f };
	const struct db_in in[] = { db_i64(m->id) };
	const struct db_out out[] = { db_to_str(&k.path), db_to_i64(&k.key.num) };

	for (size_t i = 0; i < m->kind->n_field; i++)
		if (m->kind->field[i].type.tag == T_REF || m->kind->field[i].type.tag == T_REFS)
			want(&k, m->kind->field[i].id, m->field[i], true);
	return db_each(f->m->x->db, f->a, &st_links, DB_IN(in), DB_OUT(out), key_row, &k, err) && all_found(&k, err);
}

bool audit_keys(struct folded *f, struct err *err)
{
	struct snap *m = f->gaps ? &f->row : f->now;
	bool same = true;

	if (f->gaps && !snap_get(f->a, f->fields, m, err))
		return err->code == ERR_BAD_INPUT ? folded_differs(f, err, "的存储内容被改动，已不能读取") : false;
	m->state = kind_state(m->kind, f->state);
	if (m->state && !store_projections_same(f->m->x->db, f->a, m, &same, err))
		return false;
	if (!same)
		return folded_differs(f, err, "在名录里的登记被改动：与它的内容不符");
	return check_keys(f, m, err) && check_links(f, m, err);
}

/* ---- what stands for acts ---- */

static const struct stmt st_deputed = { "audit_deputed",
	"SELECT event, actor, principal, 0, '', '' FROM deputed WHERE matter = $1 ORDER BY event" };
static const struct stmt st_taken = { "audit_taken",
	"SELECT event, by_event, 0, 0, '', '' FROM taken_back WHERE matter = $1 ORDER BY by_event" };
static const struct stmt st_points = { "audit_points",
	"SELECT event, n, ticked, 0, text, remark FROM point WHERE matter = $1 ORDER BY event, n" };

struct acts {
	struct folded *f;
	int64_t event, a, b, c;
	struct str text, remark;
	size_t n;
	int64_t of, last; /* point: the event and the number before */
};

static bool deputed_row(void *ctx, struct err *err)
{
	struct acts *x = ctx;
	const struct step_row *s = step_of(x->f, x->event);

	x->n++;
	if (s && (!s->body || (s->actor == x->a && json_i64(s->body, "for", 0) == x->b)))
		return true;
	return audit_event(x->f->m->x, x->event, err, "的代办登记被改动：这一步不是代这个人办理的");
}

static bool taken_row(void *ctx, struct err *err)
{
	struct acts *x = ctx;
	const struct step_row *of = step_of(x->f, x->event), *by = step_of(x->f, x->a);

	x->n++;
	if (of && by && (!by->body || json_i64(by->body, "taken", 0) == of->seq))
		return true;
	return audit_event(x->f->m->x, x->event, err, "的撤回登记被改动：没有哪一步办理撤回过它");
}

static bool has_text(const struct json *list, int64_t n, struct str text)
{
	const struct json *j;

	json_each(j, list)
		if (--n == 0)
			return str_eq(j->text, text);
	return false;
}

static bool point_row(void *ctx, struct err *err)
{
	struct acts *x = ctx;
	const int64_t n = x->event == x->of ? x->last + 1 : 1;
	const struct step_row *s = step_of(x->f, x->event), *tick = step_of(x->f, x->b);
	const struct json *points = s ? json_get(s->body, "points") : NULL;

	x->n += points != NULL;
	x->of = x->event;
	x->last = x->a;
	if (!s || x->a != n || (!x->b && x->remark.n) || (points && !has_text(points, x->a, x->text)))
		return audit_event(x->f->m->x, x->event, err, "的第%" PRId64 "项要点被改动：退回时写的不是这样", x->a);
	if (x->b && (!tick || !str_is(tick->action, "tick")
		     || (tick->body && !(has_text(json_get(tick->body, "points"), 1, x->text)
					 && str_eq(json_str(tick->body, "reason"), x->remark)))))
		return audit_event(x->f->m->x, x->event, err, "的第%" PRId64 "项要点的落实登记被改动：没有哪一步办理落实过它", x->a);
	return true;
}

static bool each_act(struct folded *f, const struct stmt *st, bool (*row)(void *, struct err *), size_t *ret_n, struct err *err)
{
	struct acts x = { .f = f };
	const struct db_in in[] = { db_i64(f->row.id) };
	const struct db_out out[] = { db_to_i64(&x.event), db_to_i64(&x.a), db_to_i64(&x.b), db_to_i64(&x.c), db_to_str(&x.text),
				      db_to_str(&x.remark) };

	if (!db_each(f->m->x->db, f->a, st, DB_IN(in), DB_OUT(out), row, &x, err))
		return false;
	*ret_n = x.n;
	return true;
}

bool audit_acts(struct folded *f, struct err *err)
{
	size_t deputed, taken, points, want_deputed = 0, want_taken = 0, want_points = 0;

	if (!each_act(f, &st_deputed, deputed_row, &deputed, err) || !each_act(f, &st_taken, taken_row, &taken, err)
	    || !each_act(f, &st_points, point_row, &points, err))
		return false;
	for (size_t i = 0; i < f->n; i++) {
		const struct step_row *s = &f->step[i];

		want_deputed += json_i64(s->body, "for", 0) != 0;
		want_taken += json_i64(s->body, "taken", 0) != 0;
		if (!str_is(s->action, "tick"))
			want_points += count_of(json_get(s->body, "points"));
	}
	if (deputed < want_deputed)
		return folded_differs(f, err, "少了代办登记：办理记录里有%zu步是代办的，登记有%zu步", want_deputed, deputed);
	if (taken < want_taken)
		return folded_differs(f, err, "少了撤回登记：办理记录里撤回%zu步，登记有%zu步", want_taken, taken);
	return points >= want_points || folded_differs(f, err, "少了退回要点：办理时写了%zu项，现在有%zu项", want_points, points);
}
