/* SPDX-License-Identifier: MulanPSL-2.0 */
/* list.c - matters of one kind with filters; filters and page live in the address. */
#include "app/rows.h"
#include "app/import_page.h"
#include "app/index.h"
#include "base/parse.h"
#include "pages.h"

#define LIST_PAGE 50
#define FILTERS_MOST 10
#define HITS_MOST 50

struct column {
	struct str name;
	const struct field *field;
	const struct term *term;
	const struct number *number;
	bool state;
};

struct listing {
	struct req *r;
	const struct kind *kind;
	struct column *col;
	size_t n_col, link;
	bool linked;
	struct shower shower;
	struct list_filter *filter;
	size_t n_filter;
	enum light light;
	struct list_view v;
};

static void put_column(struct listing *l, struct str id)
{
	const struct kind *k = l->kind;
	struct column c = { .field = kind_field(k, id), .term = kind_term(k, id),
			    .number = str_is(id, "number") && k->n_number ? &k->number[0] : kind_number(k, id),
			    .state = str_is(id, "state") };

	c.name = c.field ? c.field->name : c.number ? c.number->name : c.term ? c.term->name
		: c.state ? STR("到哪步 · 谁在办") : id;
	/* The link to the matter stands on what names it: its title, or the first text. */
	if (!l->linked && c.field && (c.field->type.tag == T_TEXT || c.field->type.tag == T_NOTE)) {
		l->linked = true;
		l->link = l->n_col;
	}
	l->col[l->n_col++] = c;
}

static void read_columns(struct listing *l)
{
	const struct kind *k = l->kind;

	l->col = arena_many(l->r->a, k->list.n_columns + 1, struct column);
	for (size_t i = 0; i < k->list.n_columns; i++) {
		struct str id = k->list.columns[i];

		if (kind_clock(k, id))
			continue; /* the nearest limit stands in front of each row */
		put_column(l, id);
	}
}

/* ---- filters ---- */

static void add_filter(struct listing *l, struct str id, struct str label, const struct option_view *o, size_t n)
{
	struct filter_view *all = (struct filter_view *)l->v.filter;
	struct str chosen = req_query(l->r, str_cstr(l->r->a, id));
	struct option_view *opt = arena_many(l->r->a, n + 1, struct option_view);

	if (l->v.n_filter == FILTERS_MOST)
		return;
	opt[0] = (struct option_view){ .name = STR("不限") };
	for (size_t i = 0; i < n; i++) {
		opt[i + 1] = o[i];
		opt[i + 1].on = chosen.n && str_eq(o[i].value, chosen);
	}
	all[l->v.n_filter++] = (struct filter_view){ id, label, opt, n + 1 };
	l->v.filtered = l->v.filtered || chosen.n;
}

static void use_filter(struct listing *l, struct str id)
{
	struct str chosen = req_query(l->r, str_cstr(l->r->a, id));

	if (chosen.n)
		l->filter[l->n_filter++] = (struct list_filter){ id, chosen };
}

static void field_filter(struct listing *l, const struct field *f)
{
	static const struct option_view yes_no[] = { { .value = { "true", 4 }, .name = { "是", 3 } },
						     { .value = { "false", 5 }, .name = { "否", 3 } } };

	if (f->see.set)
		return; /* what it would find tells what it holds */
	if ((f->type.tag == T_ENUM || f->type.tag == T_PICKS) && f->type.values) {
		struct option_view *o = arena_many(l->r->a, f->type.values->n, struct option_view);

		for (size_t i = 0; i < f->type.values->n; i++)
			o[i] = (struct option_view){ .value = f->type.values->v[i].id, .name = f->type.values->v[i].name };
		add_filter(l, f->id, f->name, o, f->type.values->n);
	} else if (f->type.tag == T_BOOL) {
		add_filter(l, f->id, f->name, yes_no, 2);
	} else {
		return;
	}
	use_filter(l, f->id);
}

static void light_filter(struct listing *l)
{
	static const struct option_view lights[] = { { .value = { "red", 3 }, .name = { "■ 逾期", 10 } },
						     { .value = { "yellow", 6 }, .name = { "▲ 临近", 10 } },
						     { .value = { "green", 5 }, .name = { "● 正常", 10 } } };
	struct str chosen = req_query(l->r, "light");

	add_filter(l, STR("light"), STR("灯"), lights, 3);
	l->light = str_is(chosen, "red") ? LIGHT_RED : str_is(chosen, "yellow") ? LIGHT_YELLOW
		: str_is(chosen, "green") ? LIGHT_GREEN : LIGHT_NONE;
}

