/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Draws (language.md 8, draw/v1). Commit: the pools are read, the list is written into the event and committed to with the
 * log's leaf. Reveal: seed and result follow from that list alone, whatever registers say by then. Spare: the next reserve.
 * A list is frozen once for a matter and drawn once. */
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "matter/inner.h"

static void refuse_draw(struct step *s, const struct draw_def *d, const struct field *way, struct str say)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .node = d->node, .way = way ? way->id : (struct str){ 0 }, .say = say });
}

bool draw_secret(const struct draw_def *d, const struct snap *m, unsigned char ret[LOG_HASH], size_t *ret_which)
{
	unsigned char share[2][LOG_HASH];

	for (size_t i = 0; i < 2; i++) {
		const struct val *v = &m->field[d->share[i]->index];

		*ret_which = i;
		if (!type_is_text(v->t) || !parse_hex(v->s, share[i], LOG_HASH))
			return false;
	}
	draw_join(share[0], share[1], ret);
	return true;
}

static bool secret_of(struct step *s, const struct draw_def *d, unsigned char ret[LOG_HASH])
{
	size_t which;

	if (draw_secret(d, s->new, ret, &which))
		return true;
	refuse_draw(s, d, d->share[which], str_fmt(s->t->a, "“%.*s”没有封存，或者不是64位十六进制数。两方各封存一份，任何一方都不能先看结果",
						   STR_FMT(d->share[which]->name)));
	return false;
}

static bool time_of(struct step *s, const struct draw_def *d, int64_t *ret, struct err *err)
{
	struct val v;

	if (!expr_eval(d->at, &s->ev, &v, err))
		return false;
	*ret = v.t == T_TIME ? v.i : 0;
	if (!*ret)
		refuse_draw(s, d, NULL, STR("没有约定随机值公布的时间"));
	return true;
}

static bool beacon_of(struct step *s, const struct draw_def *d, struct str *ret, struct err *err)
{
	struct val v;

	if (!expr_eval(d->beacon, &s->ev, &v, err))
		return false;
	*ret = type_is_text(v.t) ? v.s : (struct str){ 0 };
	for (size_t i = 0; i < ret->n; i++)
		if (ret->p[i] == '\n' || ret->p[i] == '\r')
			ret->n = i;
	if (str_blank(*ret))
		refuse_draw(s, d, NULL, STR("没有写明随机值从哪里来。来源、期次和写法事先写定，只能有一个值符合"));
	return true;
}

/* ---- committing ---- */

struct freezing {
	struct step *s;
	const struct draw_def *d;
	struct draw_lines lines;
	unsigned char key[LOG_HASH], secret[LOG_HASH];
	struct draw_pair *target, *inspector;
	size_t n_target, cap_target, n_inspector, cap_inspector;
	struct stratum {
		struct str name;
		struct val *v;
		size_t n, cap;
	} *stratum;
	size_t n_stratum, cap_stratum;
	struct eval ev; /* `it` is the candidate */
	int64_t size;
};

static const unsigned char *salt(struct freezing *f, unsigned char ret[DRAW_SALT])
{
	draw_salt(f->key, f->lines.n, ret);
	return ret;
}

/* Text of a cell: what a line of the list can hold. */
static bool cell(struct freezing *f, const struct expr *e, struct str *ret, struct err *err)
{
	struct turn *t = f->s->t;
	struct val v;
	struct buf b;

	*ret = (struct str){ 0 };
	if (!e)
		return true;
	if (!expr_eval(e, &f->ev, &v, err))
		return false;
	if (v.t == T_ORGAN || v.t == T_REF || v.t == T_USER)
		return turn_name(t, v.i, ret, err);
	buf_init(&b, t->a, 2000);
	if (v.t == T_PICKS && v.list)
		for (size_t i = 0; i < v.list->n; i++) {
			buf_adds(&b, i ? "," : "");
			buf_add(&b, v.list->v[i].s);
		}
	else
		val_put_plain(&b, v);
	*ret = buf_str(&b);
	return true;
}

