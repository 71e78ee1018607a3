/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/duty.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/day.h"
#include "matter/duty_inner.h"
#include "matter/store.h"
#include "matter/tally.h"

static const struct actor by_law = { .sort = ACTOR_SYSTEM };

/* ---- subjects ---- */

void duty_frame_init(struct turn *t, const struct kind *k, struct period p, int64_t organ, struct duty_frame *ret)
{
	*ret = (struct duty_frame){ .self = { .id = NOT_STORED, .kind = k, .organ = organ, .opened = day_start(p.from) } };
	ret->var[DUTY_PERIOD] = (struct val){ .t = T_INTERVAL, .interval = { p.from, p.to, false } };
	ret->ev = turn_eval(t, &ret->self, NULL, &by_law);
	ret->ev.var = ret->var;
}

static int by_subject(const void *x, const void *y)
{
	const struct duty_subject *a = x, *b = y;

	return (a->v.i > b->v.i) - (a->v.i < b->v.i);
}

static int64_t organ_of(const struct snap *m)
{
	const struct val *organ = snap_field(m, "organ");

	if (str_is(m->kind->id, "organ"))
		return m->id;
	if (str_is(m->kind->id, "person") && organ && organ->t == T_ORGAN)
		return organ->i;
	return m->organ;
}

static bool subject_add(struct turn *t, const struct law *l, struct val v, struct duty_subjects *ret, struct err *err)
{
	struct duty_subject s = { .v = v };
	const struct law *own;
	struct snap *m;
	int64_t def;

	if (!turn_load(t, v.i, &m, err) || !m)
		return m != NULL;
	s.organ = organ_of(m);
	s.since = m->opened;
	if (!turn_law(t, s.organ, &own, &def, err) || !turn_name(t, m->id, &s.name, err))
		return false;
	if (own == l || str_eq(own->pack, l->pack))
		PUSH(t->a, ret->v, ret->n, ret->cap, s);
	return true;
}

bool duty_subjects_read(struct turn *t, const struct law *l, const struct kind *k, const struct expr *list, struct period p,
			  struct duty_subjects *ret, struct err *err)
{
	struct duty_frame f;
	struct val v;

	*ret = (struct duty_subjects){ 0 };
	duty_frame_init(t, k, p, 0, &f);
	if (!expr_eval(list, &f.ev, &v, err))
		return false;
	for (size_t i = 0; type_is_list(v.t) && i < v.list->n; i++)
		if (!val_is_null(v.list->v[i]) && !subject_add(t, l, v.list->v[i], ret, err))
			return false;
	if (ret->n > 1)
		qsort(ret->v, ret->n, sizeof(ret->v[0]), by_subject);
	return true;
}

int64_t duty_joined(const struct duty_subject *s, struct period p)
{
	const int64_t day = day_at(s->since);

	return day > p.from && day <= p.to ? day : 0;
}

struct str figure_text(struct arena *a, const struct expr *e, struct val v)
{
	struct buf b;

	if (val_is_null(v))
		return STR("—");
	buf_init(&b, a, 100);
	val_put_cn(&b, a, v, NULL);
	buf_adds(&b, expr_is_share(e) ? "%" : "");
	return buf_str(&b);
}

/* ---- when ---- */

static int64_t shifted(const struct calendar *c, int64_t day, struct span s, int sign)
{
	bool known;

	switch (s.unit) {
	case UNIT_WORKDAY:
		return s.n ? calendar_add(c, day, sign * s.n, &known) : day;
	case UNIT_MONTH:
		return day_add_months(day, sign * s.n);
	case UNIT_YEAR:
		return day_add_months(day, sign * s.n * 12);
	case UNIT_DAY:
		return day + sign * s.n;
	default:
		return day; /* hours mean nothing here */
	}
}

static bool span_of(const struct expr *e, struct eval *ev, struct span *ret, struct err *err)
{
	struct val v = VAL_NULL;

	if (e && !expr_eval(e, ev, &v, err))
		return false;
	*ret = v.t == T_SPAN ? v.span : (struct span){ 0, UNIT_DAY };
	return true;
}