static void state_filter(struct listing *l)
{
	const struct kind *k = l->kind;
	struct option_view *o = arena_many(l->r->a, k->n_state, struct option_view);

	for (size_t i = 0; i < k->n_state; i++)
		o[i] = (struct option_view){ .value = k->state[i].id, .name = k->state[i].name };
	add_filter(l, STR("state"), STR("到哪步"), o, k->n_state);
	use_filter(l, STR("state"));
}

static void scope_filter(struct listing *l)
{
	static const struct option_view scopes[] = { { .value = { "mine", 4 }, .name = { "待我办理", 12 } },
						     { .value = { "organ", 5 }, .name = { "本单位", 9 } } };

	add_filter(l, STR("scope"), STR("范围"), scopes, 2);
	if (str_is(req_query(l->r, "scope"), "organ"))
		l->filter[l->n_filter++] = (struct list_filter){
			STR("organ"), str_fmt(l->r->a, "%lld", (long long)l->r->session->organ) };
}

static void read_filters(struct listing *l)
{
	const struct kind *k = l->kind;

	l->filter = arena_many(l->r->a, FILTERS_MOST + 2, struct list_filter);
	l->v.filter = arena_many(l->r->a, FILTERS_MOST, struct filter_view);
	scope_filter(l);
	state_filter(l);
	if (k->n_clock)
		light_filter(l);
	for (size_t i = 0; i < k->list.n_filters; i++) {
		const struct field *f = kind_field(k, k->list.filters[i]);

		if (f)
			field_filter(l, f);
	}
}

/* ---- rows ---- */

/* A field that not everybody sees, or a term, is asked of the engine, row by row; at most 50 rows. */
static bool needs_sight(const struct listing *l)
{
	for (size_t i = 0; i < l->n_col; i++)
		if (l->col[i].term || (l->col[i].field && (l->col[i].field->see.set || l->col[i].field->personal.n)))
			return true;
	return false;
}

static struct str field_cell(struct listing *l, const struct snap *s, const struct matter_view *m, const struct field *f)
{
	/* An older version of the kind may have its own fields: found by id. */
	const struct field *own = kind_field(s->kind, f->id);

	if (!own)
		return (struct str){ 0 };
	for (size_t i = 0; m && i < m->n_field; i++)
		if (m->field[i].def == own)
			return m->field[i].hidden ? STR("—") : shown_text(&l->shower, m->field[i].v);
	return m && own->see.set ? (struct str){ 0 } : shown_text(&l->shower, s->field[own->index]);
}

static struct str cell_of(struct listing *l, const struct column *c, const struct snap *s, const struct matter_view *m,
			  struct str state)
{
	if (c->state)
		return state;
	if (c->number) {
		const struct number *own = kind_number(s->kind, c->number->id);

		return own ? s->number[own->index] : (struct str){ 0 };
	}
	if (c->field)
		return field_cell(l, s, m, c->field);
	for (size_t i = 0; m && c->term && i < m->n_term; i++)
		if (str_eq(m->term[i].def->id, c->term->id))
			return shown_text(&l->shower, m->term[i].v);
	return (struct str){ 0 };
}

static bool fill_cells(struct listing *l, const struct snap *s, struct str state, struct row_view *row, struct err *err)
{
	const struct actor who = actor_of(l->r);
	struct str *cell = arena_many(l->r->a, l->n_col, struct str);
	struct matter_view m;
	bool ask = needs_sight(l);

	if (ask && !matter_see(app_of(l->r)->engine, l->r->db, l->r->a, &who, s->id, SEE_FIELDS | SEE_TERMS,
			       &m, err))
		return false;
	for (size_t i = 0; i < l->n_col; i++)
		cell[i] = cell_of(l, &l->col[i], s, ask ? &m : NULL, state);
	for (size_t i = 0; i < l->n_col; i++)
		if (l->col[i].state && row->holder.n && !s->ended)
			cell[i] = str_fmt(l->r->a, "%.*s · %.*s", STR_FMT(state), STR_FMT(row->holder));
	if (l->n_col && !cell[l->link].n)
		cell[l->link] = row->title;
	row->cell = cell;
	return true;
}

