/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Lists and the desk. Rights, state, organ, light and field filters are part of the query: the first filter's key
 * leads, the others are probes of the same tables. Only filters beyond FILTERS_ASKED are asked of the rows. Pages go
 * by key, never by counting rows from the start. */
#include "base/day.h"
#include "base/parse.h"
#include "matter/sight.h"
#include "matter/store.h"
#include "matter/world.h"

#define ROWS_AT_ONCE 200 /* also the limit of a page */
#define PAGES_FILLING 10 /* while an index is not complete: what a request may read, not all that there is */
#define FILTERS_ASKED 4  /* pages offer three at most; each costs two probes a row */
#define SLOT 3           /* parameters of one further filter: field, text, number */

/* Where the state, the organ or what the reader may see leaves no more than so many, they are gathered and sorted; else
 * the order's own index is walked until the page is full. Each costs some 10 ms at the border in a million. */
#define GATHER_MOST 500   /* sorting so many costs as much as walking past them */
#define READER_MOST 2000  /* walking past what one may not see costs a probe each */

#define COLUMNS \
	"m.id, m.code, m.kind, m.def, m.organ, m.parent, m.opener, m.state, m.version, m.opened, m.ended, m.fields," \
	" m.updated, m.due"
/* A plus keeps the planner from an index that does not lead: it has no statistics and would follow a year or the order. */
/* $1 kind; $2 to $18 principals; $19 state; $20 organ; $21 light; $22 now; $23, $24 the last row's key and id;
 * $25 number of rows; $26, $27 opened from, and before; by a key: $28, $29 field and value of the first filter, then a
 * slot for each further one; on the desk a slot for each. A field has keys in one of the two tables only, so a slot may ask both. */
#define SEEN " EXISTS (SELECT 1 FROM matter_reader r WHERE r.matter = m.id AND r.principal IN" \
	" ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18))"
#define KEPT " AND ($19 = '' OR m.state = $19) AND ($20 = 0 OR m.organ = $20)" \
	" AND ($21 = 0 OR ($21 = 3 AND m.due <= $22)" \
	" OR ($21 = 2 AND m.yellow <= $22 AND (m.due IS NULL OR m.due > $22))" \
	" OR ($21 = 1 AND m.due > $22 AND (m.yellow IS NULL OR m.yellow > $22)))" \
	" AND +m.opened >= $26 AND +m.opened < $27"
#define BY_DUE " AND m.due IS NOT NULL AND (m.due, m.id) > ($23, $24) ORDER BY m.due, m.id LIMIT $25"
#define NO_DUE " AND m.due IS NULL AND $23 = $23 AND m.id > $24 ORDER BY m.id LIMIT $25"
#define BY_UPDATED " AND (m.updated, m.id) < ($23, $24) ORDER BY m.updated DESC, m.id DESC LIMIT $25"
#define BY_OPENED " AND (m.opened, m.id) < ($23, $24) ORDER BY m.opened DESC, m.id DESC LIMIT $25"
#define FILTER(f, t, n) " AND (" f " = '' OR EXISTS (SELECT 1 FROM matter_key_text x WHERE x.field = " f \
	" AND x.text = " t " AND x.matter = m.id) OR EXISTS (SELECT 1 FROM matter_key_num x WHERE x.field = " f \
	" AND x.num = " n " AND x.matter = m.id))"
#define FURTHER FILTER("$30", "$31", "$32") FILTER("$33", "$34", "$35") FILTER("$36", "$37", "$38")
#define EACH FILTER("$28", "$29", "$30") FILTER("$31", "$32", "$33") FILTER("$34", "$35", "$36") \
	FILTER("$37", "$38", "$39")
#define KIND(what) "SELECT " what " FROM matter m WHERE m.kind = $1 AND" SEEN KEPT
#define ANY(what) "SELECT " what " FROM matter m WHERE $1 = '' AND" SEEN KEPT
#define TEXT(what) "SELECT " what " FROM matter_key_text k JOIN matter m ON m.id = k.matter" \
	" WHERE k.field = $28 AND k.text = $29 AND m.kind = $1 AND" SEEN KEPT FURTHER
#define NUM(what) "SELECT " what " FROM matter_key_num k JOIN matter m ON m.id = k.matter" \
	" WHERE k.field = $28 AND k.num = $29 AND m.kind = $1 AND" SEEN KEPT FURTHER

