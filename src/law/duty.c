/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Duties and reports of a kind (language.md 7): bound and typed. */
#include <string.h>

#include "base/day.h"
#include "law/bind.h"
#include "law/period.h"
#include "law/tally.h"

static const struct key duty_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "for", K_SCALAR | K_MUST }, { "every", K_SCALAR | K_MUST }, { "due", K_SCALAR },
	{ "figure", K_SCALAR | K_MUST }, { "met", K_SCALAR | K_MUST }, { "empty", K_SCALAR }, { "who", K_ANY | K_MUST },
	{ "warn", K_SCALAR }, { "missed", K_MAP }, { "excuse", K_ANY }, { "cite", K_SCALAR | K_LIST }, { 0 }
};
static const struct key report_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "for", K_SCALAR | K_MUST }, { "every", K_SCALAR | K_MUST }, { "who", K_ANY },
	{ "columns", K_MAP | K_MUST }, { "to", K_SCALAR }, { "due", K_SCALAR }, { "by", K_ANY }, { "warn", K_SCALAR },
	{ "excuse", K_ANY }, { "cite", K_SCALAR | K_LIST }, { 0 }
};
static const struct key column_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "is", K_SCALAR | K_MUST }, { "cite", K_SCALAR | K_LIST }, { 0 }
};

/* ---- periods ---- */

static const struct {
	const char *word;
	int months;
} everies[] = { [EVERY_MONTH] = { "month", 1 }, [EVERY_QUARTER] = { "quarter", 3 }, [EVERY_HALF_YEAR] = { "half_year", 6 },
		[EVERY_YEAR] = { "year", 12 } };

struct period period_of(enum every every, int64_t day)
{
	const struct ymd d = day_ymd(day);
	const int n = everies[every].months;
	const int64_t from = day_of(d.year, (d.month - 1) / n * n + 1, 1);

	return (struct period){ from, day_add_months(from, n) - 1 };
}

struct str period_text(struct arena *a, enum every every, int64_t from)
{
	const struct ymd d = day_ymd(from);

	switch (every) {
	case EVERY_MONTH:
		return str_fmt(a, "%d年%d月", d.year, d.month);
	case EVERY_QUARTER:
		return str_fmt(a, "%d年第%d季度", d.year, (d.month + 2) / 3);
	case EVERY_HALF_YEAR:
		return str_fmt(a, "%d年%s半年", d.year, d.month < 7 ? "上" : "下");
	default:
		return str_fmt(a, "%d年", d.year);
	}
}

/* ---- binding ---- */

static bool every_of(struct loader *l, const struct ynode *y, enum every *ret)
{
	const struct ynode *at = ynode_get(y, "every");

	for (size_t i = 0; at && i < ARRAY_LEN(everies); i++)
		if (str_is(at->text, everies[i].word)) {
			*ret = (enum every)i;
			return true;
		}
	if (at)
		diag_add(l->d, pos_val(at), false, "every 只能是 month、quarter、half_year、year 之一");
	return false;
}

/* What a recurring thing knows: no matter, its subject and its period. */
struct recurring {
	struct scope s;
	struct scope_var var[DUTY_VARS];
	const struct expr *subjects;
	struct type subject;
	enum every every;
};

static bool recurring(struct loader *l, const struct kind *k, const struct ynode *y, struct recurring *ret)
{
	const struct ynode *list = ynode_get(y, "for");

	ret->s = bind_scope(l, k);
	ret->s.kind = NULL;
	if (!list || !every_of(l, y, &ret->every))
		return false;
	ret->subjects = bind_expr(l, &ret->s, list, NULL);
	if (!ret->subjects)
		return false;
	ret->subject = type_element(expr_type(ret->subjects));
	if (ret->subject.tag != T_ORGAN && ret->subject.tag != T_USER && ret->subject.tag != T_REF) {
		diag_add(l->d, pos_val(list), false, "for 应当是单位、人员或者办件的列表");
		return false;
	}
	ret->var[DUTY_SUBJECT] = (struct scope_var){ STR("subject"), ret->subject };
	ret->var[DUTY_PERIOD] = (struct scope_var){ STR("period"), { .tag = T_INTERVAL, .n = INTERVAL_PERIOD } };
	ret->s.var = ret->var;
	ret->s.n_var = DUTY_FIGURE;
	return true;
}