/* The address of the same list with something more. */
static struct str same_list(struct req *r, struct str more)
{
	struct buf b;

	buf_init(&b, r->a, 4000);
	buf_add(&b, r->path);
	buf_addc(&b, '?');
	for (size_t i = 0; i < r->query.n; i++) {
		if (str_is(r->query.v[i].name, "after") || !r->query.v[i].value.n)
			continue;
		form_escape(&b, r->query.v[i].name);
		buf_addc(&b, '=');
		form_escape(&b, r->query.v[i].value);
		buf_addc(&b, '&');
	}
	buf_adds(&b, "after=");
	buf_add(&b, more);
	return buf_str(&b);
}

static void read_after(struct req *r, struct list_query *q)
{
	struct str rest = req_query(r, "after"), key;

	if (!str_cut(&rest, '.', &key) || !parse_i64(key, INT64_MIN, INT64_MAX, &q->after_key)
	    || !parse_i64(rest, 1, INT64_MAX, &q->after_id))
		q->after_key = q->after_id = 0;
}

/* What waits for me goes by due, the rest by the last change. */
static struct str page_key(struct req *r, const struct list_query *q, const struct list_row *last)
{
	int64_t key = last->updated;

	if (q->mine)
		key = last->clock.def && last->clock.v.due ? last->clock.v.due : INT64_MAX;
	return str_fmt(r->a, "%lld.%lld", (long long)key, (long long)last->snap->id);
}

static bool by_filters(struct listing *l, struct err *err)
{
	struct req *r = l->r;
	struct list_query q = { .who = actor_of(r), .kind = l->kind->id, .filter = l->filter, .n_filter = l->n_filter,
				.light = l->light, .mine = str_is(req_query(r, "scope"), "mine"), .order = LIST_UPDATED,
				.limit = LIST_PAGE };
	const struct list_row *x;
	struct row_view *row;
	size_t n;

	read_after(r, &q);
	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &x, &n, err)
	    || !matter_list_filling(app_of(r)->engine, r->db, r->a, &q, &l->v.filling, err))
		return false;
	row = arena_many(r->a, n, struct row_view);
	for (size_t i = 0; i < n; i++) {
		row_of_list(r, &x[i], &row[i]);
		if (!fill_cells(l, x[i].snap, x[i].state_name, &row[i], err))
			return false;
	}
	l->v.row = row;
	l->v.n_row = n;
	if (n == LIST_PAGE)
		l->v.more = same_list(r, page_key(r, &q, &x[n - 1]));
	return true;
}

/* ---- full text ---- */

/* The first of the words with 30 characters before it, marked. */
static struct safe_html around(struct arena *a, struct str text, struct str typed)
{
	struct str word[8], rest = typed, part;
	size_t n = 0, at = SIZE_MAX, from;

	while (n < ARRAY_LEN(word) && str_cut(&rest, ' ', &part))
		if (part.n)
			word[n++] = part;
	for (size_t i = 0; i < n; i++) {
		size_t x = str_find(text, word[i], 0);

		at = x < at ? x : at;
	}
	from = at == SIZE_MAX || at < 90 ? 0 : at - 90; /* bytes: three a Chinese character */
	while (from < text.n && ((unsigned char)text.p[from] & 0xc0) == 0x80)
		from++;
	return html_mark(a, str_head(str_sub(text, from, text.n), 110), word, n);
}

static void row_of_hit(struct req *r, const struct matter_view *m, const struct search_hit *hit, struct str typed,
		       struct row_view *row)
{
	*row = (struct row_view){ .code = m->snap->code, .title = title_once(m->title), .kind = m->snap->kind->name,
				  .state = m->snap->state->name, .holder = m->holder, .organ = m->organ_name, .light = "",
				  .found = around(r->a, hit->text, typed) };
	for (size_t i = 0; i < m->snap->kind->n_number && !row->number.n; i++)
		row->number = m->snap->number[i];
	for (size_t i = 0; i < m->n_clock; i++)
		if (m->clock[i].v.state == CLOCK_RUNNING && !row->chip.n) {
			row->chip = m->clock[i].chip;
			row->clock = m->clock[i].def->name;
			row->light = light_class(m->clock[i].light);
		}
	row->next_href = str_fmt(r->a, "/m/%.*s", STR_FMT(m->snap->code));
}