/* One state of a kind, walked by the index that has both and the order: a state in which many stand needs no sorting, and
 * one whose matters have no due is not looked for among those that have. By opening there is no such index. */
#define WALK(what) "SELECT " what " FROM matter m WHERE m.kind = $1 AND m.state = $19 AND" SEEN KEPT

/* Few matters, to be gathered: by state, by organ, by reader. All filters are slots. */
#define STATE(what) "SELECT " what " FROM matter m WHERE m.kind = $1 AND m.state = $19 AND" SEEN KEPT EACH
#define ORGAN(what) "SELECT " what " FROM matter m WHERE m.kind = $1 AND m.organ = $20 AND" SEEN KEPT EACH
#define READER(what) "SELECT " what " FROM matter m WHERE m.id IN (SELECT r.matter FROM matter_reader r WHERE r.principal" \
	" IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18))" \
	" AND ($1 = '' OR m.kind = $1)" KEPT EACH
#define SORT_DUE " AND m.due IS NOT NULL AND (+m.due, m.id) > ($23, $24) ORDER BY +m.due, m.id LIMIT $25"
#define SORT_NO_DUE " AND +m.due IS NULL AND $23 = $23 AND m.id > $24 ORDER BY +m.id LIMIT $25"
#define SORT_UPDATED " AND (+m.updated, m.id) < ($23, $24) ORDER BY +m.updated DESC, m.id DESC LIMIT $25"
#define SORT_OPENED " AND (+m.opened, m.id) < ($23, $24) ORDER BY +m.opened DESC, m.id DESC LIMIT $25"

/* Sorted by their keys alone; the rows themselves, 2 KB each, are fetched for the page. */
#define GATHERED(rows, sort) "SELECT " COLUMNS " FROM (" rows("m.id AS gathered") sort ") AS g JOIN matter m" \
	" ON m.id = g.gathered" AFTER_##sort
#define AFTER_SORT_DUE " ORDER BY m.due, m.id"
#define AFTER_SORT_NO_DUE " ORDER BY m.id"
#define AFTER_SORT_UPDATED " ORDER BY m.updated DESC, m.id DESC"
#define AFTER_SORT_OPENED " ORDER BY m.opened DESC, m.id DESC"

enum family { OF_KIND, OF_ANY, OF_TEXT, OF_NUM, OF_WALK, OF_STATE, OF_ORGAN, OF_READER, FAMILIES };
enum order { DUE_KNOWN, DUE_NONE, UPDATED, OPENED, ORDERS };

static const struct stmt st_list[FAMILIES][ORDERS] = {
	{ { "list_due", KIND(COLUMNS) BY_DUE }, { "list_no_due", KIND(COLUMNS) NO_DUE },
	  { "list_updated", KIND(COLUMNS) BY_UPDATED }, { "list_opened", KIND(COLUMNS) BY_OPENED } },
	{ { "list_any_due", ANY(COLUMNS) BY_DUE }, { "list_any_no_due", ANY(COLUMNS) NO_DUE },
	  { "list_any_updated", ANY(COLUMNS) BY_UPDATED }, { "list_any_opened", ANY(COLUMNS) BY_OPENED } },
	{ { "list_text_due", TEXT(COLUMNS) BY_DUE }, { "list_text_no_due", TEXT(COLUMNS) NO_DUE },
	  { "list_text_updated", TEXT(COLUMNS) BY_UPDATED }, { "list_text_opened", TEXT(COLUMNS) BY_OPENED } },
	{ { "list_num_due", NUM(COLUMNS) BY_DUE }, { "list_num_no_due", NUM(COLUMNS) NO_DUE },
	  { "list_num_updated", NUM(COLUMNS) BY_UPDATED }, { "list_num_opened", NUM(COLUMNS) BY_OPENED } },
	{ { "list_walk_due", WALK(COLUMNS) BY_DUE }, { "list_walk_no_due", WALK(COLUMNS) NO_DUE },
	  { "list_walk_updated", WALK(COLUMNS) BY_UPDATED }, { "list_walk_opened", KIND(COLUMNS) BY_OPENED } },
	{ { "list_state_due", GATHERED(STATE, SORT_DUE) }, { "list_state_no_due", GATHERED(STATE, SORT_NO_DUE) },
	  { "list_state_updated", GATHERED(STATE, SORT_UPDATED) }, { "list_state_opened", GATHERED(STATE, SORT_OPENED) } },
	{ { "list_organ_due", GATHERED(ORGAN, SORT_DUE) }, { "list_organ_no_due", GATHERED(ORGAN, SORT_NO_DUE) },
	  { "list_organ_updated", GATHERED(ORGAN, SORT_UPDATED) }, { "list_organ_opened", GATHERED(ORGAN, SORT_OPENED) } },
	{ { "list_reader_due", GATHERED(READER, SORT_DUE) }, { "list_reader_no_due", GATHERED(READER, SORT_NO_DUE) },
	  { "list_reader_updated", GATHERED(READER, SORT_UPDATED) }, { "list_reader_opened", GATHERED(READER, SORT_OPENED) } },
};