/* A day that the text names (31 January) is that day: it does not run on to a workday. */
bool duty_when(struct turn *t, struct duty_sheet *s, struct err *err)
{
	const struct calendar *c = s->law->calendar;
	struct span due, warn;
	struct duty_frame f;

	duty_frame_init(t, s->def->kind, s->period, 0, &f);
	if (!span_of(s->def->due, &f.ev, &due, err) || !span_of(s->def->warn, &f.ev, &warn, err))
		return false;
	s->last = shifted(c, s->period.to, due, 1);
	s->due = day_start(s->last + 1);
	s->yellow = s->def->warn ? day_start(shifted(c, s->last, warn, -1)) : s->due;
	return true;
}

/* ---- judging ---- */

static enum light light_of(const struct duty_sheet *s, enum duty_result r, int64_t now)
{
	if (r == DUTY_NONE)
		return LIGHT_NONE;
	if (r == DUTY_MET)
		return LIGHT_MET;
	return now >= s->due ? LIGHT_RED : now >= s->yellow ? LIGHT_YELLOW : LIGHT_GREEN;
}

static bool judge_one(struct turn *t, const struct duty_sheet *s, const struct duty_subject *x, const struct tallies *tallies,
		      struct duty_row *ret, struct err *err)
{
	const struct duty *d = s->def;
	struct principals who = { .a = t->a };
	enum truth met;
	struct duty_frame f;

	duty_frame_init(t, d->kind, s->period, x->organ, &f);
	f.var[DUTY_SUBJECT] = x->v;
	f.ev.tallied = &tallies->pub;
	*ret = (struct duty_row){ .subject = x->v.i, .organ = x->organ, .name = x->name, .target = VAL_NULL,
				  .joined = duty_joined(x, s->period) };
	if (!expr_eval(d->figure, &f.ev, &ret->figure, err))
		return false;
	f.var[DUTY_FIGURE] = ret->figure;
	if (!expr_truth(d->met, &f.ev, &met, err) || (d->target && !expr_eval(d->target, &f.ev, &ret->target, err))
	    || !whos_principals(t, &d->who, &f.ev, &who, err))
		return false;
	ret->result = met == TRUTH_TRUE ? DUTY_MET : met == TRUTH_FALSE ? DUTY_MISSED : d->empty;
	ret->light = light_of(s, ret->result, t->now);
	ret->figure_text = figure_text(t->a, d->figure, ret->figure);
	if (!val_is_null(ret->target))
		ret->target_text = str_fmt(t->a, "%s %.*s", d->target_sign, STR_FMT(figure_text(t->a, d->figure, ret->target)));
	ret->who = who.v;
	ret->n_who = who.n;
	return true;
}

/* What is common to all subjects is asked once. */
static bool judge_all(struct turn *t, struct duty_sheet *s, const struct duty_subjects *of, int64_t after, size_t most,
		      struct err *err)
{
	struct duty_row *row = arena_many(t->a, of->n, struct duty_row);
	struct tallies tallies;
	struct duty_frame f;

	duty_frame_init(t, s->def->kind, s->period, 0, &f);
	if (of->n && !tallies_ask(t, &s->def->figure, 1, &f.ev, &tallies, err))
		return false;
	for (size_t i = 0; i < of->n && s->n < most; i++) {
		if (of->v[i].v.i <= after)
			continue;
		if (!judge_one(t, s, &of->v[i], &tallies, &row[s->n], err))
			return false;
		s->n++;
	}
	s->row = row;
	return true;
}

static bool judge(struct turn *t, const struct law *law, const struct duty *d, struct period p, int64_t after, size_t most,
		  struct duty_sheet *ret, struct err *err)
{
	struct duty_subjects of;

	*ret = (struct duty_sheet){ .law = law, .def = d, .period = p };
	return duty_when(t, ret, err) && duty_subjects_read(t, law, d->kind, d->subjects, p, &of, err)
	       && judge_all(t, ret, &of, after, most, err);
}

bool matter_duty(struct engine *e, struct db *db, struct arena *a, const struct law *law, const struct duty *d, int64_t day,
		 struct duty_sheet *ret, struct err *err)
{
	struct turn *t = turn_to_read(e, db, a);

	return judge(t, law, d, period_of(d->every, day), 0, SIZE_MAX, ret, err);
}

/* ---- the table of what comes next ---- */

static const struct stmt st_put = { "duty_put",
	"INSERT INTO duty (pack, duty, period, due, yellow, reached, told) VALUES ($1, $2, $3, $4, $5, 0, 0)"
	" ON CONFLICT (pack, duty) DO UPDATE SET period = excluded.period, due = excluded.due, yellow = excluded.yellow,"
	" reached = 0, told = 0" };
