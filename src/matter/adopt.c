/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/adopt.h"

#include "base/day.h"
#include "base/log.h"
#include "matter/inner.h"
#include "matter/world.h"

#define SLICE 500 /* matters read at once by adopt_list */

/* ---- whether the pack wants it ---- */

/* The matter's kind in the version that is in force, when running matters of it go over to that one; NULL: it stays. */
static const struct kind *wanted(const struct turn *t, const struct snap *m, const struct running_def **ret, int64_t *ret_def)
{
	const struct law *now = engine_law_current(t->e, m->kind->law->pack, ret_def);

	if (!now || now == m->kind->law || *ret_def == m->def || m->state->end || m->ended)
		return NULL;
	*ret = law_running(now, m->kind->id);
	return *ret ? law_kind(now, m->kind->id) : NULL;
}

/* ---- whether it fits ---- */

static bool has_choice(const struct enum_def *d, struct str id)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->v[i].id, id))
			return true;
	return false;
}

static bool val_has_place(const struct type *t, struct val v)
{
	if (v.t == T_ENUM && t->values)
		return has_choice(t->values, v.s);
	if (v.t == T_SHEET && v.sheet && t->sheet)
		return v.sheet->sheet->version == t->sheet->version;
	if (v.t == T_PICKS)
		for (size_t i = 0; i < v.list->n; i++)
			if (!has_choice(t->values, v.list->v[i].s))
				return false;
	return true;
}

static const struct field *column(const struct type *t, struct str id)
{
	for (size_t i = 0; i < t->n_row; i++)
		if (str_eq(t->row[i].id, id))
			return &t->row[i];
	return NULL;
}

static bool rows_have_place(const struct type *t, struct val v)
{
	for (size_t i = 0; v.t == T_ROWS && i < v.list->n; i++) {
		const struct val_row *r = v.list->v[i].row;

		for (size_t k = 0; k < r->n; k++) {
			const struct field *c = column(t, r->col[k].id);

			if (!val_empty(r->cell[k]) && (!c || !val_has_place(&c->type, r->cell[k])))
				return false;
		}
	}
	return true;
}

static struct str values_unfit(struct turn *t, const struct snap *m, const struct kind *is)
{
	for (size_t i = 0; i < m->kind->n_field; i++) {
		const struct field *was = &m->kind->field[i], *f = kind_field(is, was->id);

		if (was->has_is || val_empty(m->field[i]))
			continue;
		if (!f)
			return str_fmt(t->a, "新定义没有“%.*s”这一项，本件已经填写", STR_FMT(was->name));
		if (!val_has_place(&f->type, m->field[i]) || !rows_have_place(&f->type, m->field[i]))
			return str_fmt(t->a, "新定义的“%.*s”没有本件所填的内容可选", STR_FMT(f->name));
	}
	for (size_t i = 0; i < m->kind->n_number; i++)
		if (m->number[i].n && !kind_number(is, m->kind->number[i].id))
			return str_fmt(t->a, "新定义没有“%.*s”，本件已经编号", STR_FMT(m->kind->number[i].name));
	return (struct str){ 0 };
}

static struct str state_unfit(struct turn *t, const struct snap *m, const struct kind *is)
{
	const struct state *s = kind_state(is, m->state->id);

	if (!s)
		return str_fmt(t->a, "新定义没有“%.*s”这个状态", STR_FMT(m->state->name));
	return s->end ? str_fmt(t->a, "新定义中“%.*s”已是办结状态", STR_FMT(s->name)) : (struct str){ 0 };
}

static bool same_pause(const struct clock_pause *was, const struct clock_pause *is)
{
	bool same = str_eq(was->child, is->child) && was->n_until == is->n_until;

	for (size_t i = 0; same && i < was->n_until; i++)
		same = str_eq(was->until[i], is->until[i]);
	return same;
}

/* A pause that is open must end there as it would have here. */
static bool pauses_fit(const struct run *r, const struct clock *is)
{
	for (size_t i = 0; i < r->n_pause; i++) {
		const size_t which = (size_t)r->pause[i].which;

		if (!r->pause[i].gap.to && which < r->def->n_pause
		    && (which >= is->n_pause || !same_pause(&r->def->pause[which], &is->pause[which])))
			return false;
	}
	return true;
}

