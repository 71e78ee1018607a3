/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/listing.h"

#include "app/index.h"
#include "app/prefs.h"
#include "base/day.h"
#include "base/parse.h"

#define ADDRESS_MOST 6000
#define OPTIONS_MOST 100
#define REFS_OFFERED 60  /* the latest; one that is chosen stays offered beside them */
#define YEARS_MOST 10
#define TEXT_ROUNDS 20   /* pages of hits looked through until one page is full */

struct str same_address(struct req *r, struct str path, const char *const *without, const char *name, struct str value)
{
	struct buf b;
	const char *gap = "?";

	buf_init(&b, r->a, ADDRESS_MOST);
	buf_add(&b, path);
	for (size_t i = 0; i < r->query.n; i++) {
		bool left_out = !r->query.v[i].value.n;

		for (const char *const *w = without; w && *w; w++)
			left_out = left_out || str_is(r->query.v[i].name, *w);
		if (left_out)
			continue;
		buf_adds(&b, gap);
		form_escape(&b, r->query.v[i].name);
		buf_addc(&b, '=');
		form_escape(&b, r->query.v[i].value);
		gap = "&";
	}
	if (name) {
		buf_adds(&b, gap);
		buf_adds(&b, name);
		buf_addc(&b, '=');
		form_escape(&b, value);
	}
	return buf_str(&b);
}

/* ---- columns ---- */

static bool is_figure(const struct type *t)
{
	return t->tag == T_MONEY || t->tag == T_INT || t->tag == T_NUM;
}

static bool column_of(const struct kind *k, struct str id, struct column *ret)
{
	static const struct {
		const char *id, *name;
		enum column_sort sort;
	} own[] = { { "state", "到哪步 · 谁在办", COLUMN_STATE }, { "due", "期限", COLUMN_DUE },
		    { "organ", "机关", COLUMN_ORGAN }, { "opened", "登记", COLUMN_OPENED },
		    { "updated", "更新", COLUMN_UPDATED }, { "code", "编码", COLUMN_CODE } };
	struct column c = { .id = id, .field = kind_field(k, id), .term = kind_term(k, id),
			    .number = str_is(id, "number") && k->n_number ? &k->number[0] : kind_number(k, id) };

	if (c.field) {
		c.name = c.field->name;
		c.figure = is_figure(&c.field->type);
		c.sort = COLUMN_FIELD;
	} else if (c.number) {
		c.name = c.number->name;
		c.sort = COLUMN_NUMBER;
	} else if (c.term) {
		c.name = c.term->name;
		c.figure = is_figure(&c.term->is.type);
		c.sort = COLUMN_TERM;
	} else {
		size_t i = 0;

		while (i < ARRAY_LEN(own) && !str_is(id, own[i].id))
			i++;
		if (i == ARRAY_LEN(own) || (own[i].sort == COLUMN_DUE && !k->n_clock))
			return false; /* a clock: the nearest limit has a column of its own */
		c.sort = own[i].sort;
		c.name = str_of(own[i].name);
	}
	*ret = c;
	return true;
}

bool column_same(const struct column *a, const struct column *b)
{
	return a->sort == b->sort && a->field == b->field && a->term == b->term && a->number == b->number;
}

static bool has_column(const struct listing *l, const struct column *c)
{
	for (size_t i = 0; i < l->n_col; i++)
		if (column_same(&l->col[i], c))
			return true;
	return false;
}

static void put_column_of(struct listing *l, struct str id, size_t most)
{
	struct column c;

	if (l->n_col < most && column_of(l->kind, id, &c) && !has_column(l, &c))
		l->col[l->n_col++] = c;
}

static void put_column(struct listing *l, struct str id)
{
	put_column_of(l, id, LISTED_COLUMNS);
}

