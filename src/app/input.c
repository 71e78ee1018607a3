/* SPDX-License-Identifier: MulanPSL-2.0 */
/* input.c - one field of a form as an input on a page. */
#include "app/input.h"

#include "app/index.h"
#include "base/day.h"
#include "base/parse.h"
#include "matter/plans.h"

#define PEOPLE_MOST 300
#define ORGANS_MOST 300
#define REFS_MOST 30
#define FOUND_MOST 20
#define SPARE_ROWS 1

/* People of the organs that are concerned come first and alone; others are found by name. */
static const struct stmt st_people = { "input_people",
	"SELECT p.code, p.name, p.position FROM person p WHERE p.active = 1 AND (p.organ IN ($1, $2, $3) OR EXISTS "
	"(SELECT 1 FROM post o WHERE o.person = p.id AND o.organ IN ($1, $2, $3) AND o.from_day <= $4 AND o.to_day >= $4)) "
	"ORDER BY p.organ, p.id LIMIT 300" };
static const struct stmt st_find_people = { "input_find_people",
	"SELECT p.code, p.name, o.name FROM person p LEFT JOIN organ o ON o.id = p.organ "
	"WHERE p.active = 1 AND p.name LIKE $1 ORDER BY p.id LIMIT 20" };
static const struct stmt st_organs = { "input_organs",
	"SELECT o.code, o.name, '' FROM organ o WHERE o.active = 1 ORDER BY o.id LIMIT 300" };
static const struct stmt st_one = { "input_one", "SELECT id, kind, title, number FROM matter WHERE code = $1" };

struct options {
	struct inputs *in;
	struct option_view *v;
	size_t n, cap;
	struct str code, name, more;
};

static bool has_option(const struct options *o, struct str code)
{
	for (size_t i = 0; i < o->n; i++)
		if (str_eq(o->v[i].value, code))
			return true;
	return false;
}

static void put_option(struct options *o, struct str code, struct str name, struct str more)
{
	if (o->n == o->cap || has_option(o, code))
		return;
	o->v[o->n++] = (struct option_view){
		.value = code, .name = more.n ? str_fmt(o->in->r->a, "%.*s（%.*s）", STR_FMT(name), STR_FMT(more)) : name };
}

static bool add_option(void *ctx, struct err *err)
{
	struct options *o = ctx;

	(void)err;
	put_option(o, o->code, o->name, o->more);
	return true;
}

static struct str like(struct inputs *in, struct str typed)
{
	struct buf b;

	buf_init(&b, in->r->a, 400);
	buf_addc(&b, '%');
	for (size_t i = 0; i < typed.n && i < 100; i++)
		if (typed.p[i] != '%' && typed.p[i] != '_')
			buf_addc(&b, typed.p[i]);
	buf_addc(&b, '%');
	return buf_str(&b);
}

static bool people(struct options *o, struct str find, struct err *err)
{
	struct inputs *in = o->in;
	const struct snap *s = in->snap;
	int64_t organ = in->r->session->organ;
	const struct db_in q[] = { db_i64(organ), db_i64(s ? s->organ : organ),
				   db_i64(s && str_is(in->kind->id, "organ") ? s->id : organ), db_i64(day_at(now_of(in->r))) };
	const struct db_in f[] = { db_str(like(in, find)) };
	const struct db_out out[] = { db_to_str(&o->code), db_to_str(&o->name), db_to_str(&o->more) };

	if (find.n && !db_each(in->r->db, in->r->a, &st_find_people, DB_IN(f), DB_OUT(out), add_option, o, err))
		return false;
	return db_each(in->r->db, in->r->a, &st_people, DB_IN(q), DB_OUT(out), add_option, o, err);
}

static bool organs(struct options *o, struct err *err)
{
	const struct db_out out[] = { db_to_str(&o->code), db_to_str(&o->name), db_to_str(&o->more) };

	return db_each(o->in->r->db, o->in->r->a, &st_organs, DB_NONE, DB_OUT(out), add_option, o, err);
}

static struct str first_number(const struct snap *s)
{
	for (size_t i = 0; i < s->kind->n_number; i++)
		if (s->number[i].n)
			return s->number[i];
	return (struct str){ 0 };
}