#define AT_MOST(rows, n) "SELECT count(*) FROM (" rows " LIMIT " n ") AS m"
static const struct stmt st_few_state = { "few_state", AT_MOST("SELECT 1 FROM matter WHERE kind = $1 AND state = $2", "$3") };
static const struct stmt st_few_organ = { "few_organ", AT_MOST("SELECT 1 FROM matter WHERE kind = $1 AND organ = $2", "$3") };
static const struct stmt st_few_reader = { "few_reader", AT_MOST("SELECT 1 FROM matter_reader WHERE principal IN"
	" ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)", "$18") };

/* The desk: few matters wait for one person, so they are gathered and sorted. 9223372036854775807: no clock. */
#define HELD " FROM matter m WHERE m.id IN (SELECT h.matter FROM matter_holder h WHERE h.principal IN" \
	" ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)) AND ($1 = '' OR m.kind = $1)"
static const struct stmt st_mine = { "list_mine", "SELECT " COLUMNS HELD KEPT EACH
	" AND (coalesce(m.due, 9223372036854775807), m.id) > ($23, $24)"
	" ORDER BY coalesce(m.due, 9223372036854775807), m.id LIMIT $25" };
/* How many there are; no more than $25 are looked at. */
#define COUNT(rows) "SELECT count(*) FROM (" rows " AND $23 = $23 AND $24 = $24 LIMIT $25) AS m"
static const struct stmt st_count[FAMILIES] = {
	{ "count_kind", COUNT(KIND("m.id")) }, { "count_any", COUNT(ANY("m.id")) }, { "count_text", COUNT(TEXT("m.id")) },
	{ "count_num", COUNT(NUM("m.id")) }, { "count_walk", COUNT(WALK("m.id")) }, { "count_state", COUNT(STATE("m.id")) },
	{ "count_organ", COUNT(ORGAN("m.id")) }, { "count_reader", COUNT(READER("m.id")) },
};
/* Without further conditions the index of the state answers alone, and no row is fetched. */
static const struct stmt st_count_plain = { "count_plain", "SELECT count(*) FROM (SELECT m.id FROM matter m WHERE m.kind = $1"
	" AND" SEEN " AND $19 = $19 LIMIT $20) AS m" };
static const struct stmt st_count_plain_state = { "count_plain_state",
	"SELECT count(*) FROM (SELECT m.id FROM matter m WHERE m.kind = $1 AND" SEEN " AND m.state = $19 LIMIT $20) AS m" };
static const struct stmt st_count_held = { "count_held", COUNT("SELECT m.id" HELD KEPT EACH) };
static const struct stmt st_count_mine = { "count_mine",
	"SELECT count(*) FROM (SELECT DISTINCT matter FROM matter_holder WHERE principal IN"
	" ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) LIMIT 100) AS m" };
/* For those with few roles, which is nearly everybody: every page asks it. */
#define FEW_PRINCIPALS 6
static const struct stmt st_count_few = { "count_mine_few",
	"SELECT count(*) FROM (SELECT DISTINCT matter FROM matter_holder WHERE principal IN ($1, $2, $3, $4, $5, $6)"
	" LIMIT 100) AS m" };

struct filter {
	const struct field *f;
	struct val_key key;
};

struct listing {
	struct turn *t;
	const struct list_query *q;
	struct filter filter[8];
	size_t n_filter, n_asked; /* the first n_asked are part of the query */
	struct str state;
	int64_t organ, key, id;
	bool none;             /* a filter that nothing can match */
	enum family family;
	struct matter_row row;
	int64_t updated, due;
	struct page_row {
		struct matter_row r;
		int64_t updated, due;
	} *page;
	size_t n_page, cap_page;
	struct list_row *out;
	size_t n, cap;
};