/* Also limits that are over: they are part of what happened. */
static bool clocks_unfit(struct turn *t, const struct snap *m, const struct kind *is, struct str *ret, struct err *err)
{
	struct clocks c;

	if (!clocks_load(t, m, &c, err))
		return false;
	for (size_t i = 0; i < c.n && !ret->n; i++)
		if (!kind_clock(is, c.v[i].clock) || !pauses_fit(&c.v[i], kind_clock(is, c.v[i].clock)))
			*ret = str_fmt(t->a, "新定义没有“%.*s”这个期限，或者没有它的中止", STR_FMT(c.v[i].def->name));
	return true;
}

static bool parts_unfit(struct turn *t, const struct snap *m, const struct kind *is, struct str *ret, struct err *err)
{
	for (size_t i = 0; i < m->kind->n_action && !ret->n; i++) {
		const struct action *was = &m->kind->action[i], *ac = kind_action(is, was->id);
		const struct val_list *parts;
		int64_t rounds;

		if (!was->joint || (ac && ac->joint))
			continue;
		if (!turn_parts(t, m, was, &parts, &rounds, err))
			return false;
		if (parts->n)
			*ret = str_fmt(t->a, "“%.*s”已经有人办理，新定义没有这项共同办理", STR_FMT(was->name));
	}
	return true;
}

struct done_read {
	struct turn *t;
	const struct snap *m;
	const struct kind *is;
	struct str action, *ret;
};

static const struct stmt st_done = { "adopt_done",
	"SELECT DISTINCT action FROM event WHERE matter = $1 AND role NOT IN ('program', 'import') ORDER BY action" };

/* What the new version asks for in an act that is behind it can no longer be filled in. */
static bool done_row(void *ctx, struct err *err)
{
	struct done_read *r = ctx;
	const struct action *ac = kind_action(r->is, r->action);

	(void)err;
	for (size_t i = 0; ac && !ac->joint && !ac->builtin && !r->ret->n && i < ac->n_form; i++) {
		const struct field *f = ac->form[i].field, *was = kind_field(r->m->kind, f->id);

		if (ac->form[i].required && (!was || val_empty(r->m->field[was->index])))
			*r->ret = str_fmt(r->t->a, "新定义在“%.*s”时必须填写“%.*s”，本件没有填写", STR_FMT(ac->name),
					  STR_FMT(f->name));
	}
	return true;
}

static bool asked_unfit(struct turn *t, const struct snap *m, const struct kind *is, struct str *ret, struct err *err)
{
	struct done_read r = { .t = t, .m = m, .is = is, .ret = ret };
	const struct db_in in[] = { db_i64(m->id) };
	const struct db_out out[] = { db_to_str(&r.action) };

	return db_each(t->db, t->a, &st_done, DB_IN(in), DB_OUT(out), done_row, &r, err);
}

/* Why a matter has no place in a version; empty: it fits. */
static bool unfit(struct turn *t, const struct snap *m, const struct kind *is, struct str *ret, struct err *err)
{
	*ret = state_unfit(t, m, is);
	if (!ret->n)
		*ret = values_unfit(t, m, is);
	return (ret->n || clocks_unfit(t, m, is, ret, err)) && (ret->n || parts_unfit(t, m, is, ret, err))
	       && (ret->n || asked_unfit(t, m, is, ret, err));
}

/* ---- going over ---- */

static const struct stmt st_fields = { "adopt_fields", "SELECT fields FROM matter WHERE id = $1" };

/* The matter as the other version reads what is stored. */
static bool read_again(struct turn *t, const struct snap *m, const struct kind *is, int64_t def, struct snap **ret,
		       struct err *err)
{
	struct snap *s = arena_one(t->a, struct snap);
	struct str fields;
	const struct db_in in[] = { db_i64(m->id) };
	const struct db_out out[] = { db_to_str(&fields) };

	if (!db_one(t->db, t->a, &st_fields, DB_IN(in), DB_OUT(out), err))
		return false;
	*s = (struct snap){ .id = m->id, .code = m->code, .kind = is, .state = kind_state(is, m->state->id), .organ = m->organ,
			    .parent = m->parent, .opener = m->opener, .opened = m->opened, .ended = m->ended,
			    .version = m->version, .def = def };
	if (!snap_get(t->a, fields, s, err))
		return false;
	turn_put(t, s);
	*ret = s;
	return true;
}