/* What is offered: what was searched for, then the latest that this person may see. */
static bool matters(struct options *o, const struct kind *k, struct str find, struct err *err)
{
	struct req *r = o->in->r;
	const struct actor who = actor_of(r);
	const struct list_query q = { .who = who, .kind = k->id, .order = LIST_UPDATED, .limit = REFS_MOST };
	const struct index_query f = { .typed = find, .kind = k->id, .who = &who, .limit = FOUND_MOST };
	const struct search_hit *hit = NULL;
	const struct list_row *row;
	size_t n, n_hit = 0;
	bool more;

	if (find.n && !index_find(r, &f, &hit, &n_hit, &more, err))
		return false;
	for (size_t i = 0; i < n_hit; i++) {
		struct matter_view m;
		struct err hidden = { 0 };

		if (matter_see(app_of(r)->engine, r->db, r->a, &who, hit[i].subject, 0, &m, &hidden))
			put_option(o, m.snap->code, m.title, first_number(m.snap));
	}
	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &row, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		put_option(o, row[i].snap->code, row[i].title, first_number(row[i].snap));
	return true;
}

/* A plan of another organ is told by its number and the organ; of anything else there is nothing. */
static bool plan_named(struct inputs *in, int64_t id, struct str *title, struct str *number, struct err *err)
{
	const struct actor who = actor_of(in->r);
	bool told = false;

	if (in->kind->plans.party && !matter_plan_told(app_of(in->r)->engine, in->r->db, in->r->a, &who, id, &told, err))
		return false;
	if (!told) {
		*title = STR("无权查看的办件");
		*number = (struct str){ 0 };
	}
	return true;
}

static bool is_found(const struct search_hit *hit, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (hit[i].subject == id)
			return true;
	return false;
}