static bool page_row(void *ctx, struct err *err)
{
	struct listing *l = ctx;
	struct page_row x = { l->row, l->updated, l->due };

	(void)err;
	PUSH(l->t->a, l->page, l->n_page, l->cap_page, x);
	return true;
}

/* ---- filters ---- */

static const struct kind *kind_of(struct listing *l, struct err *err)
{
	const struct law *law;
	int64_t def;

	if (!engine_law_of_organ(l->t->e, l->t->db, l->t->a, l->q->who.organ, &law, &def, err))
		return NULL;
	return law_kind(law, l->q->kind);
}

static bool filter_value(struct listing *l, const struct field *f, struct str value, struct filter *ret)
{
	struct type one = f->type;
	struct val v = VAL_NULL;
	struct err why;
	int64_t id;

	if (f->type.tag == T_PICKS)
		one.tag = T_ENUM;
	if (f->type.tag == T_PARTY || type_is_text(f->type.tag))
		v = val_text(T_TEXT, value);
	else if (f->type.tag >= T_USER && f->type.tag <= T_REFS)
		v = parse_i64(value, 1, INT64_MAX, &id) ? val_i64(T_REF, id) : VAL_NULL;
	else if (!val_parse(l->t->a, &one, value, &v, &why))
		return false;
	*ret = (struct filter){ .f = f };
	return val_key(l->t->a, v, &ret->key);
}

/* A hidden field cannot be filtered by: what it would find tells it. */
static bool filter_allowed(const struct field *f)
{
	return !f->see.set;
}

static struct str key_path(const struct listing *l, const struct filter *f)
{
	return str_fmt(l->t->a, "%.*s.%.*s", STR_FMT(l->q->kind), STR_FMT(f->f->id));
}

/* A key whose index is still being filled would hide rows: such filters are asked of the rows. */
static void complete_first(struct listing *l)
{
	for (size_t i = 0; i < l->n_filter; i++) {
		const struct filter x = l->filter[i];

		if (engine_filling(l->t->e, key_path(l, &x)))
			continue;
		l->filter[i] = l->filter[l->n_asked];
		l->filter[l->n_asked++] = x;
	}
	if (l->n_asked > FILTERS_ASKED)
		l->n_asked = FILTERS_ASKED;
}

static bool is_few(struct listing *l, const struct stmt *st, struct db_in *in, size_t n, int64_t most, bool *ret,
		   struct err *err)
{
	int64_t got = 0;
	const struct db_out out[] = { db_to_i64(&got) };

	in[n - 1] = db_i64(most + 1);
	if (!db_one(l->t->db, l->t->a, st, in, n, DB_OUT(out), err))
		return false;
	*ret = got <= most;
	return true;
}

/* Of every list on a page the same. What anybody may read is much, and is not counted to find that out. */
static bool reader_few(struct listing *l, bool *ret, struct err *err)
{
	struct turn *t = l->t;
	const struct actor *who = &l->q->who;
	struct db_in in[PRINCIPAL_SLOTS + 1];
	struct str own[PRINCIPAL_SLOTS];

	*ret = false;
	if (who->sort == ACTOR_PUBLIC)
		return true;
	if (!who->person || t->family.reader != who->person || t->family.reader_at != who->organ) {
		if (!own_principals(t, who, OWN_HERE, own, err))
			return false;
		for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
			in[i] = db_str(own[i]);
		if (!is_few(l, &st_few_reader, in, ARRAY_LEN(in), READER_MOST, &t->family.reader_few, err))
			return false;
		t->family.reader = who->person;
		t->family.reader_at = who->organ;
	}
	*ret = t->family.reader_few;
	return true;
}

/* Which condition leaves few is asked for in the index of each, up to the border. */
static bool few_family(struct listing *l, bool *ret_few, struct err *err)
{
	struct db_in state[] = { db_str(l->q->kind), db_str(l->state), db_null() };
	struct db_in organ[] = { db_str(l->q->kind), db_i64(l->organ), db_null() };
	bool few = false;

	l->family = OF_STATE;
	if (l->q->kind.n && l->state.n && !is_few(l, &st_few_state, state, ARRAY_LEN(state), GATHER_MOST, &few, err))
		return false;
	if (!few && l->q->kind.n && l->organ) {
		l->family = OF_ORGAN;
		if (!is_few(l, &st_few_organ, organ, ARRAY_LEN(organ), GATHER_MOST, &few, err))
			return false;
	}
	if (!few) {
		l->family = OF_READER;
		return reader_few(l, ret_few, err);
	}
	*ret_few = few;
	return true;
}