/* The id of a candidate: as written, else its number, else its code. */
static bool code_of(struct freezing *f, const struct expr *e, struct str *ret, struct err *err)
{
	const struct snap *m = f->ev.it;

	if (!cell(f, e, ret, err))
		return false;
	if (!e)
		*ret = m->kind->n_number && m->number[0].n ? m->number[0] : m->code;
	if (!ret->n)
		refuse_draw(f->s, f->d, NULL, str_fmt(f->s->t->a, "%.*s没有编号，不能列入名单", STR_FMT(snap_title(f->s->t->a, m))));
	return true;
}

static bool number_of(struct freezing *f, const struct expr *e, int64_t def, int64_t *ret, struct err *err)
{
	struct val v;
	dec whole;

	*ret = def;
	if (!e)
		return true;
	if (!expr_eval(e, &f->ev, &v, err))
		return false;
	if (v.t != T_INT && v.t != T_NUM)
		return true;
	whole = dec_floor(v.n);
	if (!dec_to_i64(whole, ret))
		*ret = -1;
	return true;
}

static struct stratum *stratum_of(struct freezing *f, struct str name)
{
	for (size_t i = 0; i < f->n_stratum; i++)
		if (str_eq(f->stratum[i].name, name))
			return &f->stratum[i];
	PUSH(f->s->t->a, f->stratum, f->n_stratum, f->cap_stratum, (struct stratum){ .name = name });
	return &f->stratum[f->n_stratum - 1];
}

static bool add_target(struct freezing *f, struct val v, struct err *err)
{
	struct str code, name, need;
	unsigned char bytes[DRAW_SALT];
	struct stratum *st;
	int64_t weight;

	if (!code_of(f, f->d->code, &code, err) || !cell(f, f->d->stratum, &name, err) || !cell(f, f->d->need, &need, err)
	    || !number_of(f, f->d->weight, 1, &weight, err))
		return false;
	if (f->s->no.n)
		return true;
	if (!draw_target(&f->lines, code, name, weight, need, salt(f, bytes)))
		refuse_draw(f->s, f->d, NULL, str_fmt(f->s->t->a, "%.*s不能列入名单：编号不能含逗号，权重是1至%d的整数",
						      STR_FMT(snap_title(f->s->t->a, f->ev.it)), DRAW_WEIGHT_MAX));
	PUSH(f->s->t->a, f->target, f->n_target, f->cap_target, (struct draw_pair){ code, v.i });
	st = stratum_of(f, name);
	PUSH(f->s->t->a, st->v, st->n, st->cap, v);
	return true;
}

static bool add_inspector(struct freezing *f, struct val v, struct err *err)
{
	struct str code, skills;
	unsigned char bytes[DRAW_SALT];

	if (!code_of(f, f->d->panel_code, &code, err) || !cell(f, f->d->skills, &skills, err))
		return false;
	if (f->s->no.n)
		return true;
	if (!draw_inspector(&f->lines, code, skills, salt(f, bytes)))
		refuse_draw(f->s, f->d, NULL, str_fmt(f->s->t->a, "%.*s不能列入名单：编号不能含逗号", STR_FMT(snap_title(f->s->t->a, f->ev.it))));
	PUSH(f->s->t->a, f->inspector, f->n_inspector, f->cap_inspector, (struct draw_pair){ code, v.i });
	return true;
}

static bool each_of(struct freezing *f, const struct expr *pool, const char *what, bool (*add)(struct freezing *, struct val, struct err *),
		    struct err *err)
{
	struct snap *m;
	struct val list;

	if (!expr_eval(pool, &f->s->ev, &list, err))
		return false;
	if (!type_is_list(list.t) || !list.list->n) {
		refuse_draw(f->s, f->d, NULL, str_fmt(f->s->t->a, "%s是空的，没有可以抽取的", what));
		return true;
	}
	if (list.list->n > SCAN_MAX)
		return err_set(err, ERR_TOO_LARGE, "%s超过%d个", what, SCAN_MAX);
	for (size_t i = 0; i < list.list->n && !f->s->no.n; i++) {
		if (!turn_load(f->s->t, list.list->v[i].i, &m, err))
			return false;
		f->ev.it = m;
		if (m && !add(f, list.list->v[i], err))
			return false;
	}
	return true;
}