/* What the definition says (`pool`): all of it, or of what was searched for what belongs to it. */
static bool pooled(struct options *o, const struct field *f, struct str find, struct input *x, struct err *err)
{
	struct inputs *in = o->in;
	const struct actor who = actor_of(in->r);
	const struct index_query q = { .typed = find, .kind = f->type.kind->id, .who = &who, .limit = POOL_MOST };
	const struct search_hit *hit = NULL;
	const struct pooled *v;
	size_t n, n_hit = 0;
	bool more;

	if (find.n && !index_find(in->r, &q, &hit, &n_hit, &more, err))
		return false;
	if (!matter_pool(app_of(in->r)->engine, in->r->db, in->r->a, &who, in->kind, in->snap ? in->snap->id : 0, f, &v, &n, &more, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!find.n || is_found(hit, n_hit, v[i].id))
			put_option(o, v[i].code, v[i].title, v[i].number);
	if (!n)
		x->hint = str_fmt(in->r->a, "名录中没有本类办件可选的%.*s，登记启用后在这里列出", STR_FMT(f->type.kind->name));
	return true;
}

/* A code may come from an address or an old draft: the title of a matter is told to whoever sees it. Organs and people
 * are known to all. */
static bool put_chosen(struct options *o, struct str code, struct err *err)
{
	struct req *r = o->in->r;
	const struct actor who = actor_of(r);
	struct str kind, title, number;
	int64_t id;
	const struct db_in q[] = { db_str(code) };
	const struct db_out out[] = { db_to_i64(&id), db_to_str(&kind), db_to_str(&title), db_to_str(&number) };
	struct matter_view m;
	struct err hidden = { 0 };
	bool found;

	if (!db_maybe(r->db, r->a, &st_one, DB_IN(q), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return true;
	if (!str_is(kind, "organ") && !str_is(kind, "person")
	    && !matter_see(app_of(r)->engine, r->db, r->a, &who, id, 0, &m, &hidden)) {
		if (hidden.code != ERR_NOT_FOUND)
			return err_set(err, hidden.code, "%s", hidden.msg);
		if (!plan_named(o->in, id, &title, &number, err))
			return false;
	}
	put_option(o, code, title, number);
	return true;
}

/* What is chosen stays chosen, offered or not. */
static bool choose(struct options *o, struct str name, struct err *err)
{
	struct inputs *in = o->in;

	for (size_t i = 0; i < in->pairs.n; i++) {
		struct str code = in->pairs.v[i].value;

		if (!str_eq(in->pairs.v[i].name, name) || !code.n)
			continue;
		if (!has_option(o, code) && !put_chosen(o, code, err))
			return false;
		for (size_t j = 0; j < o->n; j++)
			if (str_eq(o->v[j].value, code))
				o->v[j].on = true;
	}
	return true;
}

static bool references(struct inputs *in, const struct field *f, struct input *x, struct err *err)
{
	const struct type *t = &f->type;
	struct options o = { .in = in, .cap = PEOPLE_MOST + FOUND_MOST + ORGANS_MOST };
	bool ok;

	o.v = arena_many(in->r->a, o.cap, struct option_view);
	x->multiple = t->tag == T_USERS || t->tag == T_ORGANS || t->tag == T_REFS;
	x->find_name = str_fmt(in->r->a, "find:%.*s", STR_FMT(x->name));
	x->find = str_trim(pairs_get(&in->pairs, x->find_name));
	if (t->tag == T_USER || t->tag == T_USERS) {
		ok = people(&o, x->find, err);
	} else if (t->tag == T_ORGAN || t->tag == T_ORGANS) {
		ok = organs(&o, err);
		x->find_name = (struct str){ 0 };
	} else if (f->n_pool) {
		ok = pooled(&o, f, x->find, x, err);
	} else {
		ok = !t->kind || matters(&o, t->kind, x->find, err);
	}
	if (!ok || !choose(&o, x->name, err))
		return false;
	x->sort = x->multiple ? INPUT_CHECKS : INPUT_SELECT;
	x->option = o.v;
	x->n_option = o.n;
	return true;
}

static void choices(struct inputs *in, const struct type *t, struct input *x)
{
	struct option_view *o = arena_many(in->r->a, t->values ? t->values->n : 0, struct option_view);
	size_t n = t->values ? t->values->n : 0;

	for (size_t i = 0; i < n; i++) {
		o[i] = (struct option_view){ .value = t->values->v[i].id, .name = t->values->v[i].name };
		for (size_t j = 0; j < in->pairs.n; j++)
			o[i].on = o[i].on || (str_eq(in->pairs.v[j].name, x->name) && str_eq(in->pairs.v[j].value, o[i].value));
	}
	x->option = o;
	x->n_option = n;
	x->sort = t->tag == T_PICKS ? INPUT_CHECKS : n > 6 ? INPUT_SELECT : INPUT_RADIO;
}

/* Posts of a person name a role by its id in the pack; people choose it by name. */
static bool is_role(const struct inputs *in, const struct field *f)
{
	return str_is(in->kind->id, "person") && str_is(f->id, "role") && f->type.tag == T_TEXT;
}

static void roles(struct inputs *in, struct input *x)
{
	const struct law *law = in->kind->law;
	struct option_view *o = arena_many(in->r->a, law->n_role, struct option_view);

	for (size_t i = 0; i < law->n_role; i++)
		o[i] = (struct option_view){ law->role[i].id, law->role[i].name, str_eq(law->role[i].id, x->value) };
	x->option = o;
	x->n_option = law->n_role;
	x->sort = INPUT_SELECT;
	x->help = (struct str){ 0 };
	x->example = (struct str){ 0 };
}

static void yes_no(struct inputs *in, struct input *x)
{
	struct option_view *o = arena_many(in->r->a, 2, struct option_view);

	o[0] = (struct option_view){ STR("true"), STR("是"), str_is(x->value, "true") };
	o[1] = (struct option_view){ STR("false"), STR("否"), str_is(x->value, "false") };
	x->option = o;
	x->n_option = 2;
	x->sort = INPUT_RADIO;
}

/* ---- parties ---- */

static struct input party_part(struct inputs *in, struct str name, const char *part, struct str label, int64_t most)
{
	struct input x = { .sort = INPUT_TEXT, .type = "text", .label = label, .most = most };

	x.name = str_fmt(in->r->a, "%.*s.%s", STR_FMT(name), part);
	x.id = x.name;
	x.value = pairs_get(&in->pairs, x.name);
	return x;
}

static void party(struct inputs *in, struct input *x)
{
	struct input *s = arena_many(in->r->a, 6, struct input);
	struct option_view *o = arena_many(in->r->a, 2, struct option_view);

	s[0] = party_part(in, x->name, "sort", STR("类别"), 0);
	o[0] = (struct option_view){ STR("unit"), STR("单位"), str_is(s[0].value, "unit") };
	o[1] = (struct option_view){ STR("person"), STR("个人"), str_is(s[0].value, "person") };
	s[0].sort = INPUT_RADIO;
	s[0].option = o;
	s[0].n_option = 2;
	s[1] = party_part(in, x->name, "name", STR("名称或者姓名"), 200);
	s[2] = party_part(in, x->name, "code", STR("统一社会信用代码或者身份证号"), 30);
	s[3] = party_part(in, x->name, "address", STR("地址"), 200);
	s[4] = party_part(in, x->name, "contact", STR("法定代表人、负责人或者联系人"), 50);
	s[5] = party_part(in, x->name, "phone", STR("电话"), 20);
	s[5].type = "tel";
	s[1].required = x->required;
	x->sub = s;
	x->n_sub = 6;
	x->sort = INPUT_PARTY;
}

/* ---- tables ---- */

#define LINE_CELLS 4 /* that fit beside each other on an office screen */

static bool one_input(struct inputs *in, const struct field *f, struct str name, bool required, struct input *x,
		      struct err *err);

static bool table(struct inputs *in, const struct type *t, bool append, struct input *x, struct err *err)
{
	struct input_row *row;
	int64_t count;
	bool added;

	x->count_name = str_fmt(in->r->a, "%.*s.n", STR_FMT(x->name));
	if (!parse_i64(pairs_get(&in->pairs, x->count_name), 0, 500, &count))
		count = 0;
	if (count == 0)
		count = SPARE_ROWS;
	x->count = str_fmt(in->r->a, "%lld", (long long)count);
	added = str_eq(req_form(in->r, "go"), str_fmt(in->r->a, "add:%.*s", STR_FMT(x->count_name)));
	row = arena_many(in->r->a, (size_t)count, struct input_row);
	for (size_t i = 0; i < (size_t)count; i++) {
		struct input *cell = arena_many(in->r->a, t->n_row, struct input);

		row[i] = (struct input_row){ .cell = cell, .n = t->n_row,
					     .id_name = str_fmt(in->r->a, "%.*s.%zu.id", STR_FMT(x->name), i) };
		row[i].id = pairs_get(&in->pairs, row[i].id_name);
		for (size_t c = 0; c < t->n_row; c++)
			if (!one_input(in, &t->row[c], str_fmt(in->r->a, "%.*s.%zu.%.*s", STR_FMT(x->name), i,
							       STR_FMT(t->row[c].id)), false, &cell[c], err))
				return false;
		cell[0].focus = added && i + 1 == (size_t)count;
		for (size_t c = 0; c < t->n_row && t->n_row <= LINE_CELLS; c++)
			if (cell[c].sort == INPUT_RADIO) /* choices side by side would break the line */
				cell[c].sort = INPUT_SELECT;
	}
	x->line = t->n_row <= LINE_CELLS;
	x->row = row;
	x->n_row = (size_t)count;
	x->append = append;
	x->sort = INPUT_ROWS;
	return true;
}

/* ---- files, sheets ---- */

static void files(struct inputs *in, struct input *x)
{
	struct str kept = str_fmt(in->r->a, "%.*s.kept", STR_FMT(x->name));
	struct kept_file *k = arena_many(in->r->a, in->pairs.n, struct kept_file);

	for (size_t i = 0; i < in->pairs.n; i++) {
		struct str rest = in->pairs.v[i].value, digest;

		if (!str_eq(in->pairs.v[i].name, kept) || !str_cut(&rest, ' ', &digest))
			continue;
		k[x->n_kept++] = (struct kept_file){ .name = rest, .value = in->pairs.v[i].value,
						     .drop = str_fmt(in->r->a, "drop:%.*s", STR_FMT(in->pairs.v[i].value)) };
	}
	x->sent = upload_waiting(in->r, in->snap ? in->snap->id : 0, in->form, x->name, &x->n_sent);
	x->find_name = kept;
	x->kept = k;
	x->sort = INPUT_FILES;
}

static void sheet_item(struct inputs *in, const struct sheet_item *item, struct str at, struct input *x)
{
	struct type t = { .tag = T_ENUM, .values = item->of };

	*x = (struct input){ .sort = INPUT_TEXT, .type = "text", .label = item->name, .name = at, .id = at,
			     .value = pairs_get(&in->pairs, at) };
	x->cite = cite_links(in->r, &item->node->cite, &x->n_cite);
	if (item->ask)
		yes_no(in, x);
	else if (item->of)
		choices(in, &t, x);
	else if (item->has_points) {
		struct buf b;

		buf_init(&b, in->r->a, 60);
		buf_adds(&b, "扣分，满分");
		dec_put(&b, item->points);
		x->hint = buf_str(&b);
		x->mode = "decimal";
	}
	x->find_name = str_fmt(in->r->a, "%.*s.why", STR_FMT(at)); /* the reason beside the mark */
	x->find = pairs_get(&in->pairs, x->find_name);
}

static void sheet(struct inputs *in, const struct sheet *s, struct input *x)
{
	struct input *item;
	size_t n = 0, at = 0;

	for (size_t p = 0; p < s->n; p++)
		n += s->part[p].n;
	item = arena_many(in->r->a, n, struct input);
	for (size_t p = 0; p < s->n; p++)
		for (size_t i = 0; i < s->part[p].n; i++) {
			sheet_item(in, &s->part[p].item[i],
				   str_fmt(in->r->a, "%.*s.%.*s.%.*s", STR_FMT(x->name), STR_FMT(s->part[p].id),
					   STR_FMT(s->part[p].item[i].id)), &item[at]);
			item[at++].part = i == 0 ? s->part[p].name : (struct str){ 0 };
		}
	x->sub = item;
	x->n_sub = n;
	x->sort = INPUT_SHEET;
}

/* ---- one field ---- */

static void text(struct inputs *in, const struct field *f, struct input *x)
{
	x->sort = INPUT_TEXT;
	x->type = "text";
	switch (f->type.tag) {
	case T_NOTE:
		x->sort = INPUT_NOTE;
		x->most = 20000;
		x->lines = 4;
		break;
	case T_DATE:
		x->date = true;
		break;
	case T_TIME:
		/* 2026-03-02 09:00 is what people read, 2026-03-02T09:00 what browsers want. */
		x->type = "datetime-local";
		if (x->value.n >= 16 && x->value.p[10] == ' ')
			x->value = str_fmt(in->r->a, "%.10sT%.5s", x->value.p, x->value.p + 11);
		break;
	case T_PHONE:
		x->type = "tel";
		break;
	case T_MONEY:
		x->mode = "decimal";
		x->unit = STR("元");
		break;
	case T_INT:
		x->mode = "numeric";
		break;
	case T_NUM:
		x->mode = "decimal";
		break;
	case T_TEXT:
		x->most = f->type.n;
		x->lines = 2;
		if (f->type.n > 200)
			x->sort = INPUT_NOTE;
		break;
	case T_SPAN:
		x->hint = STR("例如 10 workday（个工作日）、30 day（日）");
		break;
	default:
		break;
	}
}

static bool one_input(struct inputs *in, const struct field *f, struct str name, bool required, struct input *x,
		      struct err *err)
{
	*x = (struct input){ .id = name, .name = name, .label = f->name, .help = f->help, .example = f->example,
			     .unit = f->unit, .required = required, .value = pairs_get(&in->pairs, name) };
	x->cite = cite_links(in->r, &f->node->cite, &x->n_cite);
	x->echoes = f->type.tag == T_MONEY || f->type.tag == T_DATE;
	switch (f->type.tag) {
	case T_ENUM:
	case T_PICKS:
		choices(in, &f->type, x);
		return true;
	case T_BOOL:
		yes_no(in, x);
		return true;
	case T_USER:
	case T_USERS:
	case T_ORGAN:
	case T_ORGANS:
	case T_REF:
	case T_REFS:
		return references(in, f, x, err);
	case T_PARTY:
		party(in, x);
		return true;
	case T_ROWS:
		return table(in, &f->type, false, x, err);
	case T_FILES:
		files(in, x);
		return true;
	case T_SHEET:
		sheet(in, f->type.sheet, x);
		return true;
	default:
		if (is_role(in, f))
			roles(in, x);
		else
			text(in, f, x);
		return true;
	}
}

bool input_of(struct inputs *in, const struct form_field *ff, struct input *ret, struct err *err)
{
	struct str name = str_fmt(in->r->a, "f.%.*s", STR_FMT(ff->field->id));

	if (!one_input(in, ff->field, name, ff->required, ret, err))
		return false;
	ret->append = ff->append;
	if (ff->append && in->snap) {
		struct shown *s = arena_one(in->r->a, struct shown);

		if (!shown_of(&in->shower, &ff->field->type, in->snap->field[ff->field->index], s, err))
			return false;
		ret->before = s->empty ? NULL : s;
	}
	return true;
}

bool input_of_person(struct inputs *in, struct str label, struct input *ret, struct err *err)
{
	const struct field f = { .type = { .tag = T_USER } };

	*ret = (struct input){ .id = STR("f.person"), .name = STR("f.person"), .label = label, .required = true };
	return references(in, &f, ret, err);
}

struct str default_text(struct inputs *in, const struct field *f)
{
	struct str e = f->def ? expr_text(f->def) : (struct str){ 0 };
	struct buf b;
	dec n;

	if (str_is(e, "today") && f->type.tag == T_DATE) {
		buf_init(&b, in->r->a, 20);
		day_put(&b, day_at(now_of(in->r)));
		return buf_str(&b);
	}
	if (f->type.tag == T_BOOL && (str_is(e, "true") || str_is(e, "false")))
		return e;
	for (size_t i = 0; f->type.tag == T_ENUM && f->type.values && i < f->type.values->n; i++)
		if (str_eq(f->type.values->v[i].id, e))
			return e;
	if ((f->type.tag == T_INT || f->type.tag == T_MONEY || f->type.tag == T_NUM) && e.n && dec_parse(e, 6, &n))
		return e;
	return (struct str){ 0 };
}