/* A page asks for rows, their number and the state of the indexes: which family it is is found once. */
static bool choose_family(struct listing *l, struct err *err)
{
	struct turn *t = l->t;
	bool few = false;

	if (t->family.asked && t->family.person == l->q->who.person && t->family.at == l->q->who.organ
	    && t->family.organ == l->organ && str_eq(t->family.kind, l->q->kind) && str_eq(t->family.state, l->state)) {
		few = t->family.few;
		l->family = (enum family)t->family.which;
	} else if (!few_family(l, &few, err)) {
		return false;
	}
	t->family.asked = true;
	t->family.few = few;
	t->family.which = l->family;
	t->family.person = l->q->who.person;
	t->family.at = l->q->who.organ;
	t->family.organ = l->organ;
	t->family.kind = l->q->kind;
	t->family.state = l->state;
	if (!few)
		l->family = l->n_asked ? (l->filter[0].key.is_text ? OF_TEXT : OF_NUM)
			    : l->q->kind.n && l->state.n ? OF_WALK : l->q->kind.n ? OF_KIND : OF_ANY;
	return true;
}

static bool read_filters(struct listing *l, struct err *err)
{
	const struct kind *k = l->q->kind.n ? kind_of(l, err) : NULL;

	if (l->q->kind.n && !k && err->code)
		return false;
	for (size_t i = 0; i < l->q->n_filter; i++) {
		const struct list_filter *x = &l->q->filter[i];
		const struct field *f = k ? kind_field(k, x->field) : NULL;

		if (!x->value.n)
			continue;
		if (str_is(x->field, "state"))
			l->state = x->value;
		else if (str_is(x->field, "organ") && !parse_i64(x->value, 1, INT64_MAX, &l->organ))
			l->none = true;
		else if (!str_is(x->field, "organ") && (!f || !field_is_keyed(k, f) || !filter_allowed(f)))
			return err_set(err, ERR_BAD_INPUT, "不能按“%.*s”筛选", STR_FMT(x->field));
		else if (f && l->n_filter < ARRAY_LEN(l->filter)
			 && !filter_value(l, f, x->value, &l->filter[l->n_filter++]))
			l->none = true;
	}
	complete_first(l);
	return l->q->mine || l->none || choose_family(l, err);
}

static bool key_is(struct arena *a, struct val v, const struct filter *f)
{
	const struct val_key *key;
	size_t n = val_keys(a, v, &key);

	for (size_t i = 0; i < n; i++)
		if (val_key_equal(&key[i], &f->key))
			return true;
	return false;
}

static bool passes(struct listing *l, const struct snap *m)
{
	for (size_t i = l->n_asked; i < l->n_filter; i++) {
		const struct val *v = snap_field(m, str_cstr(l->t->a, l->filter[i].f->id));

		if (!v || !key_is(l->t->a, *v, &l->filter[i]))
			return false;
	}
	return true;
}

/* ---- one page of rows ---- */

static bool gathers(const struct listing *l)
{
	return l->q->mine || l->family >= OF_STATE;
}

static const struct stmt *statement(const struct listing *l, bool no_due)
{
	const enum family f = l->family;

	if (l->q->mine)
		return &st_mine;
	if (l->q->order == LIST_DUE)
		return &st_list[f][no_due ? DUE_NONE : DUE_KNOWN];
	return &st_list[f][l->q->order == LIST_UPDATED ? UPDATED : OPENED];
}

/* Slots for the filters from the given one on; unused ones are empty. Returns how many inputs they are. */
static size_t put_slots(const struct listing *l, size_t from, struct db_in *in)
{
	size_t n = 0;

	for (size_t i = from; i < FILTERS_ASKED; i++) {
		const struct filter *f = i < l->n_asked ? &l->filter[i] : NULL;

		in[n++] = db_str(f ? key_path(l, f) : STR(""));
		in[n++] = db_str(f && f->key.is_text ? f->key.text : STR(""));
		in[n++] = db_i64(f && !f->key.is_text ? f->key.num : 0);
	}
	return n;
}

#define INPUTS (27 + FILTERS_ASKED * SLOT)