/* What the definition names; where it names more than fits beside how far it is and who has it, those give way. */
static void put_usual_columns(struct listing *l, const struct list_def *d)
{
	const bool ends = l->kind->n_state > 1;
	size_t left = ends;

	put_column(l, STR("due"));
	for (size_t i = 0; i < d->n_columns; i++) {
		left -= left && str_is(d->columns[i], "state");
		put_column_of(l, d->columns[i], LISTED_COLUMNS - left);
	}
	if (ends)
		put_column(l, STR("state"));
	put_column(l, STR("updated"));
}

static void mark_cards(struct listing *l)
{
	const struct list_def *d = &l->kind->list;

	for (size_t i = 0; i < d->n_card; i++) {
		struct column c;
		bool there = false;

		if (!column_of(l->kind, d->card[i], &c))
			continue;
		for (size_t j = 0; j < l->n_col; j++)
			if (column_same(&l->col[j], &c))
				there = l->col[j].card = true;
		if (!there) {
			c.card = c.only_card = true;
			l->col[l->n_col++] = c;
		}
	}
	for (size_t i = 0; i < l->n_col; i++)
		if (l->col[i].sort == COLUMN_STATE || l->col[i].sort == COLUMN_DUE)
			l->col[i].card = true;
}

static bool is_cell(const struct field *f)
{
	enum type_tag t = f->type.tag;

	return t != T_ROWS && t != T_SHEET && t != T_FILES;
}

void listing_use_columns(struct listing *l, struct str ids)
{
	const struct list_def *d = &l->kind->list;
	struct str id;

	l->col = arena_many(l->r->a, LISTED_COLUMNS + d->n_card, struct column);
	l->n_col = 0;
	while (str_cut(&ids, ',', &id))
		put_column(l, str_trim(id));
	l->own_columns = l->n_col > 0;
	if (!l->n_col)
		put_usual_columns(l, d);
	l->n_shown = l->n_col;
	mark_cards(l);
}

static bool read_columns(struct listing *l, struct err *err)
{
	struct str ids = req_query(l->r, "list-cols");

	if (!ids.n && !prefs_get(l->r->db, l->r->a, l->r->session->person,
				 str_fmt(l->r->a, "cols.%.*s", STR_FMT(l->kind->id)), &ids, err))
		return false;
	listing_use_columns(l, ids);
	return true;
}

struct str listing_columns(const struct listing *l)
{
	struct buf b;

	buf_init(&b, l->r->a, ADDRESS_MOST);
	for (size_t i = 0; i < l->n_shown; i++) {
		buf_adds(&b, i ? "," : "");
		buf_add(&b, l->col[i].id);
	}
	return buf_str(&b);
}

const struct column *listing_all_columns(struct listing *l, size_t *ret_n)
{
	static const char *const own[] = { "due", "state", "organ", "opened", "updated", "code" };
	const struct kind *k = l->kind;
	struct column *c = arena_many(l->r->a, k->n_field + k->n_term + k->n_number + ARRAY_LEN(own), struct column);
	size_t n = 0;

	for (size_t i = 0; i < k->n_number; i++)
		n += column_of(k, k->number[i].id, &c[n]);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		n += column_of(k, str_of(own[i]), &c[n]) && c[n].sort != COLUMN_FIELD;
	for (size_t i = 0; i < k->n_field; i++)
		n += is_cell(&k->field[i]) && column_of(k, k->field[i].id, &c[n]);
	for (size_t i = 0; i < k->n_term; i++)
		n += k->term[i].name.n && column_of(k, k->term[i].id, &c[n]) && c[n].sort == COLUMN_TERM;
	l->all = true;
	*ret_n = n;
	return c;
}

/* ---- filters ---- */

struct options {
	struct listing *l;
	struct option_view *v;
	size_t n;
	int64_t id;
	struct str value, name;
};

static struct options new_options(struct listing *l)
{
	struct options o = { .l = l, .v = arena_many(l->r->a, OPTIONS_MOST + 1, struct option_view) };

	o.v[o.n++] = (struct option_view){ .name = STR("不限") };
	return o;
}