/* Who keeps out of which inspection: each pair is asked. */
static bool add_recusals(struct freezing *f, struct err *err)
{
	unsigned char bytes[DRAW_SALT];
	enum truth truth;
	struct snap *m;

	for (size_t i = 0; f->d->out && i < f->n_inspector; i++) {
		if (!turn_load(f->s->t, f->inspector[i].matter, &m, err))
			return false;
		f->ev.it = m;
		for (size_t j = 0; j < f->n_target; j++) {
			const struct val target = val_i64(type_matter(f->d->target).tag, f->target[j].matter);

			f->ev.var = &target;
			if (!expr_truth(f->d->out, &f->ev, &truth, err))
				return false;
			if (truth != TRUTH_FALSE
			    && !draw_recusal(&f->lines, f->inspector[i].code, f->target[j].code, salt(f, bytes)))
				return err_set(err, ERR_BUG, "名单写不成");
		}
	}
	f->ev.var = NULL;
	return true;
}

static bool add_quotas(struct freezing *f, struct err *err)
{
	unsigned char bytes[DRAW_SALT];
	struct val v;
	int64_t n;

	f->ev.it = NULL;
	for (size_t i = 0; i < f->n_stratum; i++) {
		const struct val pool = val_list(f->s->t->a, T_LIST, f->stratum[i].v, f->stratum[i].n);

		f->ev.var = &pool;
		if (!choose_eval(&f->d->quota, &f->ev, &v, NULL, err))
			return false;
		n = -1;
		if ((v.t != T_INT && v.t != T_NUM) || !dec_to_i64(dec_ceil(v.n), &n) || n < 1
		    || !draw_quota(&f->lines, f->stratum[i].name, n, salt(f, bytes)))
			refuse_draw(f->s, f->d, NULL, STR("没有确定抽取多少个，至少抽1个"));
	}
	f->ev.var = NULL;
	return true;
}

static bool make_list(struct freezing *f, struct err *err)
{
	engine_random(f->s->t->e, f->key, LOG_HASH);
	f->lines.a = f->s->t->a;
	f->ev = f->s->ev;
	if (!each_of(f, f->d->pool, "检查对象名录库", add_target, err))
		return false;
	if (!f->s->no.n && f->d->panel_pool
	    && (!each_of(f, f->d->panel_pool, "检查人员名录库", add_inspector, err) || (!f->s->no.n && !add_recusals(f, err))))
		return false;
	if (!f->s->no.n && !add_quotas(f, err))
		return false;
	f->ev.it = NULL;
	if (!f->s->no.n && !number_of(f, f->d->size, 0, &f->size, err))
		return false;
	if (!f->s->no.n && f->d->panel_pool && (f->size < 2 || f->size > 100))
		refuse_draw(f->s, f->d, NULL, STR("每组检查人员不能少于2人"));
	return true;
}

static void put_pairs(struct json_out *o, const char *key, const struct draw_pair *v, size_t n)
{
	json_open(o, key, '{');
	for (size_t i = 0; i < n; i++) {
		json_key(o, v[i].code);
		json_out_i64(o, NULL, v[i].matter);
	}
	json_close(o, '}');
}

static bool put_frozen(struct freezing *f, int64_t at, struct str beacon, struct err *err)
{
	struct step *s = f->s;
	struct draw_list list;
	struct err why = { 0 };
	struct draw_made m = { .draw_id = str_fmt(s->t->a, "%.*s/%.*s", STR_FMT(s->new->kind->n_number && s->new->number[0].n
										       ? s->new->number[0] : s->new->code), STR_FMT(f->d->id)),
			       .beacon = beacon, .panel_size = f->size, .secret = f->secret, .list = &list };
	struct json_out o;
	struct buf b;

	if (!draw_list_read(s->t->a, draw_lines_text(&f->lines), &list, &why)) {
		if (why.code != ERR_BAD_INPUT) {
			*err = why;
			return false;
		}
		refuse_draw(s, f->d, NULL, str_fmt(s->t->a, "名单不合规定：%s", why.msg));
		return true;
	}
	buf_init(&b, s->t->a, BODY_MAX);
	o = (struct json_out){ .b = &b };
	json_open(&o, NULL, '{');
	json_out_i64(&o, "at", at);
	draw_commit_put(&o, &m);
	json_out_str(&o, "id", f->d->id);
	put_pairs(&o, "inspectors", f->inspector, f->n_inspector);
	json_out_str(&o, "list", list.text);
	put_pairs(&o, "targets", f->target, f->n_target);
	json_close(&o, '}');
	if (!buf_ok(&b))
		return err_set(err, ERR_TOO_LARGE, "名单过大，不能一次抽取");
	s->draw = buf_str(&b);
	return true;
}