/* What all statements of a list take; *ret_n of them. */
static bool put_inputs(struct listing *l, int64_t most, struct db_in *in, size_t *ret_n, struct err *err)
{
	struct str own[PRINCIPAL_SLOTS];
	size_t n = 27;

	if (!own_principals(l->t, &l->q->who, l->q->mine ? OWN_DESK : OWN_HERE, own, err))
		return false;
	in[0] = db_str(l->q->kind);
	for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
		in[i + 1] = db_str(own[own[i].n ? i : 0]); /* no search for empty ones */
	in[18] = db_str(l->state);
	in[19] = db_i64(l->organ);
	in[20] = db_i64(l->q->light <= LIGHT_RED ? l->q->light : 0);
	in[21] = db_i64(l->t->now);
	in[22] = db_i64(l->key);
	in[23] = db_i64(l->id);
	in[24] = db_i64(most);
	in[25] = db_i64(l->q->opened_from ? l->q->opened_from : INT64_MIN);
	in[26] = db_i64(l->q->opened_before ? l->q->opened_before : INT64_MAX);
	if (gathers(l)) {
		n += put_slots(l, 0, &in[n]);
	} else if (l->n_asked) {
		in[n++] = db_str(key_path(l, &l->filter[0]));
		in[n++] = l->filter[0].key.is_text ? db_str(l->filter[0].key.text) : db_i64(l->filter[0].key.num);
		n += put_slots(l, 1, &in[n]);
	}
	*ret_n = n;
	return true;
}

static bool read_page(struct listing *l, bool no_due, size_t most, struct err *err)
{
	struct db_in in[INPUTS];
	struct db_out out[MATTER_COLUMNS + 2];
	size_t n;

	if (!put_inputs(l, (int64_t)most, in, &n, err))
		return false;
	matter_row_out(&l->row, out);
	out[MATTER_COLUMNS] = db_to_i64(&l->updated);
	out[MATTER_COLUMNS + 1] = db_to_i64(&l->due);
	l->n_page = 0;
	return db_each(l->t->db, l->t->a, statement(l, no_due), in, n, DB_OUT(out), page_row, l, err);
}

/* ---- rows for the page ---- */

/* The clock that stands in front of a row: of those that run or pause the one that ends first. */
static void nearest_clock(struct listing *l, const struct snap *m, const struct clocks *c, struct clock_view *ret)
{
	const struct run *best = NULL;

	for (size_t i = 0; i < c->n; i++)
		if (!best || (c->v[i].due && (!best->due || c->v[i].due < best->due)))
			best = &c->v[i];
	if (best)
		run_view(l->t, m->kind, best, ret);
}

#define RANK_PATH 300  /* from here on along the ordinary way */
#define RANK_LEADS 200 /* from here on an action leads on or keeps the nearest limit */

/* Whether a state is on the ordinary way; a kind that names none has all of them on it. */
static bool on_path(const struct kind *k, const struct state *s)
{
	for (size_t i = 0; i < k->n_path; i++)
		if (k->path[i] == s)
			return true;
	return !k->n_path;
}

/* How much an action is what the desk waits for: keeping the nearest limit without leaving the state; then leading on,
 * along the ordinary way first, the next step before a later one; then ending or going back; then adding something; a
 * return with points last. */
static int next_rank(const struct snap *m, const struct action *ac, const struct clock *nearest)
{
	const int later = ac->to == TO_STATE ? (int)(ac->to_state->index - m->state->index) : 1;

	if (ac->points)
		return 0;
	if (ac->to != TO_STAY && ac->to != TO_BACK && later > 0 && !(ac->to == TO_STATE && ac->to_state->end))
		return (ac->to != TO_STATE || on_path(m->kind, ac->to_state) ? 400 : 300) - later;
	for (size_t i = 0; ac->to == TO_STAY && nearest && i < nearest->n_until; i++)
		if (str_eq(nearest->until[i], ac->id))
			return 500;
	return ac->to == TO_STAY ? 1 : 2;
}

/* Beyond what a form or a reason could mend. */
static bool held_back(const struct step *step)
{
	for (size_t i = 0; i < step->no.n; i++)
		if (!step->no.v[i].early && !step->no.v[i].can_pass)
			return true;
	return false;
}