/* A count that must look at each subject by itself is slow where there are many. */
static void warn_slow(struct loader *l, const struct expr *e, const struct ynode *at)
{
	const struct tally *t;
	bool all;

	if (!e)
		return;
	(void)expr_tallies(l->a, e, &t, &all);
	if (!all)
		diag_add(l->d, pos_val(at), true, "这个数不能一次统计所有主体，只能逐个主体计算：条件中要有 it.字段 == subject，其余只用本办件自己的内容");
}

static enum duty_result empty_of(struct loader *l, const struct ynode *y)
{
	const struct ynode *at = ynode_get(y, "empty");

	if (!at || str_is(at->text, "none"))
		return DUTY_NONE;
	if (!str_is(at->text, "met") && !str_is(at->text, "missed"))
		diag_add(l->d, pos_val(at), false, "empty 只能是 met、missed、none 之一");
	return str_is(at->text, "met") ? DUTY_MET : DUTY_MISSED;
}

static void span_only(struct loader *l, const struct expr *e, const struct ynode *at)
{
	if (e && expr_type(e)->tag != T_SPAN)
		diag_add(l->d, pos_val(at), false, "这里应当是一段时间，例如 31 day");
}

/* Kept with the law: expressions are compiled against it. */
static struct scope_var *keep_vars(struct loader *l, struct recurring *r)
{
	struct scope_var *var = arena_many(l->a, DUTY_VARS, struct scope_var);

	memcpy(var, r->var, sizeof(r->var));
	return var;
}

static void duty(struct loader *l, struct kind *k, struct duty *d, const struct ynode *y)
{
	struct recurring r = { 0 };

	d->id = y->key;
	d->kind = k;
	d->path = str_fmt(l->a, "%.*s.%.*s", STR_FMT(k->id), STR_FMT(y->key));
	d->node = bind_node(l, NODE_DUTY, y, str_fmt(l->a, "%.*s.duties.%.*s", STR_FMT(k->id), STR_FMT(y->key)));
	if (!bind_keys(l, y, "职责", duty_keys))
		return;
	d->name = d->node->name = bind_name(l, y);
	d->empty = empty_of(l, y);
	if (!recurring(l, k, y, &r))
		return;
	r.s.var = keep_vars(l, &r);
	d->subjects = r.subjects;
	d->subject = r.subject;
	d->every = r.every;
	d->due = bind_expr_at(l, &r.s, y, "due", &bind_span);
	d->warn = bind_expr_at(l, &r.s, y, "warn", &bind_span);
	span_only(l, d->due, ynode_get(y, "due"));
	span_only(l, d->warn, ynode_get(y, "warn"));
	d->figure = bind_expr_at(l, &r.s, y, "figure", NULL);
	if (!d->figure)
		return;
	warn_slow(l, d->figure, ynode_get(y, "figure"));
	((struct scope_var *)(uintptr_t)r.s.var)[DUTY_FIGURE] = (struct scope_var){ STR("figure"), *expr_type(d->figure) };
	r.s.n_var = DUTY_VARS;
	d->met = bind_expr_at(l, &r.s, y, "met", &bind_bool);
	if (d->met)
		d->target = expr_target(l->a, d->met, DUTY_FIGURE, &d->target_sign);
	if (ynode_get(y, "who"))
		d->who = bind_whos(l, &r.s, ynode_get(y, "who"), NODE_BY, str_fmt(l->a, "%.*s.who", STR_FMT(d->node->path)));
	if (ynode_get(y, "excuse"))
		d->excuse = bind_whos(l, &r.s, ynode_get(y, "excuse"), NODE_BY, str_fmt(l->a, "%.*s.excuse", STR_FMT(d->node->path)));
	if (ynode_get(y, "missed") && ynode_get(ynode_get(y, "missed"), "for"))
		diag_add(l->d, pos_key(ynode_get(y, "missed")), false, "missed 不能写 for：它对每个主体各做一次");
	else if (ynode_get(y, "missed"))
		d->missed = bind_effect(l, &r.s, ynode_get(y, "missed"), str_fmt(l->a, "%.*s.missed", STR_FMT(d->node->path)));
}