static const struct stmt st_same = { "duty_same",
	"UPDATE duty SET due = $3, yellow = $4 WHERE pack = $1 AND duty = $2" };
static const struct stmt st_period = { "duty_period", "SELECT period FROM duty WHERE pack = $1 AND duty = $2" };
static const struct stmt st_clear = { "duty_clear", "DELETE FROM duty" };
static const struct stmt st_unmark = { "duty_unmark", "DELETE FROM duty_mark" };
static const struct stmt st_gone = { "duty_gone", "DELETE FROM duty WHERE pack = $1 AND duty = $2" };
static const struct stmt st_gone_marks = { "duty_gone_marks", "DELETE FROM duty_mark WHERE pack = $1 AND duty = $2" };
static const struct stmt st_next = { "duty_next",
	"SELECT COALESCE(MIN(CASE WHEN told = 0 AND yellow < due THEN yellow ELSE due END), 9223372036854775807) FROM duty" };

bool duty_next_read(struct engine *e, struct db *db, struct arena *a, struct err *err)
{
	int64_t at;
	const struct db_out out[] = { db_to_i64(&at) };

	if (!db_one(db, a, &st_next, DB_NONE, DB_OUT(out), err))
		return false;
	engine_set_duty_next(e, at);
	return true;
}

static bool put(struct turn *t, const struct duty_sheet *s, struct err *err)
{
	const struct db_in in[] = { db_str(s->law->pack), db_str(s->def->path), db_i64(s->period.from), db_i64(s->due),
				    db_i64(s->yellow) };

	return db_exec(t->db, &st_put, DB_IN(in), NULL, err);
}

/* A new one begins with the period of that day; one that is known keeps its period, whose due may be another now. */
static bool begin_one(struct turn *t, const struct law *l, const struct duty *d, int64_t day, struct err *err)
{
	struct duty_sheet s = { .law = l, .def = d, .period = period_of(d->every, day) };
	const struct db_in key[] = { db_str(l->pack), db_str(d->path) };
	int64_t from;
	const struct db_out out[] = { db_to_i64(&from) };
	bool found;

	if (!db_maybe(t->db, t->a, &st_period, DB_IN(key), DB_OUT(out), &found, err))
		return false;
	if (found)
		s.period = period_of(d->every, from);
	if (!duty_when(t, &s, err))
		return false;
	const struct db_in in[] = { db_str(l->pack), db_str(d->path), db_i64(s.due), db_i64(s.yellow) };

	return found ? db_exec(t->db, &st_same, DB_IN(in), NULL, err) : put(t, &s, err);
}

static bool begin_all(struct turn *t, int64_t day, struct err *err)
{
	const struct law *l;

	for (size_t i = 0; (l = engine_law_at(t->e, i)) != NULL; i++)
		for (size_t k = 0; k < l->n_kind; k++)
			for (size_t d = 0; d < l->kind[k].n_duty; d++)
				if (!begin_one(t, l, &l->kind[k].duty[d], day, err))
					return false;
	return duty_next_read(t->e, t->db, t->a, err);
}

bool matter_duties_since(struct engine *e, struct db *db, struct arena *a, int64_t day, struct err *err)
{
	struct turn t;

	turn_init(&t, e, db, a, engine_now(e));
	return db_exec(db, &st_unmark, DB_NONE, NULL, err) && db_exec(db, &st_clear, DB_NONE, NULL, err) && begin_all(&t, day, err);
}

bool matter_duties_begin(struct engine *e, struct db *db, struct arena *a, bool anew, struct err *err)
{
	struct turn t;

	if (anew)
		return matter_duties_since(e, db, a, day_at(engine_now(e)), err);
	turn_init(&t, e, db, a, engine_now(e));
	return begin_all(&t, day_at(t.now), err);
}

/* ---- recording ---- */

bool matter_duty_open(struct engine *e, struct db *db, struct arena *a, const struct law *law, const struct duty *d, int64_t *ret,
		      struct err *err)
{
	const struct db_in in[] = { db_str(law->pack), db_str(d->path) };
	const struct db_out out[] = { db_to_i64(ret) };
	bool found;