static bool next_action(struct listing *l, const struct snap *m, const struct clock *nearest, const struct action **ret,
			int64_t *ret_stead, struct err *err)
{
	int best = 0;

	for (size_t i = 0; i < m->kind->n_action; i++) {
		const struct action *ac = &m->kind->action[i];
		const struct act act = { .who = l->q->who, .matter = m->id, .action = ac->id, .version = -1 };
		const int next = next_rank(m, ac, nearest), rank = 1 + 2 * next;
		struct step step;

		if (rank + 1 <= best || !action_stands(ac, m->state) || ac->builtin || ac->any)
			continue;
		if (!try_in_turn(l->t, &act, &step, err))
			return false;
		if (step.no.n && (step.no.v[0].sort == REFUSED_RIGHT || step.no.v[0].sort == REFUSED_STATE))
			continue;
		/* What leads nowhere, or off the ordinary way, and cannot be done is no next step. */
		if (next < (on_path(m->kind, m->state) ? RANK_PATH : RANK_LEADS) && held_back(&step))
			continue;
		/* What can be done now goes before what a check still holds back, but not another way of ending the same
		 * step: a decision that waits for its review is no reason to offer to spare the penalty. */
		if (rank + (next < RANK_LEADS && !step.no.n) > best) {
			best = rank + (next < RANK_LEADS && !step.no.n);
			*ret = ac;
			*ret_stead = step.stead;
		}
	}
	return true;
}

static int64_t key_of(const struct listing *l, const struct page_row *p)
{
	if (l->q->mine || l->q->order == LIST_DUE)
		return p->due ? p->due : INT64_MAX;
	return l->q->order == LIST_UPDATED ? p->updated : p->r.opened;
}

/* What a row of a page says beside the matter itself. */
static bool fill_row(struct listing *l, const struct snap *m, const struct clocks *c, struct list_row *x, struct err *err)
{
	struct eval ev = turn_eval(l->t, m, NULL, &l->q->who);
	int64_t stead = 0;

	x->title = snap_title(l->t->a, m);
	x->state_name = m->state->name;
	nearest_clock(l, m, c, &x->clock);
	x->n_clock = c->n;
	return (!m->organ || turn_name(l->t, m->organ, &x->organ_name, err))
	    && (!l->q->mine || next_action(l, m, x->clock.def, &x->next, &stead, err))
	    && (!stead || turn_name(l->t, stead, &x->stead, err))
	    && (l->q->who.sort == ACTOR_PUBLIC || holder_names(l->t, m, &ev, &x->holder, err));
}

static bool add_row(struct listing *l, const struct page_row *p, const struct snap *m, const struct clocks *c,
		    struct err *err)
{
	struct list_row x = { .updated = p->updated, .key = key_of(l, p), .snap = m };

	if (!l->q->bare && !fill_row(l, m, c, &x, err))
		return false;
	PUSH(l->t->a, l->out, l->n, l->cap, x);
	return true;
}