static void put_option(struct options *o, struct str value, struct str name)
{
	for (size_t i = 0; i < o->n; i++)
		if (str_eq(o->v[i].value, value))
			return;
	if (o->n <= OPTIONS_MOST)
		o->v[o->n++] = (struct option_view){ .value = value, .name = name };
}

static bool add_option(void *ctx, struct err *err)
{
	struct options *o = ctx;

	(void)err;
	put_option(o, o->value, o->name);
	return true;
}

static struct str chosen_of(struct listing *l, struct str id)
{
	return str_trim(req_query(l->r, str_cstr(l->r->a, id)));
}

/* Offers a filter and keeps which value the address chooses. */
static void offer(struct options *o, struct str id, struct str label)
{
	struct listing *l = o->l;
	struct str chosen = chosen_of(l, id), name = chosen;

	if (l->n_filter_shown == LISTED_FILTERS)
		return;
	for (size_t i = 0; i < o->n; i++) {
		o->v[i].on = str_eq(o->v[i].value, chosen);
		if (o->v[i].on && chosen.n)
			name = o->v[i].name;
	}
	l->shown[l->n_filter_shown++] = (struct filter_view){ .name = id, .label = label, .option = o->v, .n_option = o->n,
							      .chosen = chosen.n ? name : (struct str){ 0 } };
	l->filtered = l->filtered || chosen.n;
}

static void use(struct listing *l, struct str id, struct str value)
{
	if (value.n && l->n_filter < ARRAY_LEN(l->filter))
		l->filter[l->n_filter++] = (struct list_filter){ id, value };
}

static void scope_filter(struct listing *l)
{
	struct options o = new_options(l);
	struct str chosen = req_query(l->r, "scope");

	put_option(&o, STR("mine"), STR("待我办理"));
	put_option(&o, STR("organ"), STR("本单位"));
	offer(&o, STR("scope"), STR("范围"));
	l->query.mine = str_is(chosen, "mine");
	if (str_is(chosen, "organ"))
		use(l, STR("organ"), str_fmt(l->r->a, "%lld", (long long)l->r->session->organ));
}

static void state_filter(struct listing *l)
{
	struct options o = new_options(l);

	for (size_t i = 0; i < l->kind->n_state; i++)
		put_option(&o, l->kind->state[i].id, l->kind->state[i].name);
	offer(&o, STR("state"), STR("状态"));
	use(l, STR("state"), chosen_of(l, STR("state")));
}

static void light_filter(struct listing *l)
{
	struct options o = new_options(l);
	struct str chosen = req_query(l->r, "light");

	put_option(&o, STR("red"), STR("■ 逾期"));
	put_option(&o, STR("yellow"), STR("▲ 临近"));
	put_option(&o, STR("green"), STR("● 正常"));
	offer(&o, STR("light"), STR("灯"));
	l->query.light = str_is(chosen, "red") ? LIGHT_RED : str_is(chosen, "yellow") ? LIGHT_YELLOW
		: str_is(chosen, "green") ? LIGHT_GREEN : LIGHT_NONE;
}

static const struct stmt st_first = { "listing_first", "SELECT COALESCE(MIN(opened), $2) FROM matter WHERE kind = $1" };

static bool year_filter(struct listing *l, struct err *err)
{
	struct options o = new_options(l);
	int64_t first = 0, now = now_of(l->r), chosen;
	const struct db_in in[] = { db_str(l->kind->id), db_i64(now) };
	const struct db_out out[] = { db_to_i64(&first) };
	int last = day_ymd(day_at(now)).year;

	if (!db_one(l->r->db, l->r->a, &st_first, DB_IN(in), DB_OUT(out), err))
		return false;
	for (int y = last; y >= day_ymd(day_at(first)).year && y > last - YEARS_MOST; y--)
		put_option(&o, str_fmt(l->r->a, "%d", y), str_fmt(l->r->a, "%d年", y));
	offer(&o, STR("year"), STR("年度"));
	if (parse_i64(req_query(l->r, "year"), 1900, 2900, &chosen)) {
		l->query.opened_from = day_start(day_of((int)chosen, 1, 1));
		l->query.opened_before = day_start(day_of((int)chosen + 1, 1, 1));
	}
	return true;
}