static bool commit(struct step *s, const struct draw_def *d, struct err *err)
{
	struct freezing f = { .s = s, .d = d };
	struct draw_frozen before;
	struct str beacon = { 0 };
	int64_t at = 0;

	if (!draw_frozen_load(s->t, s->new->id, d, &before, err))
		return false;
	if (before.found) {
		refuse_draw(s, d, NULL, STR("名单已经冻结过。同一次抽取只冻结一次、只抽一次，不能重抽"));
		return true;
	}
	if (!secret_of(s, d, f.secret))
		return true;
	if (!beacon_of(s, d, &beacon, err) || !time_of(s, d, &at, err))
		return false;
	if (at && at <= s->t->now)
		refuse_draw(s, d, NULL, STR("约定的公布时间已经过了。名单要在随机值公布以前冻结"));
	if (s->no.n || s->t->dry)
		return true;
	return make_list(&f, err) && (s->no.n || put_frozen(&f, at, beacon, err));
}

/* ---- reading what was frozen ---- */

struct bodies {
	struct turn *t;
	int64_t event, at;
	struct str body;
	struct row {
		int64_t event, at;
		struct str body;
	} *v;
	size_t n, cap;
};

static const struct stmt st_bodies = { "draw_bodies",
	"SELECT e.id, e.at, b.body FROM event e JOIN event_body b ON b.event = e.id WHERE e.matter = $1 AND e.action = $2"
	" ORDER BY e.seq" };

static bool take_body(void *ctx, struct err *err)
{
	struct bodies *x = ctx;

	(void)err;
	PUSH(x->t->a, x->v, x->n, x->cap, (struct row){ x->event, x->at, str_dup(x->t->a, x->body) });
	return true;
}

static bool read_bodies(struct bodies *x, int64_t matter, struct str action, struct err *err)
{
	const struct db_in in[] = { db_i64(matter), db_str(action) };
	const struct db_out out[] = { db_to_i64(&x->event), db_to_i64(&x->at), db_to_str(&x->body) };

	return db_each(x->t->db, x->t->a, &st_bodies, DB_IN(in), DB_OUT(out), take_body, x, err);
}

/* The member "draw" of a body, when it is of this draw. */
static bool draw_member(struct turn *t, const struct draw_def *d, struct str body, const struct json **ret, struct err *err)
{
	static const char *const key[] = { "draw" };
	const struct json *doc;

	if (!json_read_members(t->a, body, key, 1, &doc, err))
		return false;
	*ret = json_get(doc, "draw");
	if (*ret && !str_eq(json_str(*ret, "id"), d->id))
		*ret = NULL;
	return true;
}

static const struct draw_pair *pairs_of(struct arena *a, const struct json *j, size_t *ret_n)
{
	struct draw_pair *v = arena_many(a, j ? j->n : 0, struct draw_pair);
	const struct json *m = NULL;

	*ret_n = 0;
	json_each(m, j) {
		v[*ret_n].code = m->key;
		if (parse_i64(m->text, 1, INT64_MAX, &v[*ret_n].matter))
			++*ret_n;
	}
	return v;
}

static bool frozen_of(struct turn *t, const struct json *j, struct draw_frozen *ret, struct err *err)
{
	const struct json *c = json_get(j, "commit");

	ret->found = true;
	ret->at = json_i64(j, "at", 0);
	ret->draw_id = json_str(c, "draw_id");
	ret->beacon = json_str(c, "beacon");
	ret->secret_hash = json_str(c, "secret_hash");
	ret->panel_size = json_i64(c, "panel_size", 0);
	ret->target = pairs_of(t->a, json_get(j, "targets"), &ret->n_target);
	ret->inspector = pairs_of(t->a, json_get(j, "inspectors"), &ret->n_inspector);
	return draw_list_read(t->a, json_str(j, "list"), &ret->list, err);
}