/* 〔行政处罚法 第五十四条〕正在办理的办件自2026年12月1日起按临猗县第2版定义办理 */
static struct str reason(struct turn *t, const struct running_def *r, const struct law *is)
{
	const struct ymd d = day_ymd(r->from);
	struct buf b;

	buf_init(&b, t->a, 1000);
	for (size_t i = 0; i < r->node->cite.n && engine_ledger(t->e); i++)
		ledger_put_cite(engine_ledger(t->e), r->node->cite.id[i], &b);
	buf_addf(&b, "正在办理的办件自%d年%d月%d日起按%.*s第%.*s版定义办理", d.year, d.month, d.day, STR_FMT(is->name),
		 STR_FMT(is->version));
	return buf_str(&b);
}

static bool go_over(struct turn *t, const struct snap *m, const struct running_def *r, const struct kind *is, int64_t def,
		    struct snap **ret, struct err *err)
{
	const struct act act = { .who = { .sort = ACTOR_SYSTEM }, .matter = m->id, .action = ADOPT, .version = -1,
				 .reason = reason(t, r, is->law) };
	struct step *s = arena_one(t->a, struct step);

	*s = (struct step){ .t = t, .act = &act };
	if (!read_again(t, m, is, def, ret, err) || !step_run(s, err))
		return false;
	if (s->no.n)
		return err_set(err, ERR_BUG, "转入新定义被拒绝：%.*s", STR_FMT(s->no.v[0].say));
	*ret = s->new;
	return true;
}

bool adopt_in_turn(struct turn *t, struct snap **m, struct err *err)
{
	const struct running_def *running;
	const struct kind *is;
	struct str why;
	int64_t def;

	is = t->dry ? NULL : wanted(t, *m, &running, &def);
	if (!is || !node_on(running->node) || day_at(t->now) < running->from)
		return true;
	return unfit(t, *m, is, &why, err) && (why.n || go_over(t, *m, running, is, def, m, err));
}

/* ---- all that run ---- */

static const struct stmt st_next = { "adopt_next",
	"SELECT updated, id FROM matter WHERE kind = $1 AND state = $2 AND (updated, id) > ($3, $4)"
	" AND def IN (SELECT id FROM pack_version WHERE pack = $5 AND id <> $6) ORDER BY updated, id LIMIT $7" };

/* Where a pass stands: the law, what it says of running matters, the kind and its state; false: it is through. */
static bool pass_at(const struct engine *e, struct adopt_pass *x, const struct law **law, const struct kind **k)
{
	while ((*law = engine_law_at(e, x->law))) {
		const struct running_def *r = x->running < (*law)->n_running ? &(*law)->running[x->running] : NULL;

		if (!r) {
			x->running = x->kind = x->state = 0;
			x->law++;
		} else if (x->kind >= r->n || !node_on(r->node) || x->day < r->from) {
			x->kind = x->state = 0;
			x->running++;
		} else if (*k = law_kind(*law, r->kind[x->kind]), !*k || x->state >= (*k)->n_state) {
			x->state = 0;
			x->kind++;
		} else if ((*k)->state[x->state].end) {
			x->state++;
		} else {
			return true;
		}
	}
	return false;
}

struct next_read {
	int64_t updated, id, *ret;
	size_t n;
};

static bool next_row(void *ctx, struct err *err)
{
	struct next_read *r = ctx;

	(void)err;
	r->ret[r->n++] = r->id;
	return true;
}

/* One state: what it holds after the row at which the pass stands. */
static bool next_of_state(struct engine *e, struct db *db, struct arena *a, struct adopt_pass *x, const struct kind *k,
			  int64_t *ret, size_t *ret_n, struct err *err)
{
	struct next_read r = { .ret = ret };
	int64_t def = 0;
	const struct law *law = engine_law_current(e, k->law->pack, &def);
	const struct db_in in[] = { db_str(k->id), db_str(k->state[x->state].id), db_i64(x->updated), db_i64(x->id),
				    db_str(law->pack), db_i64(def), db_i64(ADOPT_MOST) };
	const struct db_out out[] = { db_to_i64(&r.updated), db_to_i64(&r.id) };

	if (!db_each(db, a, &st_next, DB_IN(in), DB_OUT(out), next_row, &r, err))
		return false;
	x->updated = r.n ? r.updated : 0;
	x->id = r.n ? r.id : 0;
	x->state += !r.n;
	*ret_n = r.n;
	return true;
}