static const struct stmt st_people = { "listing_people",
	"SELECT code, name FROM person WHERE organ = $1 AND active = 1 ORDER BY id LIMIT 90" };
static const struct stmt st_organs = { "listing_organs", "SELECT code, name FROM organ WHERE active = 1 ORDER BY id LIMIT 90" };
static const struct stmt st_by_code = { "listing_by_code",
	"SELECT id, title FROM matter WHERE code = $1 AND kind = $2" };

/* The title of what an address names is told to whoever may see it; people and organs are known to all. */
static bool chosen_matter(struct listing *l, struct options *o, struct str kind, struct str code, int64_t *ret,
			  struct err *err)
{
	const struct db_in in[] = { db_str(code), db_str(kind) };
	struct str title;
	const struct db_out out[] = { db_to_i64(ret), db_to_str(&title) };
	const struct actor who = actor_of(l->r);
	struct matter_view m;
	struct err hidden = { 0 };
	bool found;

	*ret = 0;
	if (!code.n || !db_maybe(l->r->db, l->r->a, &st_by_code, DB_IN(in), DB_OUT(out), &found, err))
		return !code.n;
	if (!found)
		return true;
	if (str_is(kind, "person") || str_is(kind, "organ")
	    || matter_see(app_of(l->r)->engine, l->r->db, l->r->a, &who, *ret, 0, &m, &hidden))
		put_option(o, code, title);
	else if (hidden.code != ERR_NOT_FOUND)
		return err_set(err, hidden.code, "%s", hidden.msg);
	else
		*ret = 0;
	return true;
}

static bool people_filter(struct listing *l, struct str id, struct str label, struct err *err)
{
	struct options o = new_options(l);
	struct str chosen = chosen_of(l, id);
	const struct db_in in[] = { db_i64(l->r->session->organ) };
	const struct db_out out[] = { db_to_str(&o.value), db_to_str(&o.name) };
	int64_t who = l->r->session->person;
	bool me = str_is(chosen, "me");

	put_option(&o, STR("me"), STR("本人"));
	if (!db_each(l->r->db, l->r->a, &st_people, DB_IN(in), DB_OUT(out), add_option, &o, err)
	    || (!me && !chosen_matter(l, &o, STR("person"), chosen, &who, err)))
		return false;
	offer(&o, id, label);
	use(l, id, chosen.n ? str_fmt(l->r->a, "%lld", (long long)who) : chosen);
	return true;
}

static bool organ_filter(struct listing *l, struct str id, struct str label, struct err *err)
{
	struct options o = new_options(l);
	struct str chosen = chosen_of(l, id);
	const struct db_out out[] = { db_to_str(&o.value), db_to_str(&o.name) };
	int64_t organ;

	if (!db_each(l->r->db, l->r->a, &st_organs, DB_NONE, DB_OUT(out), add_option, &o, err)
	    || !chosen_matter(l, &o, STR("organ"), chosen, &organ, err))
		return false;
	offer(&o, id, label);
	use(l, id, chosen.n ? str_fmt(l->r->a, "%lld", (long long)organ) : chosen);
	return true;
}

static bool reference_filter(struct listing *l, const struct field *f, struct err *err)
{
	struct options o = new_options(l);
	struct str chosen = chosen_of(l, f->id);
	const struct list_query q = { .who = actor_of(l->r), .kind = f->type.kind->id, .order = LIST_UPDATED,
				      .limit = REFS_OFFERED };
	const struct list_row *row;
	int64_t target;
	size_t n;

	if (!matter_list(app_of(l->r)->engine, l->r->db, l->r->a, &q, &row, &n, err)
	    || !chosen_matter(l, &o, f->type.kind->id, chosen, &target, err))
		return false;
	for (size_t i = 0; i < n; i++)
		put_option(&o, row[i].snap->code, row[i].title);
	offer(&o, f->id, f->name);
	use(l, f->id, chosen.n ? str_fmt(l->r->a, "%lld", (long long)target) : chosen);
	return true;
}