bool draw_frozen_load(struct turn *t, int64_t matter, const struct draw_def *d, struct draw_frozen *ret, struct err *err)
{
	struct bodies x = { .t = t };
	const struct json *j;

	*ret = (struct draw_frozen){ .found = false };
	if (matter == NOT_STORED)
		return true;
	if (!read_bodies(&x, matter, d->commit->id, err))
		return false;
	for (size_t i = 0; i < x.n && !ret->found; i++) {
		if (!draw_member(t, d, x.v[i].body, &j, err))
			return false;
		ret->event = x.v[i].event;
		ret->frozen_at = x.v[i].at;
		if (j && !frozen_of(t, j, ret, err))
			return false;
	}
	return true;
}

bool draw_spares_load(struct turn *t, int64_t matter, const struct draw_def *d, const struct draw_spare **ret, size_t *ret_n,
		      struct err *err)
{
	struct bodies x = { .t = t };
	struct draw_spare *v;
	const struct json *j;

	*ret_n = 0;
	*ret = NULL;
	if (!d->spare || !read_bodies(&x, matter, d->spare->id, err))
		return !d->spare;
	*ret = v = arena_many(t->a, x.n, struct draw_spare);
	for (size_t i = 0; i < x.n; i++) {
		if (!draw_member(t, d, x.v[i].body, &j, err))
			return false;
		if (j)
			v[(*ret_n)++] = (struct draw_spare){ json_str(j, "target"), json_str(j, "member"), json_str(j, "next") };
	}
	return true;
}

/* ---- revealing ---- */

static int64_t matter_of(const struct draw_pair *v, size_t n, struct str code)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].code, code))
			return v[i].matter;
	return 0;
}

static struct str code_of_matter(const struct draw_pair *v, size_t n, int64_t matter)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].matter == matter)
			return v[i].code;
	return (struct str){ 0 };
}

static struct val members(struct step *s, const struct draw_def *d, const struct draw_frozen *f, const struct draw_i *const *v)
{
	const enum type_tag one = type_matter(d->inspector).tag;
	struct val *m = arena_many(s->t->a, (size_t)f->panel_size, struct val);
	size_t n = v ? (size_t)f->panel_size : 0;

	for (size_t i = 0; i < n; i++)
		m[i] = val_i64(one, matter_of(f->inspector, f->n_inspector, v[i]->id));
	return val_list(s->t->a, d->member_col->type.tag, m, n);
}

static struct val row_of(struct step *s, const struct draw_def *d, const struct draw_frozen *f, int64_t id, struct str target,
			 const struct draw_i *const *member)
{
	const struct type *t = &d->into->type;
	struct val *cells = arena_many(s->t->a, t->n_row, struct val);
	struct val_row *row = arena_one(s->t->a, struct val_row);

	for (size_t i = 0; i < t->n_row; i++) {
		cells[i] = type_is_list(t->row[i].type.tag) ? val_list(s->t->a, t->row[i].type.tag, NULL, 0) : VAL_NULL;
		if (&t->row[i] == d->target_col)
			cells[i] = val_i64(type_matter(d->target).tag, matter_of(f->target, f->n_target, target));
		if (&t->row[i] == d->member_col && d->member_col)
			cells[i] = members(s, d, f, member);
	}
	*row = (struct val_row){ .id = id, .col = t->row, .cell = cells, .n = t->n_row };
	return (struct val){ .t = T_ROW, .row = row };
}

/* The record's head over the commitment must have been signed before anybody could know the value, and, where the log has
 * witnesses, signed by one of them too. Where no head was ever signed (scenarios, a demonstration being made) there is
 * nothing to compare with. */
struct signed_heads {
	int64_t all, in_time, witnesses, cosigned;
};
static const struct stmt st_signed = { "draw_signed",
	"SELECT COUNT(*), COUNT(CASE WHEN c.size > l.idx - h.base AND c.at < $2 THEN 1 END) FROM leaf l"
	" JOIN log_head h ON h.id = 1 JOIN checkpoint c ON c.log = h.log WHERE l.event = $1" };