static void report_columns(struct loader *l, struct report *r, const struct scope *s, const struct ynode *y)
{
	const struct ynode *map = bind_ids(l, y, "columns");
	struct report_column *c;

	if (!map)
		return;
	c = arena_many(l->a, map->n, struct report_column);
	for (size_t i = 0; i < map->n; i++) {
		const struct ynode *at = map->child[i];

		c[i].id = at->key;
		c[i].node = bind_node(l, NODE_REPORT, at, str_fmt(l->a, "%.*s.%.*s", STR_FMT(r->node->path), STR_FMT(at->key)));
		if (!bind_keys(l, at, "报表的栏", column_keys))
			continue;
		c[i].name = bind_name(l, at);
		c[i].is = bind_expr_at(l, s, at, "is", NULL);
		if (c[i].is && !type_is_figure(expr_type(c[i].is)))
			diag_add(l->d, pos_val(ynode_get(at, "is")), false, "报表的栏应当是数或者金额");
		warn_slow(l, c[i].is, ynode_get(at, "is"));
	}
	r->column = c;
	r->n_column = map->n;
}

/* ---- reports that are to be delivered ---- */

/* `to`, `due` and `by` come together; each subject is an organ, since its people deliver. */
static bool delivers(struct loader *l, const struct ynode *y, const struct recurring *x)
{
	const struct ynode *to = ynode_get(y, "to"), *due = ynode_get(y, "due"), *by = ynode_get(y, "by");

	if (!to && !due && !by && !ynode_get(y, "warn") && !ynode_get(y, "excuse"))
		return false;
	if (!to || !due || !by)
		diag_add(l->d, pos_key(y), false, "要报送的报表同时写 to（接收单位）、due（期间结束后的期限）和 by（由谁报送）");
	else if (x->subject.tag != T_ORGAN)
		diag_add(l->d, pos_val(ynode_get(y, "for")), false, "要报送的报表，主体应当是单位");
	else if (!law_kind(l->law, STR("report_delivery")))
		diag_add(l->d, pos_val(to), false, "本包没有事项类型 report_delivery（报表报送），不能写 to");
	else
		return true;
	return false;
}

/* Met by a delivery of this report for this period that was not sent back. */
static const struct expr *delivered(struct loader *l, const struct scope *s, const struct report *r, const struct ynode *at)
{
	const struct str text = str_fmt(l->a, "count(matters(report_delivery, it.report == '%.*s' and it.organ == subject and "
					"it.period_from in period and it.state in [sent, received]))", STR_FMT(r->path));

	return bind_expr(l, s, ynode_scalar(at, text), NULL);
}