bool adopt_next(struct engine *e, struct db *db, struct arena *a, struct adopt_pass *x, int64_t ret[ADOPT_MOST], size_t *ret_n,
		struct err *err)
{
	const int64_t today = day_at(engine_now(e));
	const struct law *law;
	const struct kind *k;

	*ret_n = 0;
	if (x->day != today)
		*x = (struct adopt_pass){ .day = today };
	while (!x->done && !*ret_n) {
		if (!pass_at(e, x, &law, &k))
			x->done = true;
		else if (!next_of_state(e, db, a, x, k, ret, ret_n, err))
			return false;
	}
	return true;
}

struct one_matter {
	struct turn t;
	int64_t id;
	bool moved;
};

static bool adopt_one(struct db *db, void *ctx, struct err *err)
{
	struct one_matter *x = ctx;
	struct snap *m, *was;

	(void)db;
	if (!turn_load(&x->t, x->id, &m, err) || !m)
		return !m;
	was = m;
	if (!adopt_in_turn(&x->t, &m, err))
		return false;
	x->moved = m != was;
	return true;
}

bool matter_adopt(struct engine *e, struct db *db, struct arena *a, const int64_t *matter, size_t n, size_t *ret_n,
		  struct err *err)
{
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		struct one_matter x = { .id = matter[i] };
		struct err why = { 0 };

		turn_init(&x.t, e, db, a, engine_now(e));
		if (!db_point(db, adopt_one, &x, &why)) {
			if (!db_in_tx(db) || why.code == ERR_DB_LOST || why.code == ERR_DISK_FULL) {
				*err = why;
				return false;
			}
			log_line(LOG_WARNING, "adopt %lld: %s", (long long)matter[i], why.detail[0] ? why.detail : why.msg);
		} /* it stays and holds nobody else up */
		*ret_n += x.moved;
	}
	return true;
}

/* ---- which stay ---- */

struct open_read {
	int64_t id, v[SLICE];
	size_t n;
};

static bool open_row(void *ctx, struct err *err)
{
	struct open_read *r = ctx;

	(void)err;
	r->v[r->n++] = r->id;
	return true;
}

static const struct stmt st_open = { "adopt_open",
	"SELECT id FROM matter WHERE ended IS NULL AND id > $1 ORDER BY id LIMIT 500" };

static bool list_one(struct turn *t, int64_t id, struct adopt_view *ret, size_t *n, struct err *err)
{
	const struct running_def *running;
	const struct kind *is;
	struct snap *m;
	int64_t def;

	if (!turn_load(t, id, &m, err))
		return false;
	is = m ? wanted(t, m, &running, &def) : NULL;
	if (!is)
		return true;
	*ret = (struct adopt_view){ .code = m->code, .kind_name = m->kind->name, .title = snap_title(t->a, m),
				    .state_name = m->state->name, .from = running->from };
	*n += 1;
	return unfit(t, m, is, &ret->why, err);
}

bool adopt_list(struct engine *e, struct db *db, struct arena *a, int64_t *after, const struct adopt_view **ret, size_t *ret_n,
		bool *ret_more, struct err *err)
{
	struct open_read r = { .n = 0 };
	struct adopt_view *v = arena_many(a, SLICE, struct adopt_view);
	struct turn t;
	const struct db_in in[] = { db_i64(*after) };
	const struct db_out out[] = { db_to_i64(&r.id) };

	*ret = v;
	*ret_n = 0;
	turn_init(&t, e, db, a, engine_now(e));
	if (!db_each(db, a, &st_open, DB_IN(in), DB_OUT(out), open_row, &r, err))
		return false;
	for (size_t i = 0; i < r.n; i++) {
		if (!list_one(&t, r.v[i], &v[*ret_n], ret_n, err))
			return false;
		*after = r.v[i];
	}
	*ret_more = r.n == SLICE;
	return true;
}