static const struct stmt st_cosigned = { "draw_cosigned",
	"SELECT (SELECT COUNT(*) FROM witness), (SELECT COUNT(*) FROM leaf l JOIN log_head h ON h.id = 1"
	" JOIN cosignature g ON g.log = h.log AND g.size > l.idx - h.base AND g.at < $2 WHERE l.event = $1)" };

static bool signed_heads(struct step *s, const struct draw_frozen *f, struct signed_heads *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(f->event), db_i64(f->at) };
	const struct db_out head[] = { db_to_i64(&ret->all), db_to_i64(&ret->in_time) };
	const struct db_out witness[] = { db_to_i64(&ret->witnesses), db_to_i64(&ret->cosigned) };

	return db_one(s->t->db, s->t->a, &st_signed, DB_IN(in), DB_OUT(head), err)
	    && db_one(s->t->db, s->t->a, &st_cosigned, DB_IN(in), DB_OUT(witness), err);
}

static bool check_signed(struct step *s, const struct draw_def *d, const struct draw_frozen *f, struct err *err)
{
	struct signed_heads h;

	if (!signed_heads(s, f, &h, err))
		return false;
	if (h.all && !h.in_time)
		refuse_draw(s, d, NULL, STR("承诺没有在随机值公布以前签入记录日志，这次抽取无效，只能取消"));
	else if (h.all && h.witnesses && !h.cosigned)
		refuse_draw(s, d, NULL, STR("没有见证方在随机值公布以前为承诺共同签名，这次抽取无效，只能取消"));
	return true;
}

static bool may_reveal(struct step *s, const struct draw_def *d, struct draw_frozen *f, unsigned char secret[LOG_HASH], struct err *err)
{
	if (!draw_frozen_load(s->t, s->new->id, d, f, err))
		return false;
	if (!f->found) {
		refuse_draw(s, d, NULL, STR("名单还没有冻结，不能抽取"));
		return true;
	}
	if (!secret_of(s, d, secret))
		return true;
	if (s->t->now < f->at)
		refuse_draw(s, d, d->value, STR("约定的随机值还没有到公布时间"));
	return check_signed(s, d, f, err);
}

static bool run(struct step *s, const struct draw_def *d, struct draw_frozen *f, const unsigned char secret[LOG_HASH],
		struct draw_result *ret, struct err *err)
{
	const struct val *value = &s->new->field[d->value->index];
	unsigned char seed[LOG_HASH];

	if (!type_is_text(value->t) || str_find(value->s, STR("\n"), 0) != SIZE_MAX) {
		refuse_draw(s, d, d->value, STR("公布的随机值写在一行里"));
		return true;
	}
	draw_seed(secret, f->draw_id, f->list.root, f->beacon, value->s, seed);
	return draw_run(s->t->a, &f->list, seed, f->panel_size, ret, err);
}

static void put_done(struct step *s, const struct draw_def *d, const struct draw_spare *x, const unsigned char *seed)
{
	struct json_out o;
	struct buf b;
	char hex[2 * LOG_HASH + 1];

	buf_init(&b, s->t->a, 4096);
	o = (struct json_out){ .b = &b };
	json_open(&o, NULL, '{');
	json_out_str(&o, "id", d->id);
	if (x && x->member.n)
		json_out_str(&o, "member", x->member);
	if (x)
		json_out_str(&o, "next", x->next);
	if (seed) {
		parse_put_hex(hex, seed, LOG_HASH);
		json_out_str(&o, "seed", str_of(hex));
	}
	if (x)
		json_out_str(&o, "target", x->target);
	json_close(&o, '}');
	s->draw = buf_str(&b);
}

static bool reveal(struct step *s, const struct draw_def *d, struct err *err)
{
	unsigned char secret[LOG_HASH];
	struct draw_frozen f;
	struct draw_result r = { .n_panel = 0 };
	struct val *rows;

	if (!may_reveal(s, d, &f, secret, err))
		return false;
	if (s->no.n)
		return true;
	if (!run(s, d, &f, secret, &r, err))
		return false;
	if (r.n_panel > ROWS_MAX)
		return err_set(err, ERR_TOO_LARGE, "抽中%zu个，一次抽取的结果不能超过%d个", r.n_panel, ROWS_MAX);
	rows = arena_many(s->t->a, r.n_panel, struct val);
	for (size_t i = 0; i < r.n_panel; i++)
		rows[i] = row_of(s, d, &f, (int64_t)i + 1, r.panel[i].target->id, r.panel[i].member);
	s->new->field[d->into->index] = val_list(s->t->a, T_ROWS, rows, r.n_panel);
	put_done(s, d, NULL, r.seed);
	return true;
}