static void deliver(struct loader *l, struct report *r, struct duty *d, const struct ynode *y, struct recurring *x)
{
	static const struct type organ = { .tag = T_ORGAN };
	const struct ynode *due = ynode_get(y, "due");

	*d = (struct duty){ .id = r->id, .kind = r->kind, .path = r->path, .name = str_fmt(l->a, "报送%.*s", STR_FMT(r->name)),
			    .subjects = r->subjects, .subject = r->subject, .every = r->every, .empty = DUTY_NONE, .delivers = r };
	d->node = bind_node(l, NODE_DUTY, y, str_fmt(l->a, "%.*s.due", STR_FMT(r->node->path)));
	d->node->name = d->name;
	r->to = bind_expr_at(l, &x->s, y, "to", &organ);
	d->due = bind_expr_at(l, &x->s, y, "due", &bind_span);
	d->warn = bind_expr_at(l, &x->s, y, "warn", &bind_span);
	span_only(l, d->due, due);
	span_only(l, d->warn, ynode_get(y, "warn"));
	d->who = bind_whos(l, &x->s, ynode_get(y, "by"), NODE_BY, str_fmt(l->a, "%.*s.by", STR_FMT(r->node->path)));
	if (ynode_get(y, "excuse"))
		d->excuse = bind_whos(l, &x->s, ynode_get(y, "excuse"), NODE_BY, str_fmt(l->a, "%.*s.excuse", STR_FMT(r->node->path)));
	d->figure = delivered(l, &x->s, r, due);
	if (!d->figure)
		return;
	((struct scope_var *)(uintptr_t)x->s.var)[DUTY_FIGURE] = (struct scope_var){ STR("figure"), *expr_type(d->figure) };
	x->s.n_var = DUTY_VARS;
	d->met = bind_expr(l, &x->s, ynode_scalar(due, STR("figure >= 1")), &bind_bool);
	x->s.n_var = DUTY_FIGURE;
	if (d->met)
		d->target = expr_target(l->a, d->met, DUTY_FIGURE, &d->target_sign);
	r->deliver = d;
}

/* Takes a row of the kind's duties when the report is to be delivered. */
static void report(struct loader *l, struct kind *k, struct report *r, const struct ynode *y)
{
	struct recurring x = { 0 };

	r->id = y->key;
	r->kind = k;
	r->path = str_fmt(l->a, "%.*s.%.*s", STR_FMT(k->id), STR_FMT(y->key));
	r->node = bind_node(l, NODE_REPORT, y, str_fmt(l->a, "%.*s.reports.%.*s", STR_FMT(k->id), STR_FMT(y->key)));
	if (!bind_keys(l, y, "报表", report_keys))
		return;
	r->name = r->node->name = bind_name(l, y);
	if (!recurring(l, k, y, &x))
		return;
	x.s.var = keep_vars(l, &x);
	r->subjects = x.subjects;
	r->subject = x.subject;
	r->every = x.every;
	report_columns(l, r, &x.s, y);
	if (ynode_get(y, "who"))
		r->who = bind_whos(l, &x.s, ynode_get(y, "who"), NODE_SEE, str_fmt(l->a, "%.*s.who", STR_FMT(r->node->path)));
	if (!delivers(l, y, &x))
		return;
	if (kind_duty(k, r->id))
		diag_add(l->d, pos_key(y), false, "报送也是职责：标识“%.*s”已经是一项职责", STR_FMT(r->id));
	else
		deliver(l, r, &k->duty[k->n_duty++], y, &x);
}

void bind_duties(struct loader *l, struct kind *k, const struct ynode *kind)
{
	const struct ynode *duties = bind_ids(l, kind, "duties"), *map = bind_ids(l, kind, "reports");

	k->duty = arena_many(l->a, (duties ? duties->n : 0) + (map ? map->n : 0), struct duty);
	k->n_duty = duties ? duties->n : 0;
	for (size_t i = 0; i < k->n_duty; i++)
		duty(l, k, &k->duty[i], duties->child[i]);
	k->report = arena_many(l->a, map ? map->n : 0, struct report);
	k->n_report = map ? map->n : 0;
	for (size_t i = 0; i < k->n_report; i++)
		report(l, k, &k->report[i], map->child[i]);
}

/* ---- looking up ---- */

const struct duty *law_duty(const struct law *l, struct str path)
{
	const size_t dot = str_chr(path, '.', 0);
	const struct kind *k = dot == SIZE_MAX ? NULL : law_kind(l, str_sub(path, 0, dot));

	return k ? kind_duty(k, str_sub(path, dot + 1, path.n)) : NULL;
}

const struct report *law_report(const struct law *l, struct str path)
{
	const size_t dot = str_chr(path, '.', 0);
	const struct kind *k = dot == SIZE_MAX ? NULL : law_kind(l, str_sub(path, 0, dot));

	return k ? kind_report(k, str_sub(path, dot + 1, path.n)) : NULL;
}