static void choice_filter(struct listing *l, const struct field *f)
{
	struct options o = new_options(l);

	if (f->type.tag == T_BOOL) {
		put_option(&o, STR("true"), STR("是"));
		put_option(&o, STR("false"), STR("否"));
	}
	for (size_t i = 0; f->type.values && i < f->type.values->n; i++)
		put_option(&o, f->type.values->v[i].id, f->type.values->v[i].name);
	offer(&o, f->id, f->name);
	use(l, f->id, chosen_of(l, f->id));
}

/* Names in addresses that lists have themselves; those of order, size and columns have a '-', which no field has. */
static bool is_reserved(struct str id)
{
	static const char *const own[] = { "q", "state", "light", "scope", "year", "after", "page", "trail" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (str_is(id, own[i]))
			return true;
	return false;
}

static bool field_filter(struct listing *l, const struct field *f, struct err *err)
{
	if (f->see.set || is_reserved(f->id))
		return true; /* what a filter by a hidden field would find tells what it holds */
	switch (f->type.tag) {
	case T_ENUM:
	case T_PICKS:
	case T_BOOL:
		choice_filter(l, f);
		return true;
	case T_USER:
	case T_USERS:
		return people_filter(l, f->id, f->name, err);
	case T_ORGAN:
	case T_ORGANS:
		return organ_filter(l, f->id, f->name, err);
	case T_REF:
	case T_REFS:
		return !f->type.kind || reference_filter(l, f, err);
	default:
		return true;
	}
}

static bool read_filters(struct listing *l, struct err *err)
{
	const struct kind *k = l->kind;

	scope_filter(l);
	state_filter(l);
	if (k->n_clock)
		light_filter(l);
	for (size_t i = 0; i < k->list.n_filters; i++) {
		struct str id = k->list.filters[i];
		const struct field *f = kind_field(k, id);

		if (f && !field_filter(l, f, err))
			return false;
		if (!f && str_is(id, "organ") && !str_is(req_query(l->r, "scope"), "organ")
		    && !organ_filter(l, id, STR("机关"), err))
			return false;
	}
	return year_filter(l, err);
}

static enum list_order usual_order(const struct listing *l)
{
	return l->kind->n_clock ? LIST_DUE : LIST_UPDATED;
}

static void read_order(struct listing *l)
{
	struct str sort = req_query(l->r, "list-sort"), rest = req_query(l->r, "after"), key;

	l->query.order = str_is(sort, "updated") ? LIST_UPDATED : str_is(sort, "opened") ? LIST_OPENED
		: str_is(sort, "due") ? LIST_DUE : usual_order(l);
	if (!str_cut(&rest, '.', &key) || !parse_i64(key, INT64_MIN, INT64_MAX, &l->after_key)
	    || !parse_i64(rest, 1, INT64_MAX, &l->after_id))
		l->after_key = l->after_id = 0;
}

static void put_pair(struct buf *b, struct str name, struct str value)
{
	if (!value.n)
		return;
	buf_adds(b, b->n ? "&" : "");
	form_escape(b, name);
	buf_addc(b, '=');
	form_escape(b, value);
}

struct str listing_chosen(struct listing *l)
{
	struct buf b;

	buf_init(&b, l->r->a, ADDRESS_MOST);
	put_pair(&b, STR("q"), l->q);
	for (size_t i = 0; i < l->n_filter_shown; i++)
		put_pair(&b, l->shown[i].name, chosen_of(l, l->shown[i].name));
	if (l->query.order != usual_order(l))
		put_pair(&b, STR("list-sort"), req_query(l->r, "list-sort"));
	return buf_str(&b);
}

bool listing_read(struct req *r, struct str kind, struct listing *ret, struct err *err)
{
	struct listing *l = ret;

	*l = (struct listing){ .r = r, .q = str_trim(req_query(r, "q")) };
	if (!frame_law(r, &l->law, err) || !shower_init(r, &l->shower, err))
		return false;
	l->kind = law_kind(l->law, kind);
	if (!l->kind)
		return err_set(err, ERR_NOT_FOUND, "没有这一类办件");
	l->query = (struct list_query){ .who = actor_of(r), .kind = l->kind->id };
	if (!read_columns(l, err) || !read_filters(l, err))
		return false;
	l->query.filter = l->filter;
	l->query.n_filter = l->n_filter;
	read_order(l);
	return true;
}

/* ---- rows ---- */

/* A field that not everybody sees, or a term, is asked of the engine, row by row. */
static bool needs_sight(const struct listing *l)
{
	for (size_t i = 0; i < l->n_col; i++)
		if (l->col[i].term || (l->col[i].field && (l->col[i].field->see.set || l->col[i].field->personal.n)))
			return true;
	return l->all;
}

static bool look(struct listing *l, struct listed *x, struct err *err)
{
	struct matter_view *m;

	if (x->seen || !needs_sight(l))
		return true;
	m = arena_one(l->r->a, struct matter_view);
	x->seen = m;
	return matter_see(app_of(l->r)->engine, l->r->db, l->r->a, &l->query.who, x->row.snap->id, SEE_FIELDS | SEE_TERMS, m,
			  err);
}

static bool by_filters(struct listing *l, size_t most, const struct listed **ret, size_t *ret_n, struct err *err)
{
	const struct list_row *row;
	struct listed *x;
	size_t n;

	l->query.after_key = l->after_key;
	l->query.after_id = l->after_id;
	l->query.limit = (int)most;
	if (!matter_list(app_of(l->r)->engine, l->r->db, l->r->a, &l->query, &row, &n, err))
		return false;
	x = arena_many(l->r->a, n, struct listed);
	for (size_t i = 0; i < n; i++) {
		x[i].row = row[i];
		if (!look(l, &x[i], err))
			return false;
	}
	if (n) {
		l->after_key = row[n - 1].key;
		l->after_id = row[n - 1].snap->id;
	}
	l->more = n == most;
	*ret = x;
	*ret_n = n;
	return true;
}

static const struct stmt st_updated = { "listing_updated", "SELECT updated FROM matter WHERE id = $1" };

bool listing_one(struct listing *l, int64_t matter, struct listed *ret, bool *ret_seen, struct err *err)
{
	struct matter_view *m = arena_one(l->r->a, struct matter_view);
	struct err hidden = { 0 };
	const struct db_in in[] = { db_i64(matter) };
	int64_t updated = 0;
	const struct db_out out[] = { db_to_i64(&updated) };

	*ret_seen = matter_see(app_of(l->r)->engine, l->r->db, l->r->a, &l->query.who, matter,
			       SEE_FIELDS | SEE_TERMS | SEE_CLOCKS, m, &hidden);
	if (!*ret_seen)
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	if (!db_one(l->r->db, l->r->a, &st_updated, DB_IN(in), DB_OUT(out), err))
		return false;
	*ret = (struct listed){ .row = { .snap = m->snap, .title = m->title, .state_name = m->snap->state->name,
					 .holder = m->holder, .organ_name = m->organ_name, .updated = updated },
				.seen = m };
	for (size_t i = 0; i < m->n_clock; i++) {
		const struct clock_view *c = &m->clock[i];

		if (c->v.state == CLOCK_RUNNING && (!ret->row.clock.def || c->v.due < ret->row.clock.v.due))
			ret->row.clock = *c;
	}
	return true;
}

/* ---- by words: hits, each seen again through the engine, for the index may be two seconds behind ---- */

static bool key_is(struct arena *a, struct val v, struct str value)
{
	struct buf b;

	if (type_is_list(v.t)) {
		for (size_t i = 0; i < v.list->n; i++)
			if (key_is(a, v.list->v[i], value))
				return true;
		return false;
	}
	if (v.t == T_USER || v.t == T_ORGAN || v.t == T_REF)
		return str_eq(str_fmt(a, "%lld", (long long)v.i), value);
	if (v.t == T_BOOL)
		return v.b == str_is(value, "true");
	buf_init(&b, a, 4000);
	val_put_plain(&b, v);
	return str_eq(buf_str(&b), value);
}

static const struct stmt st_held = { "listing_held",
	"SELECT COUNT(*) FROM matter_holder h WHERE h.matter = $1 AND (h.principal = $2 OR h.principal = $3 OR EXISTS "
	"(SELECT 1 FROM post p WHERE p.person = $4 AND p.organ = $5 AND p.from_day <= $6 AND p.to_day >= $6 "
	"AND h.principal IN ($7 || p.role, 'role:0:' || p.role)))" };

static bool held(struct listing *l, int64_t matter, bool *ret, struct err *err)
{
	const struct actor *who = &l->query.who;
	struct arena *a = l->r->a;
	int64_t n = 0;
	const struct db_in in[] = { db_i64(matter), db_str(str_fmt(a, "user:%lld", (long long)who->person)),
				    db_str(str_fmt(a, "organ:%lld", (long long)who->organ)), db_i64(who->person),
				    db_i64(who->organ), db_i64(day_at(now_of(l->r))),
				    db_str(str_fmt(a, "role:%lld:", (long long)who->organ)) };
	const struct db_out out[] = { db_to_i64(&n) };

	if (!db_one(l->r->db, a, &st_held, DB_IN(in), DB_OUT(out), err))
		return false;
	*ret = n > 0;
	return true;
}

/* The filters again, for one hit. */
static bool passes(struct listing *l, const struct listed *x, bool *ret, struct err *err)
{
	const struct snap *s = x->row.snap;

	*ret = true;
	for (size_t i = 0; i < l->n_filter; i++) {
		const struct list_filter *f = &l->filter[i];
		const struct field *own = kind_field(s->kind, f->field);

		if (str_is(f->field, "state"))
			*ret = *ret && str_eq(s->state->id, f->value);
		else if (own)
			*ret = *ret && key_is(l->r->a, s->field[own->index], f->value);
		else
			*ret = *ret && str_eq(str_fmt(l->r->a, "%lld", (long long)s->organ), f->value);
	}
	*ret = *ret && (l->query.light == LIGHT_NONE || x->row.clock.light == l->query.light)
	    && (!l->query.opened_from || (s->opened >= l->query.opened_from && s->opened < l->query.opened_before));
	return !*ret || !l->query.mine || held(l, s->id, ret, err);
}

static bool take_hit(struct listing *l, const struct search_hit *hit, struct listed *x, size_t *n, struct err *err)
{
	bool seen, good;

	if (!listing_one(l, hit->subject, &x[*n], &seen, err))
		return false;
	if (!seen || !str_eq(x[*n].row.snap->kind->id, l->kind->id))
		return true;
	if (!passes(l, &x[*n], &good, err))
		return false;
	x[*n].text = hit->text;
	*n += good;
	return true;
}

static bool by_words(struct listing *l, size_t most, const struct listed **ret, size_t *ret_n, struct err *err)
{
	struct index_query q = { .typed = l->q, .kind = l->kind->id, .who = &l->query.who, .limit = (int)most };
	struct listed *x = arena_many(l->r->a, most, struct listed);
	size_t n = 0;

	l->more = true;
	for (int round = 0; round < TEXT_ROUNDS && l->more && n < most; round++) {
		const struct search_hit *hit;
		size_t hits;

		q.before = l->after_id;
		if (!index_find(l->r, &q, &hit, &hits, &l->more, err))
			return false;
		for (size_t i = 0; i < hits && n < most; i++) {
			if (!take_hit(l, &hit[i], x, &n, err))
				return false;
			l->after_id = hit[i].subject;
			l->more = l->more || i + 1 < hits;
		}
	}
	*ret = x;
	*ret_n = n;
	return true;
}

bool listing_next(struct listing *l, size_t most, const struct listed **ret, size_t *ret_n, struct err *err)
{
	return l->q.n ? by_words(l, most, ret, ret_n, err) : by_filters(l, most, ret, ret_n, err);
}

bool listing_count(struct listing *l, int64_t *ret, struct err *err)
{
	*ret = -1;
	return l->q.n || matter_list_count(app_of(l->r)->engine, l->r->db, l->r->a, &l->query, ret, err);
}

/* ---- cells ---- */

static struct val field_value(const struct field *f, const struct listed *x, bool *hidden)
{
	/* An older version of the kind may have its own fields: found by id. */
	const struct field *own = kind_field(x->row.snap->kind, f->id);

	if (!own)
		return VAL_NULL;
	for (size_t i = 0; x->seen && i < x->seen->n_field; i++)
		if (x->seen->field[i].def == own) {
			*hidden = x->seen->field[i].hidden;
			return *hidden ? VAL_NULL : x->seen->field[i].v;
		}
	return x->seen || own->see.set || own->personal.n ? VAL_NULL : x->row.snap->field[own->index];
}

static struct val number_value(const struct number *def, const struct snap *s)
{
	const struct number *n = kind_number(s->kind, def->id);

	return val_text(T_TEXT, n ? s->number[n->index] : (struct str){ 0 });
}

struct val listing_value(struct listing *l, const struct column *c, const struct listed *x, bool *ret_hidden)
{
	const struct list_row *row = &x->row;

	(void)l;
	*ret_hidden = false;
	switch (c->sort) {
	case COLUMN_FIELD:
		return field_value(c->field, x, ret_hidden);
	case COLUMN_TERM:
		for (size_t i = 0; x->seen && i < x->seen->n_term; i++)
			if (str_eq(x->seen->term[i].def->id, c->term->id))
				return x->seen->term[i].v;
		return VAL_NULL;
	case COLUMN_NUMBER:
		return number_value(c->number, row->snap);
	case COLUMN_STATE:
		return val_text(T_TEXT, row->state_name);
	case COLUMN_DUE:
		return row->clock.def && row->clock.v.due ? val_i64(T_DATE, day_at(row->clock.v.due - 1)) : VAL_NULL;
	case COLUMN_ORGAN:
		return val_text(T_TEXT, row->organ_name);
	case COLUMN_OPENED:
		return val_i64(T_DATE, day_at(row->snap->opened));
	case COLUMN_UPDATED:
		return val_i64(T_DATE, day_at(row->updated));
	case COLUMN_CODE:
		return val_text(T_TEXT, row->snap->code);
	}
	return VAL_NULL;
}

/* 11月25日 in a table of this year, else 2025年11月25日. */
static struct str short_day(struct listing *l, int64_t day)
{
	struct ymd d = day_ymd(day);

	if (d.year == day_ymd(day_at(now_of(l->r))).year)
		return str_fmt(l->r->a, "%d月%d日", d.month, d.day);
	return str_fmt(l->r->a, "%d年%d月%d日", d.year, d.month, d.day);
}

/* Why a day is provisional is told on the matter's page; 暂定 stays. */
static struct str short_chip(const struct clock_view *c)
{
	size_t at = c->provisional ? str_find(c->chip, STR("（"), 0) : SIZE_MAX;

	return at == SIZE_MAX ? c->chip : str_sub(c->chip, 0, at);
}

struct str listing_text(struct listing *l, const struct column *c, const struct listed *x)
{
	const struct list_row *row = &x->row;
	bool hidden;
	struct val v;

	if (c->sort == COLUMN_STATE && row->holder.n && !row->snap->ended)
		return str_fmt(l->r->a, "%.*s · %.*s", STR_FMT(row->state_name), STR_FMT(row->holder));
	if (c->sort == COLUMN_DUE)
		return row->clock.def ? short_chip(&row->clock) : (struct str){ 0 };
	v = listing_value(l, c, x, &hidden);
	if (hidden)
		return STR("—");
	if (v.t == T_DATE)
		return short_day(l, v.i);
	return shown_text(&l->shower, v);
}