/* ---- reserves ---- */

static bool follow(struct draw_now *now, const struct draw_spare *x, struct str *ret, struct err *err)
{
	const struct draw_i *i = NULL;
	struct draw_team *t = NULL;

	if (x->member.n ? !draw_next_member(now, x->target, x->member, &i, err) : !draw_next_target(now, x->target, &t, err))
		return false;
	*ret = i ? i->id : t ? t->target->id : (struct str){ 0 };
	return true;
}

/* The row of a target that is replaced, or whose team is, as it stands now. */
static void put_row(struct step *s, const struct draw_def *d, const struct draw_frozen *f, const struct draw_now *now,
		    const struct draw_spare *x)
{
	const struct val *old = &s->new->field[d->into->index];
	const struct draw_team *t = draw_team_of(now, x->member.n ? x->target : x->next);
	int64_t gone = matter_of(f->target, f->n_target, x->target);
	size_t n = old->t == T_ROWS ? old->list->n : 0;
	struct val *rows = arena_many(s->t->a, n, struct val);

	for (size_t i = 0; i < n; i++) {
		const struct val_row *row = old->list->v[i].row;
		const struct val *at = &row->cell[d->target_col - d->into->type.row];

		rows[i] = at->i == gone ? row_of(s, d, f, row->id, t->target->id, t->member) : old->list->v[i];
	}
	s->new->field[d->into->index] = val_list(s->t->a, T_ROWS, rows, n);
}

static bool spare(struct step *s, const struct draw_def *d, struct err *err)
{
	const struct val *target = &s->new->field[d->gone_target->index], *member = d->gone_member ? &s->new->field[d->gone_member->index] : NULL;
	const struct draw_spare *past;
	unsigned char secret[LOG_HASH];
	struct draw_frozen f;
	struct draw_result r = { .n_panel = 0 };
	struct draw_spare x = { .target = { 0 } };
	struct draw_now now;
	struct err why = { 0 };
	size_t n;

	if (!may_reveal(s, d, &f, secret, err))
		return false;
	if (s->no.n)
		return true;
	if (!run(s, d, &f, secret, &r, err) || !draw_spares_load(s->t, s->new->id, d, &past, &n, err))
		return false;
	draw_now_begin(s->t->a, &f.list, &r, f.panel_size, &now);
	for (size_t i = 0; i < n; i++)
		if (!follow(&now, &past[i], &x.next, err))
			return false;
	x.target = code_of_matter(f.target, f.n_target, target->t == T_NONE ? 0 : target->i);
	if (member && !val_empty(*member))
		x.member = code_of_matter(f.inspector, f.n_inspector, member->i);
	if ((member && !val_empty(*member) && !x.member.n) || !follow(&now, &x, &x.next, &why)) {
		if (why.code && why.code != ERR_BAD_INPUT) {
			*err = why;
			return false;
		}
		refuse_draw(s, d, d->gone_target, STR("要换下的不在抽取结果里"));
		return true;
	}
	if (!x.next.n) {
		refuse_draw(s, d, d->gone_target, STR("已经没有候补可以递补"));
		return true;
	}
	put_row(s, d, &f, &now, &x);
	put_done(s, d, &x, NULL);
	return true;
}

bool step_draw(struct step *s, struct err *err)
{
	bool empty = s->t->dry && !s->act->form.n && s->ac->n_form;

	for (size_t i = 0; i < s->kind->n_draw && !empty; i++) {
		const struct draw_def *d = &s->kind->draw[i];

		if (!node_on(d->node) || s->import || (s->ac != d->commit && s->ac != d->reveal && s->ac != d->spare))
			continue;
		touch(s->kind->law, d->node);
		if (s->ac == d->commit ? !commit(s, d, err) : s->ac == d->reveal ? !reveal(s, d, err) : !spare(s, d, err))
			return false;
	}
	return true;
}
