/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 变更记录: how what the public reads came about, from matter_past. Only fields that the page itself prints are told,
 * and of decisions only which of them read otherwise: what was replaced or taken down is not shown again. */
#include "app/public.h"

#include "base/day.h"

#define TEXT_MOST ((size_t)256 * 1024)

struct telling {
	struct req *r;
	const struct public_told *told;
	struct val_names names;
	struct change_row *row;
	size_t n;
};

static struct str as_text(struct telling *t, struct val v)
{
	struct buf b;

	buf_init(&b, t->r->a, TEXT_MOST);
	if (!val_is_null(v))
		val_put_cn(&b, t->r->a, v, &t->names);
	return str_trim(buf_str(&b));
}

static struct str seen_text(struct telling *t, const struct past_change *c, const char *id)
{
	const struct field *f = kind_field(c->kind, str_of(id));

	return f ? as_text(t, c->seen[f->index]) : (struct str){ 0 };
}

static const char *named(const struct public_told *told, struct str id)
{
	for (size_t i = 0; i < told->n; i++)
		if (str_is(id, told->field[i].id))
			return told->field[i].name;
	return NULL;
}

/* ---- fields ---- */

static void add_name(struct buf *b, const char *name)
{
	if (str_find(buf_str(b), str_of(name), 0) != SIZE_MAX)
		return; /* two fields under one heading: 执法对象 */
	buf_adds(b, b->n ? "、" : "");
	buf_adds(b, name);
}

static void tell_fields(struct telling *t, const struct past_change *c, struct change_row *row)
{
	struct field_change *f = arena_many(t->r->a, c->n_field, struct field_change);
	struct buf b;

	buf_init(&b, t->r->a, 4000);
	for (size_t i = 0; i < c->n_field; i++) {
		const char *name = named(t->told, c->field[i].def->id);

		if (!name)
			continue;
		add_name(&b, name);
		f[row->n_field++] = (struct field_change){ str_of(name), as_text(t, c->field[i].before),
							   as_text(t, c->field[i].after) };
	}
	row->fields = buf_str(&b);
	row->field = f;
	if (!t->told->values)
		row->n_field = 0;
}

/* ---- decisions ---- */

static struct str redress_of(struct telling *t, const struct past_change *c)
{
	struct str redress = seen_text(t, c, "redress"), no = seen_text(t, c, "redress_no");

	return redress.n ? str_fmt(t->r->a, "经复议或者诉讼%.*s%s%.*s%s", STR_FMT(redress), no.n ? "（" : "", STR_FMT(no),
				   no.n ? "）" : "")
			 : (struct str){ 0 };
}

static bool tell_decision(struct telling *t, const struct past_change *c, struct change_row *row)
{
	if (c->sort == PAST_SHOWN) {
		row->what = str_is(c->state->id, "historic") ? STR("收录") : STR("公开");
	} else if (c->sort == PAST_NEWER) {
		row->what = str_fmt(t->r->a, "更新为第%d版", c->version);
		row->reason = seen_text(t, c, "update_reason");
		tell_fields(t, c, row);
	} else if (str_is(c->state->id, "taken_down")) {
		row->what = STR("撤下");
		row->reason = seen_text(t, c, "public_reason");
	} else if (str_is(c->action, "note_redress")) {
		row->what = redress_of(t, c);
	} else if (c->sort == PAST_CHANGED && str_is(c->state->id, "published")) {
		row->what = STR("补充信息");
		tell_fields(t, c, row);
		return row->fields.n > 0;
	}
	return row->what.n > 0;
}

/* ---- registers ---- */

static bool tell_register(struct telling *t, const struct past_change *c, struct change_row *row)
{
	const struct action *ac = kind_action(c->kind, c->action);

	row->what = c->sort == PAST_SHOWN ? STR("公示") : ac ? ac->name : c->state->name;
	if (c->sort == PAST_SHOWN)
		return true;
	if (str_is(c->state->id, "ended"))
		row->reason = seen_text(t, c, "ended_why");
	tell_fields(t, c, row);
	return c->sort == PAST_GONE || row->fields.n || row->reason.n;
}

bool public_history(struct req *r, int64_t matter, const struct public_told *told, struct history *ret, struct err *err)
{
	struct telling t = { .r = r, .told = told };
	const struct past_change *c;
	size_t n;

	if (!matter_past(app_of(r)->engine, r->db, r->a, &anyone, matter, told->replaces, &c, &n, err)
	    || !matter_names(app_of(r)->engine, r->db, r->a, &anyone, &t.names, err))
		return false;
	t.row = arena_many(r->a, n, struct change_row);
	for (size_t i = n; i-- > 0;) { /* the newest first */
		struct change_row row = { .on = public_day(r->a, day_at(c[i].at)) };

		if (told->replaces ? tell_decision(&t, &c[i], &row) : tell_register(&t, &c[i], &row))
			t.row[t.n++] = row;
	}
	*ret = (struct history){ t.row, t.n };
	return true;
}