/* Hits, each seen again through the engine: the index may be two seconds behind. l NULL: of all kinds. */
static bool by_text(struct req *r, struct listing *l, struct str q, const struct row_view **ret, size_t *ret_n,
		    struct str *ret_more, struct err *err)
{
	const struct actor who = actor_of(r);
	struct index_query iq = { .typed = q, .kind = l ? l->kind->id : (struct str){ 0 }, .who = &who, .limit = HITS_MOST };
	const struct search_hit *hit;
	struct row_view *row;
	size_t n, got = 0;
	bool more;

	if (!parse_i64(req_query(r, "after"), 1, INT64_MAX, &iq.before))
		iq.before = 0;
	if (!index_find(r, &iq, &hit, &n, &more, err))
		return false;
	row = arena_many(r->a, n, struct row_view);
	for (size_t i = 0; i < n; i++) {
		struct matter_view m;
		struct err hidden = { 0 };

		if (matter_see(app_of(r)->engine, r->db, r->a, &who, hit[i].matter, SEE_CLOCKS, &m, &hidden)) {
			row_of_hit(r, &m, &hit[i], q, &row[got]);
			if (l && !fill_cells(l, m.snap, m.snap->state->name, &row[got], err))
				return false;
			got++;
		} else if (hidden.code != ERR_NOT_FOUND) {
			return err_set(err, hidden.code, "%s", hidden.msg);
		}
	}
	*ret = row;
	*ret_n = got;
	if (more && n)
		*ret_more = same_list(r, str_fmt(r->a, "%lld", (long long)hit[n - 1].matter));
	return true;
}

bool list_show(struct req *r, struct err *err)
{
	struct listing l = { .r = r, .v = { .filling = -1 } };
	const struct actor who = actor_of(r);
	const struct act open = { .who = who, .kind = req_param(r, "kind"), .action = STR("open"), .version = -1 };
	const struct law *law;
	struct act_result can;
	struct str *head;
	struct html h;

	if (!frame_law(r, &law, err) || !shower_init(r, &l.shower, err))
		return false;
	l.kind = law_kind(law, open.kind);
	if (!l.kind)
		return err_set(err, ERR_NOT_FOUND, "没有这一类办件");
	if (!frame_load(r, l.kind->name, &l.v.frame, err)
	    || !matter_try(app_of(r)->engine, r->db, r->a, &open, &can, err))
		return false;
	frame_crumb(&l.v.frame, l.kind->name, (struct str){ 0 });
	l.v.may_open = true;
	for (size_t i = 0; i < can.n_refused; i++)
		l.v.may_open = l.v.may_open && can.refused[i].sort != REFUSED_RIGHT;
	l.v.may_import = l.v.may_open && import_offered(r, l.kind->id);
	l.v.open_name = kind_action(l.kind, STR("open"))->name;
	l.v.timed = l.kind->n_clock > 0;
	l.v.kind = l.kind->name;
	l.v.kind_id = l.kind->id;
	l.v.q = str_trim(req_query(r, "q"));
	l.v.clear = r->path;
	read_columns(&l);
	read_filters(&l);
	head = arena_many(r->a, l.n_col, struct str);
	for (size_t i = 0; i < l.n_col; i++)
		head[i] = l.col[i].name;
	l.v.head = head;
	l.v.n_head = l.n_col;
	l.v.link = l.link;
	if (l.v.q.n ? !by_text(r, &l, l.v.q, &l.v.row, &l.v.n_row, &l.v.more, err) : !by_filters(&l, err))
		return false;
	html_init(&h, r->a, HTML_MAX);
	page_list(&h, &l.v);
	return frame_reply(r, 200, &h, err);
}

bool search_show(struct req *r, struct err *err)
{
	struct search_view v = { .q = str_trim(req_query(r, "q")) };
	struct html h;

	if (!frame_load(r, STR("搜索"), &v.frame, err))
		return false;
	frame_crumb(&v.frame, STR("搜索"), (struct str){ 0 });
	if (v.q.n && !by_text(r, NULL, v.q, &v.row, &v.n_row, &v.more, err))
		return false;
	html_init(&h, r->a, HTML_MAX);
	page_search(&h, &v);
	return frame_reply(r, 200, &h, err);
}