/* The rows that were read, up to the one that fills the page: what passes becomes a row of the list. */
static bool add_page(struct listing *l, size_t most, struct err *err)
{
	const struct snap **m = arena_many(l->t->a, l->n_page, const struct snap *);
	const struct page_row **row = arena_many(l->t->a, l->n_page, const struct page_row *);
	struct clocks *c = arena_many(l->t->a, l->n_page, struct clocks);
	struct snap *s;
	size_t n = 0;
	bool seen;

	for (size_t i = 0; i < l->n_page && l->n + n < most; i++) {
		if (!matter_row_snap(l->t, &l->page[i].r, &s, err) || !may_list(l->t, s, &l->q->who, &seen, err))
			return false;
		l->key = key_of(l, &l->page[i]);
		l->id = l->page[i].r.id;
		if (!seen || !passes(l, s))
			continue;
		m[n] = s;
		row[n++] = &l->page[i];
	}
	if (!l->q->bare && !clocks_load_open(l->t, m, n, c, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!add_row(l, row[i], m[i], &c[i], err))
			return false;
	return true;
}

/* Rows of one statement until the page is full or there are no more. When every filter is part of the query, no more
 * is read than fits. */
static bool read_rows(struct listing *l, bool no_due, size_t most, struct err *err)
{
	const bool exact = l->n_asked == l->n_filter;

	for (int pages = 0; (l->q->bare || pages < PAGES_FILLING) && l->n < most; pages++) {
		const size_t wanted = exact ? most - l->n : ROWS_AT_ONCE;

		if (!read_page(l, no_due, wanted, err) || !add_page(l, most, err))
			return false;
		if (l->n_page < wanted)
			return true;
	}
	return true;
}

bool matter_list(struct engine *e, struct db *db, struct arena *a, const struct list_query *q,
		 const struct list_row **ret, size_t *ret_n, struct err *err)
{
	struct listing l = { .q = q, .key = q->after_key, .id = q->after_id };
	size_t most = q->limit > 0 && q->limit < ROWS_AT_ONCE ? (size_t)q->limit : ROWS_AT_ONCE;
	bool due = q->order == LIST_DUE && !q->mine, first = !q->after_key && !q->after_id;

	l.t = turn_to_read(e, db, a);
	if (first && (q->mine || q->order == LIST_DUE))
		l.key = INT64_MIN;
	else if (first)
		l.key = l.id = INT64_MAX;
	if (!read_filters(&l, err))
		return false;
	if (!l.none && !(due && l.key == INT64_MAX) && !read_rows(&l, false, most, err))
		return false;
	if (!l.none && due && l.n < most) {
		if (l.key != INT64_MAX)
			l.id = 0;
		if (!read_rows(&l, true, most, err))
			return false;
	}
	*ret = l.out;
	*ret_n = l.n;
	return true;
}

/* Kind, state and the reader's rights, and nothing else is asked. */
static bool is_plain(const struct listing *l)
{
	const struct list_query *q = l->q;

	return q->kind.n && !q->mine && l->family != OF_READER && !l->n_asked && !l->organ && q->light == LIGHT_NONE
	       && !q->opened_from && !q->opened_before;
}

bool matter_list_count(struct engine *e, struct db *db, struct arena *a, const struct list_query *q, int64_t *ret,
		       struct err *err)
{
	struct listing l = { .q = q };
	const struct db_out out[] = { db_to_i64(ret) };
	struct db_in in[INPUTS];
	size_t n;

	l.t = turn_to_read(e, db, a);
	*ret = 0;
	if (!read_filters(&l, err))
		return false;
	if (l.none)
		return true;
	if (l.n_asked < l.n_filter) {
		*ret = -1;
		return true;
	}
	if (!put_inputs(&l, LIST_COUNT_MOST + 1, in, &n, err))
		return false;
	if (is_plain(&l)) {
		in[19] = in[24]; /* the number of rows */
		return db_one(db, a, l.state.n ? &st_count_plain_state : &st_count_plain, in, 20, DB_OUT(out), err);
	}
	return db_one(db, a, q->mine ? &st_count_held : &st_count[l.family], in, n, DB_OUT(out), err);
}

static const struct stmt st_filling = { "list_filling",
	"SELECT f.last, (SELECT max(m.id) FROM matter m) FROM key_fill f WHERE f.field = $1" };

/* Indexes are filled by the matters' ids, so the last one tells how far it is. */
static bool filling_of(struct listing *l, const struct filter *x, int *ret_percent, struct err *err)
{
	int64_t last = 0, most = 0;
	const struct db_in in[] = { db_str(key_path(l, x)) };
	const struct db_out out[] = { db_to_i64(&last), db_to_i64(&most) };
	bool found;

	if (!db_maybe(l->t->db, l->t->a, &st_filling, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (found && (*ret_percent < 0 || last * 100 / (most + 1) < *ret_percent))
		*ret_percent = (int)(last * 100 / (most + 1));
	return true;
}

bool matter_list_filling(struct engine *e, struct db *db, struct arena *a, const struct list_query *q, int *ret_percent,
			 struct err *err)
{
	struct listing l = { .q = q };

	*ret_percent = -1;
	if (!engine_filling_any(e))
		return true;
	l.t = turn_to_read(e, db, a);
	if (!read_filters(&l, err))
		return false;
	for (size_t i = l.n_asked; i < l.n_filter; i++)
		if (engine_filling(e, key_path(&l, &l.filter[i])) && !filling_of(&l, &l.filter[i], ret_percent, err))
			return false;
	return true;
}

bool matter_count_mine(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t *ret,
		       struct err *err)
{
	struct str own[PRINCIPAL_SLOTS];
	struct db_in in[PRINCIPAL_SLOTS];
	const struct db_out out[] = { db_to_i64(ret) };

	if (!own_principals(turn_to_read(e, db, a), who, OWN_DESK, own, err))
		return false;
	for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
		in[i] = db_str(own[i]);
	return own[FEW_PRINCIPALS].n ? db_one(db, a, &st_count_mine, DB_IN(in), DB_OUT(out), err)
				     : db_one(db, a, &st_count_few, in, FEW_PRINCIPALS, DB_OUT(out), err);
}