	if (!db_maybe(db, a, &st_period, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		*ret = day_at(engine_now(e));
	return true;
}

struct due_row {
	struct str pack, path;
	int64_t period, due, after;
};

static const struct stmt st_due = { "duty_due",
	"SELECT pack, duty, period, due, reached FROM duty WHERE due <= $1 ORDER BY due, pack, duty LIMIT 1" };
static const struct stmt st_reach = { "duty_reach", "UPDATE duty SET reached = $3 WHERE pack = $1 AND duty = $2" };

static bool due_read(struct db *db, struct arena *a, int64_t now, struct due_row *ret, bool *ret_found, struct err *err)
{
	const struct db_in in[] = { db_i64(now) };
	const struct db_out out[] = { db_to_str(&ret->pack), db_to_str(&ret->path), db_to_i64(&ret->period), db_to_i64(&ret->due),
				      db_to_i64(&ret->after) };

	return db_maybe(db, a, &st_due, DB_IN(in), DB_OUT(out), ret_found, err);
}

bool duty_overdue(struct engine *e, struct db *db, struct arena *a, int64_t now, int64_t *ret_due, bool *ret_found,
		  struct err *err)
{
	struct due_row r = { 0 };

	*ret_found = false;
	if (now < engine_duty_next(e))
		return true;
	if (!due_read(db, a, now, &r, ret_found, err))
		return false;
	*ret_due = r.due;
	return true;
}

struct recording {
	struct turn t;
	const struct duty_sheet *s;
	const struct duty_row *row;
	bool quiet; /* what follows broke: the record stands without it */
};

static struct str token(struct arena *a, const struct duty_sheet *s, int64_t subject)
{
	return str_fmt(a, "duty:%.*s:%.*s:%" PRId64 ":%" PRId64, STR_FMT(s->law->pack), STR_FMT(s->def->path), subject,
		       s->period.from);
}

static const struct stmt st_recorded = { "duty_recorded", "SELECT matter FROM event WHERE request = $1" };

bool duty_recorded(struct db *db, struct arena *a, const struct law *law, const struct duty *d, int64_t subject, int64_t from,
		   int64_t *ret, struct err *err)
{
	const struct duty_sheet s = { .law = law, .def = d, .period = { from, 0 } };
	const struct db_in in[] = { db_str(token(a, &s, subject)) };
	const struct db_out out[] = { db_to_i64(ret) };
	bool found;

	*ret = 0;
	return db_maybe(db, a, &st_recorded, DB_IN(in), DB_OUT(out), &found, err);
}

static struct val num_of(struct val v)
{
	return v.t == T_INT || v.t == T_NUM || v.t == T_MONEY ? val_num(T_NUM, v.n) : VAL_NULL;
}

static const char *result_id(enum duty_result r)
{
	return r == DUTY_MET ? "met" : r == DUTY_MISSED ? "missed" : "none";
}

static struct val day_val(int64_t day)
{
	return day ? val_i64(T_DATE, day) : VAL_NULL;
}

static struct form record_form(struct turn *t, const struct duty_sheet *s, const struct duty_row *r)
{
	const enum type_tag tag = s->def->subject.tag;
	const struct form_entry v[] = {
		{ STR("duty"), val_text(T_TEXT, s->def->path) },
		{ STR("title"), val_text(T_TEXT, s->def->name) },
		{ STR("subject_name"), val_text(T_TEXT, r->name) },
		{ STR("subject_organ"), tag == T_ORGAN ? val_i64(T_ORGAN, r->subject) : VAL_NULL },
		{ STR("subject_person"), tag == T_USER ? val_i64(T_USER, r->subject) : VAL_NULL },
		{ STR("period_name"), val_text(T_TEXT, period_text(t->a, s->def->every, s->period.from)) },
		{ STR("period_from"), day_val(s->period.from) },
		{ STR("period_to"), day_val(s->period.to) },
		{ STR("due_on"), day_val(s->last) },
		{ STR("value"), num_of(r->figure) },
		{ STR("figure_text"), val_text(T_TEXT, r->figure_text) },
		{ STR("target_text"), val_text(T_TEXT, r->target_text) },
		{ STR("result"), { .t = T_ENUM, .s = str_of(result_id(r->result)) } },
		{ STR("joined"), day_val(r->joined) },
	};
	struct form_entry *kept = arena_many(t->a, ARRAY_LEN(v), struct form_entry);
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (!val_is_null(v[i].v))
			kept[n++] = v[i];
	return (struct form){ kept, n };
}

static bool follow(struct recording *x, struct step *step, struct err *err)
{
	const struct duty *d = x->s->def;
	struct val var[DUTY_VARS];
	struct duty_frame f;

	if (x->quiet || !d->missed || x->row->result != DUTY_MISSED)
		return true;
	duty_frame_init(&x->t, d->kind, x->s->period, x->row->organ, &f);
	var[DUTY_SUBJECT] = val_i64(d->subject.tag, x->row->subject);
	var[DUTY_PERIOD] = f.var[DUTY_PERIOD];
	var[DUTY_FIGURE] = x->row->figure;
	return step_follow(step, d->missed, var, err);
}

static bool record_one(struct db *db, void *ctx, struct err *err)
{
	struct recording *x = ctx;
	struct act act = { .who = { .sort = ACTOR_SYSTEM, .organ = x->row->organ }, .kind = STR("duty_record"), .version = -1,
			   .action = STR("open"), .request = token(x->t.a, x->s, x->row->subject),
			   .parent = x->s->def->subject.tag == T_REF ? x->row->subject : 0,
			   .form = record_form(&x->t, x->s, x->row) };
	struct step step;

	(void)db;
	if (!act_inner(&x->t, &act, NULL, x->row->organ, &step, err))
		return false;
	if (!step.no.n && !follow(x, &step, err))
		return false;
	if (step.no.n)
		return err_set(err, ERR_REFUSED, "%.*s", STR_FMT(step.no.v[0].say));
	return true;
}

static void recording_init(struct recording *x, const struct duty_sheet *s, const struct duty_row *row, struct engine *e,
			   struct db *db, struct arena *a, bool quiet)
{
	*x = (struct recording){ .s = s, .row = row, .quiet = quiet };
	turn_init(&x->t, e, db, a, s->due);
}

static bool alarm(struct turn *t, const struct duty_sheet *s, const struct duty_row *r, struct err *err)
{
	struct val_list to;

	return administrators(t, r->organ, &to, err)
	       && message_send(t, r->organ, "lapse", &to,
			       str_fmt(t->a, "职责“%.*s”已记未履行（%.*s），其后应自动办理的事项未能办成", STR_FMT(s->def->name),
				       STR_FMT(r->name)), err);
}

/* What the definition lets follow may break; the record must not. */
static bool record_row(struct engine *e, struct db *db, struct arena *a, const struct duty_sheet *s, const struct duty_row *row,
		       struct err *err)
{
	struct recording x;
	struct err why = { 0 };

	recording_init(&x, s, row, e, db, a, false);
	if (db_point(db, record_one, &x, &why))
		return true;
	if (!db_in_tx(db) || why.code == ERR_DB_LOST || why.code == ERR_DISK_FULL || !s->def->missed
	    || row->result != DUTY_MISSED) {
		*err = why;
		return false;
	}
	recording_init(&x, s, row, e, db, a, true);
	if (!db_point(db, record_one, &x, err))
		return false;
	recording_init(&x, s, row, e, db, a, true);
	return alarm(&x.t, s, row, err);
}

static bool next_period(struct turn *t, const struct duty_sheet *s, struct err *err)
{
	struct duty_sheet next = { .law = s->law, .def = s->def, .period = period_of(s->def->every, s->period.to + 1) };
	const struct db_in key[] = { db_str(s->law->pack), db_str(s->def->path) };

	return duty_when(t, &next, err) && put(t, &next, err) && db_exec(t->db, &st_gone_marks, DB_IN(key), NULL, err);
}

static bool gone(struct db *db, const struct due_row *r, struct err *err)
{
	const struct db_in in[] = { db_str(r->pack), db_str(r->path) };

	return db_exec(db, &st_gone_marks, DB_IN(in), NULL, err) && db_exec(db, &st_gone, DB_IN(in), NULL, err);
}

bool duty_record(struct engine *e, struct db *db, struct arena *a, int64_t now, int *ret_done, struct err *err)
{
	struct due_row r = { 0 };
	const struct law *law;
	const struct duty *d;
	struct duty_sheet s;
	struct turn t;
	bool found;

	*ret_done = 0;
	if (!due_read(db, a, now, &r, &found, err) || !found)
		return !err->code;
	law = engine_law_named(e, r.pack);
	d = law ? law_duty(law, r.path) : NULL;
	*ret_done = 1;
	if (!d || !node_on(d->node)) /* the definitions have it no more */
		return gone(db, &r, err);
	turn_init(&t, e, db, a, r.due);
	if (!judge(&t, law, d, period_of(d->every, r.period), r.after, DUTY_BATCH, &s, err))
		return false;
	if (s.n)
		touch(law, d->node);
	s.due = r.due;
	for (size_t i = 0; i < s.n; i++)
		if (!record_row(e, db, a, &s, &s.row[i], err))
			return false;
	*ret_done += (int)s.n;
	if (s.n == DUTY_BATCH) {
		const struct db_in in[] = { db_str(r.pack), db_str(r.path), db_i64(s.row[s.n - 1].subject) };

		return db_exec(db, &st_reach, DB_IN(in), NULL, err);
	}
	return next_period(&t, &s, err);
}

/* ---- what the last count gave ---- */

static const struct stmt st_mark = { "duty_mark",
	"INSERT INTO duty_mark (pack, duty, subject, organ, period, due, yellow, figure, target, result, who, counted)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (pack, duty, subject) DO UPDATE SET"
	" organ = excluded.organ, period = excluded.period, due = excluded.due, yellow = excluded.yellow,"
	" figure = excluded.figure, target = excluded.target, result = excluded.result, who = excluded.who,"
	" counted = excluded.counted" };

static struct str joined_who(struct arena *a, const struct duty_row *r)
{
	struct buf b;

	buf_init(&b, a, 8000);
	for (size_t i = 0; i < r->n_who; i++)
		buf_addf(&b, "%s%.*s", i ? " " : "", STR_FMT(r->who[i]));
	return buf_str(&b);
}

static bool keep(struct turn *t, const struct duty_sheet *s, struct err *err)
{
	const struct db_in key[] = { db_str(s->law->pack), db_str(s->def->path) };

	if (!db_exec(t->db, &st_gone_marks, DB_IN(key), NULL, err))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		const struct duty_row *r = &s->row[i];
		const struct db_in in[] = { db_str(s->law->pack), db_str(s->def->path), db_i64(r->subject), db_i64(r->organ),
			db_i64(s->period.from), db_i64(s->due), db_i64(s->yellow), db_str(r->figure_text),
			db_str(r->target_text), db_i64(r->result), db_str(joined_who(t->a, r)), db_i64(t->now) };

		if (!db_exec(t->db, &st_mark, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

bool matter_duty_keep(struct engine *e, struct db *db, struct arena *a, const struct duty_sheet *s, struct err *err)
{
	struct turn t;

	turn_init(&t, e, db, a, engine_now(e));
	return keep(&t, s, err);
}

struct marks {
	struct arena *a;
	struct duty_mark one, *v;
	size_t n, cap;
	int64_t result;
};

static bool mark_row(void *ctx, struct err *err)
{
	struct marks *m = ctx;

	(void)err;
	m->one.result = (enum duty_result)m->result;
	PUSH(m->a, m->v, m->n, m->cap, m->one);
	return true;
}

static const struct stmt st_marks = { "duty_marks",
	"SELECT pack, duty, figure, target, who, subject, organ, period, due, yellow, counted, result FROM duty_mark"
	" WHERE organ = $1 AND yellow <= $2 AND result = 2 ORDER BY due, duty, subject LIMIT 50" };

bool matter_duty_marks(struct engine *e, struct db *db, struct arena *a, int64_t organ, int64_t now,
		       const struct duty_mark **ret, size_t *ret_n, struct err *err)
{
	struct marks m = { .a = a };
	const struct db_in in[] = { db_i64(organ), db_i64(now) };
	const struct db_out out[] = { db_to_str(&m.one.pack), db_to_str(&m.one.duty), db_to_str(&m.one.figure),
		db_to_str(&m.one.target), db_to_str(&m.one.who), db_to_i64(&m.one.subject), db_to_i64(&m.one.organ),
		db_to_i64(&m.one.period), db_to_i64(&m.one.due), db_to_i64(&m.one.yellow), db_to_i64(&m.one.counted),
		db_to_i64(&m.result) };

	(void)e;
	if (!db_each(db, a, &st_marks, DB_IN(in), DB_OUT(out), mark_row, &m, err))
		return false;
	*ret = m.v;
	*ret_n = m.n;
	return true;
}

bool matter_is_any_of(struct engine *e, struct db *db, struct arena *a, const struct actor *who, struct str principals, bool *ret,
		      struct err *err)
{
	const struct str *own;
	struct str one;
	size_t n;

	*ret = false;
	if (!matter_principals(e, db, a, who, &own, &n, err))
		return false;
	while (str_cut(&principals, ' ', &one))
		for (size_t i = 0; i < n; i++)
			*ret = *ret || (one.n && str_eq(own[i], one));
	return true;
}

/* ---- warning ---- */

static const struct stmt st_yellow = { "duty_yellow",
	"SELECT pack, duty, period, due, reached FROM duty WHERE told = 0 AND yellow < due AND yellow <= $1"
	" ORDER BY yellow, pack, duty LIMIT 1" };
static const struct stmt st_told = { "duty_told", "UPDATE duty SET told = 1 WHERE pack = $1 AND duty = $2" };

static bool yellow_read(struct db *db, struct arena *a, int64_t now, struct due_row *ret, bool *ret_found, struct err *err)
{
	const struct db_in in[] = { db_i64(now) };
	const struct db_out out[] = { db_to_str(&ret->pack), db_to_str(&ret->path), db_to_i64(&ret->period), db_to_i64(&ret->due),
				      db_to_i64(&ret->after) };

	return db_maybe(db, a, &st_yellow, DB_IN(in), DB_OUT(out), ret_found, err);
}

/* What desks show of a duty is not older than an hour. */
#define COUNT_AGAIN 3600000

static const struct stmt st_old = { "duty_old",
	"SELECT d.pack, d.duty, d.period, d.due, d.reached FROM duty d WHERE d.told = 1 AND d.due > $1 AND"
	" (SELECT MIN(m.counted) FROM duty_mark m WHERE m.pack = d.pack AND m.duty = d.duty) <= $2 ORDER BY d.pack, d.duty LIMIT 1" };

static bool old_read(struct db *db, struct arena *a, int64_t now, struct due_row *ret, bool *ret_found, struct err *err)
{
	const struct db_in in[] = { db_i64(now), db_i64(now - COUNT_AGAIN) };
	const struct db_out out[] = { db_to_str(&ret->pack), db_to_str(&ret->path), db_to_i64(&ret->period), db_to_i64(&ret->due),
				      db_to_i64(&ret->after) };

	return db_maybe(db, a, &st_old, DB_IN(in), DB_OUT(out), ret_found, err);
}

bool duty_warn_waits(struct engine *e, struct db *db, struct arena *a, int64_t now, bool *ret, struct err *err)
{
	struct due_row r = { 0 };

	*ret = false;
	if (now >= engine_duty_next(e) && !yellow_read(db, a, now, &r, ret, err))
		return false;
	return *ret || old_read(db, a, now, &r, ret, err);
}

static bool tell_row(struct turn *t, const struct duty_sheet *s, const struct duty_row *r, struct err *err)
{
	struct principals who = { .a = t->a, .v = (struct str *)(uintptr_t)r->who, .n = r->n_who };
	struct val_list to;
	struct buf b;

	if (r->result != DUTY_MISSED || !principals_persons(t, &who, &to, err) || !to.n)
		return !err->code;
	buf_init(&b, t->a, 1000);
	buf_addf(&b, "%.*s：%.*s尚未达到要求（%.*s现为 %.*s%s%.*s），%.*s，应于", STR_FMT(s->def->name), STR_FMT(r->name),
		 STR_FMT(period_text(t->a, s->def->every, s->period.from)), STR_FMT(r->figure_text),
		 r->target_text.n ? "，要求 " : "", STR_FMT(r->target_text), STR_FMT(r->name));
	day_put_cn(&b, s->last);
	buf_adds(&b, "前完成");
	return message_send(t, r->organ, "duty", &to, buf_str(&b), err);
}

bool duty_warn(struct engine *e, struct db *db, struct arena *a, int64_t now, bool *ret_did, struct err *err)
{
	struct due_row r = { 0 };
	const struct law *law;
	const struct duty *d;
	struct duty_sheet s;
	struct turn t;

	bool fresh = false;

	*ret_did = false;
	if (now >= engine_duty_next(e) && !yellow_read(db, a, now, &r, &fresh, err))
		return false;
	*ret_did = fresh;
	if (!fresh && !old_read(db, a, now, &r, ret_did, err))
		return false;
	if (!*ret_did)
		return true;
	law = engine_law_named(e, r.pack);
	d = law ? law_duty(law, r.path) : NULL;
	if (!d)
		return gone(db, &r, err);
	turn_init(&t, e, db, a, now);
	if (!judge(&t, law, d, period_of(d->every, r.period), 0, SIZE_MAX, &s, err) || !keep(&t, &s, err))
		return false;
	for (size_t i = 0; fresh && i < s.n; i++)
		if (!tell_row(&t, &s, &s.row[i], err))
			return false;
	const struct db_in key[] = { db_str(r.pack), db_str(r.path) };

	return db_exec(db, &st_told, DB_IN(key), NULL, err);
}

/* ---- who sees what ---- */

static bool lets(struct turn *t, const struct whos *w, const struct kind *k, int64_t organ, const struct actor *who, bool *ret, struct err *err)
{
	const struct who *by;
	struct duty_frame f;

	duty_frame_init(t, k, period_of(EVERY_YEAR, day_at(t->now)), organ, &f);
	if (!whos_let(t, w, &f.ev, who, &by, err))
		return false;
	*ret = by != NULL;
	return true;
}

bool matter_duty_sees(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct law *law,
		      const struct duty_row *row, const struct duty *d, bool *ret, struct err *err)
{
	const struct kind *k = law_kind(law, STR("duty_record"));
	struct turn *t = turn_to_read(e, db, a);

	*ret = d->subject.tag == T_USER && row->subject == who->person;
	return *ret || !k || lets(t, &k->see, k, row->organ, who, ret, err);
}

bool matter_report_sees(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct law *law,
			const struct report *r, int64_t organ, bool *ret, struct err *err)
{
	const struct kind *k = law_kind(law, STR("duty_record"));
	struct turn *t = turn_to_read(e, db, a);

	*ret = false;
	if (organ) /* a subject's own people, as of its records */
		return !k || lets(t, &k->see, k, organ, who, ret, err);
	return lets(t, &r->who, r->kind, who->organ, who, ret, err);
}

bool matter_duty_who(struct engine *e, struct db *db, struct arena *a, const struct duty_row *row, struct str *ret, struct err *err)
{
	struct turn *t = turn_to_read(e, db, a);
	struct principals who = { .a = a, .v = (struct str *)(uintptr_t)row->who, .n = row->n_who };
	struct val_list to;
	struct str name;
	struct buf b;

	if (!principals_persons(t, &who, &to, err))
		return false;
	buf_init(&b, a, 400);
	for (size_t i = 0; i < to.n && i < 3; i++) {
		if (!turn_name(t, to.v[i].i, &name, err))
			return false;
		buf_addf(&b, "%s%.*s", i ? "、" : "", STR_FMT(name));
	}
	if (to.n > 3)
		buf_addf(&b, "等%zu人", to.n);
	*ret = to.n ? buf_str(&b) : STR("没有人任这一岗位");
	return true;
}

/* ---- excusing ---- */

bool duty_excuse_right(struct step *s, bool *ret_may, struct err *err)
{
	const struct law *law;
	const struct duty *d;
	const struct val *from = snap_field(s->old, "period_from"), *organ = snap_field(s->old, "subject_organ"),
			 *person = snap_field(s->old, "subject_person");
	const struct who *by;
	struct duty_frame f;
	int64_t def, stead;

	*ret_may = false;
	if (!turn_law(s->t, s->old->organ, &law, &def, err))
		return false;
	d = law_duty(law, snap_text(s->old, "duty"));
	if (!d || !from || from->t != T_DATE)
		return true;
	duty_frame_init(s->t, d->kind, period_of(d->every, from->i), s->old->organ, &f);
	f.var[DUTY_SUBJECT] = organ && organ->t == T_ORGAN ? *organ : person && person->t == T_USER ? *person
		: val_i64(T_REF, s->old->parent);
	f.ev.actor = s->ev.actor;
	f.ev.actor_organ = s->ev.actor_organ;
	if (!whos_let_as(s->t, &d->excuse, &f.ev, &s->act->who, &by, &stead, err))
		return false;
	*ret_may = by != NULL;
	return true;
}
