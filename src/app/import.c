/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/import.h"

#include <iconv.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "law/yaml.h"

#define GROUP 128          /* rows in flight: two groups of the writer */
#define COLUMNS_MOST 60    /* of a map */
#define JSON_MOST ((size_t)1 << 20)
#define WHY_MOST 600       /* bytes of a reason */
#define LINE_COLUMN "行号"
#define WHY_COLUMN "未导入的原因"

/* ---- the map ---- */

struct source {
	size_t column;       /* SIZE_MAX: none */
	struct str heading;  /* of that column, or the first that was looked for */
	bool has_value;
	struct str value;    /* a constant */
	bool required;
	const struct ynode *map; /* text in the file: text to read instead */
	struct str split;
};

struct target {
	struct str field;
	struct source from;
	struct target *part; /* of a party or a row */
	size_t n_part;
	bool is_row;
};

struct import_plan {
	const struct kind *kind;
	const struct action *open;
	const struct field *key;
	struct source organ;
	bool has_organ;
	struct target *target;
	size_t n_target;
	struct source key_from;
	/* keys that are there already: open addressing over hashes of organ and key */
	uint64_t *seen;
	size_t *seen_row; /* aligned: 1 + row of this file that brought it; 0: it was there before */
	size_t cap_seen;
};

static const struct law_file *find_map(struct app *app, struct arena *a, struct str map, const struct ynode **ret)
{
	struct str by_name = str_fmt(a, "data/import-%.*s.yaml", STR_FMT(map));

	for (size_t i = 0; i < app->files.n; i++) {
		const struct law_file *f = &app->files.v[i];
		struct err no = { 0 };

		if (!str_starts(str_of(f->path), STR("data/import-")) || !yaml_read_one(a, f->path, f->text, ret, &no))
			continue;
		if (str_is(by_name, f->path) || (ynode_get(*ret, "import") && str_eq(ynode_get(*ret, "import")->text, map)))
			return f;
	}
	return NULL;
}

static bool heading_is(struct str head, struct str want)
{
	return str_eq(str_trim(head), want);
}

static void use_heading(const struct csv *t, struct str want, struct source *s, bool *used)
{
	if (!s->heading.n)
		s->heading = want;
	for (size_t c = 0; c < t->columns && s->column == SIZE_MAX; c++)
		if (heading_is(t->head[c], want)) {
			s->column = c;
			s->heading = want;
			used[c] = true;
		}
}

static void read_source(const struct ynode *y, const struct csv *t, struct source *s, bool *used)
{
	const struct ynode *from = ynode_get(y, "from"), *value = ynode_get(y, "value"), *split = ynode_get(y, "split");
	const struct ynode *required = ynode_get(y, "required");

	*s = (struct source){ .column = SIZE_MAX, .map = ynode_get(y, "map") };
	for (size_t i = 0; from && from->sort == YNODE_SEQ && i < from->n; i++)
		use_heading(t, from->child[i]->text, s, used);
	if (from && from->sort == YNODE_SCALAR)
		use_heading(t, from->text, s, used);
	s->has_value = value != NULL;
	s->value = value ? value->text : (struct str){ 0 };
	s->required = required && str_is(required->text, "true");
	s->split = split ? split->text : (struct str){ 0 };
}

static void read_targets(struct arena *a, const struct ynode *y, const struct csv *t, struct target **ret, size_t *ret_n,
			 bool *used)
{
	struct target *v = arena_many(a, y->n, struct target);

	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *c = y->child[i], *row = ynode_get(c, "row");

		v[i].field = c->key;
		if (row) {
			v[i].is_row = true;
			read_targets(a, row, t, &v[i].part, &v[i].n_part, used);
		} else if (c->n && c->child[0]->sort == YNODE_MAP && !ynode_get(c, "from") && !ynode_get(c, "value")) {
			read_targets(a, c, t, &v[i].part, &v[i].n_part, used);
		} else {
			read_source(c, t, &v[i].from, used);
		}
	}
	*ret = v;
	*ret_n = y->n;
}

static bool missing(const struct source *s, struct err *err)
{
	if (!s->required || s->has_value || s->column != SIZE_MAX)
		return false;
	(void)err_set(err, ERR_BAD_INPUT, "文件里没有“%.*s”这一列，无法导入。请检查表头", STR_FMT(s->heading));
	return true;
}

static bool whole(const struct target *t, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].n_part ? !whole(t[i].part, t[i].n_part, err) : missing(&t[i].from, err))
			return false;
	return true;
}

static bool read_map(struct import *im, const struct ynode *doc, struct err *err)
{
	struct import_plan *p = im->plan;
	const struct ynode *columns = ynode_get(doc, "columns"), *organ = ynode_get(doc, "organ");
	const struct ynode *name = ynode_get(doc, "name"), *key = ynode_get(doc, "key");
	bool *used = arena_many(im->a, im->table.columns, bool);
	struct str *ignored = arena_many(im->a, im->table.columns, struct str);

	if (!columns || columns->sort != YNODE_MAP || columns->n > COLUMNS_MOST || !key)
		return err_set(err, ERR_LAW, "列对照表有误：应写明 key 和 columns");
	im->name = name ? name->text : p->kind->name;
	read_targets(im->a, columns, &im->table, &p->target, &p->n_target, used);
	p->has_organ = organ != NULL;
	if (organ)
		read_source(organ, &im->table, &p->organ, used);
	p->key = kind_field(p->kind, key->text);
	for (size_t i = 0; i < p->n_target; i++)
		if (str_eq(p->target[i].field, key->text))
			p->key_from = p->target[i].from;
	if (!p->key || !p->key_from.heading.n)
		return err_set(err, ERR_LAW, "列对照表有误：key 不在 columns 里");
	for (size_t c = 0; c < im->table.columns; c++)
		if (!used[c] && !str_is(str_trim(im->table.head[c]), LINE_COLUMN)
		    && !str_is(str_trim(im->table.head[c]), WHY_COLUMN))
			ignored[im->n_ignored++] = im->table.head[c];
	im->ignored = ignored;
	return whole(p->target, p->n_target, err) && !missing(&p->organ, err);
}

/* ---- the file ---- */

static bool from_gbk(struct arena *a, struct str text, struct str *ret)
{
	char *in = (char *)(uintptr_t)text.p, *out, *at;
	size_t left = text.n, room = text.n * 2 + 16;
	iconv_t cd = iconv_open("UTF-8", "GB18030");
	bool ok;

	if (cd == (iconv_t)-1)
		return false;
	at = out = arena_alloc(a, room + 1);
	ok = iconv(cd, &in, &left, &at, &room) != (size_t)-1 && left == 0;
	(void)iconv_close(cd);
	*ret = (struct str){ out, (size_t)(at - out) };
	return ok;
}

static bool read_text(struct import *im, struct str text, struct err *err)
{
	im->encoding = "UTF-8";
	if (text.n > IMPORT_FILE_MOST)
		return err_set(err, ERR_TOO_LARGE, "文件超过64 MB，请分成几个文件导入");
	if (!str_utf8(text)) {
		im->encoding = "GBK";
		if (!from_gbk(im->a, text, &text) || !str_utf8(text))
			return err_set(err, ERR_BAD_INPUT, "文件不是 UTF-8 或者 GBK 编码的 CSV。请在 WPS 里另存为“CSV”再导入");
	}
	if (!csv_read_uneven(im->a, text, ',', &im->table, err))
		return false;
	if (im->table.rows > IMPORT_ROWS_MOST)
		return err_set(err, ERR_TOO_LARGE, "文件超过%d行，请分成几个文件导入", IMPORT_ROWS_MOST);
	im->row = arena_many(im->a, im->table.rows, struct import_row);
	return true;
}

/* ---- names ---- */

static const struct stmt st_organ_full = { "import_organ_full",
	"SELECT id FROM organ WHERE active = 1 AND name = $1 ORDER BY id LIMIT 2" };
static const struct stmt st_organ = { "import_organ",
	"SELECT id FROM organ WHERE active = 1 AND (abbr = $1 OR short = $1) ORDER BY id LIMIT 2" };
static const struct stmt st_organ_default = { "import_organ_default",
	"SELECT id, name FROM organ WHERE active = 1 ORDER BY short = 'justice' DESC, id LIMIT 1" };
static const struct stmt st_organ_name = { "import_organ_name", "SELECT name FROM organ WHERE id = $1" };
static const struct stmt st_person = { "import_person",
	"SELECT id, organ FROM person WHERE active = 1 AND name = $1 ORDER BY id LIMIT 20" };
static const struct stmt st_matter = { "import_matter",
	"SELECT id FROM matter WHERE kind = $1 AND (number = $2 OR title = $2) ORDER BY id LIMIT 2" };

struct resolving {
	struct db *db;
	struct arena *a;
	int64_t organ;   /* persons of this organ go first */
	/* a row */
	int64_t id, of;
	int64_t found, own;
	size_t n, n_own;
	bool failed;
};

static bool count_one(void *ctx, struct err *err)
{
	struct resolving *x = ctx;

	(void)err;
	x->found = x->id;
	x->n++;
	if (x->of == x->organ) {
		x->own = x->id;
		x->n_own++;
	}
	return true;
}

/* One and only one of that name, else one and only one of the organ. */
static int64_t one_of(struct resolving *x, const struct stmt *st, const struct db_in *in, size_t n_in, bool organ)
{
	const struct db_out out[] = { db_to_i64(&x->id), db_to_i64(&x->of) };
	struct err no = { 0 };

	x->n = x->n_own = 0;
	if (!db_each(x->db, x->a, st, in, n_in, out, organ ? 2 : 1, count_one, x, &no)) {
		x->failed = true;
		return 0;
	}
	return x->n == 1 ? x->found : organ && x->n_own == 1 ? x->own : 0;
}

static int64_t find_organ(struct resolving *x, struct str name)
{
	const struct db_in in[] = { db_str(name) };
	int64_t full = one_of(x, &st_organ_full, DB_IN(in), false);

	/* A full name is meant before another organ's short one; two of the same full name are nobody's. */
	return full || x->n || x->failed ? full : one_of(x, &st_organ, DB_IN(in), false);
}

static int64_t resolve(void *ctx, const struct type *t, struct str text)
{
	struct resolving *x = ctx;
	const struct db_in in[] = { db_str(text) };

	if (t->tag == T_ORGAN)
		return find_organ(x, text);
	if (t->tag == T_USER)
		return one_of(x, &st_person, DB_IN(in), true);
	if (t->tag == T_REF && t->kind) {
		const struct db_in of_kind[] = { db_str(t->kind->id), db_str(text) };

		return one_of(x, &st_matter, DB_IN(of_kind), false);
	}
	return 0;
}

static bool choose_organ(struct import *im, struct str organ, struct db *reader, struct err *err)
{
	struct resolving x = { .db = reader, .a = im->a };
	const struct db_out out[] = { db_to_i64(&im->organ), db_to_str(&im->organ_name) };
	bool found;

	if (organ.n) {
		im->organ = find_organ(&x, organ);
		if (!im->organ)
			return err_set(err, ERR_USAGE, "没有找到名为“%.*s”的机关", STR_FMT(organ));
	} else if (!im->plan->has_organ) {
		if (!db_maybe(reader, im->a, &st_organ_default, DB_NONE, DB_OUT(out), &found, err))
			return false;
		if (!found)
			return err_set(err, ERR_USAGE, "还没有登记任何机关，请先登记机关再导入");
	}
	if (im->organ) {
		const struct db_in in[] = { db_i64(im->organ) };
		const struct db_out name[] = { db_to_str(&im->organ_name) };

		return db_one(reader, im->a, &st_organ_name, DB_IN(in), DB_OUT(name), err);
	}
	return true;
}

/* ---- opening ---- */

bool import_open(struct arena *a, struct app *app, struct str map, struct str text, const char *file, struct str organ,
		 struct db *reader, struct import **ret, struct err *err)
{
	struct import *im = arena_one(a, struct import);
	const struct ynode *doc = NULL;
	const struct law *l;
	int64_t def;

	*im = (struct import){ .a = a, .app = app, .file = str_of(file), .plan = arena_one(a, struct import_plan),
			      .who = { .sort = ACTOR_IMPORT } };
	if (!find_map(app, a, map, &doc))
		return err_set(err, ERR_USAGE, "没有“%.*s”的列对照表", STR_FMT(map));
	im->kind = ynode_get(doc, "import") ? ynode_get(doc, "import")->text : map;
	if (!engine_law_of_organ(app->engine, reader, a, 0, &l, &def, err))
		return false;
	im->plan->kind = law_kind(l, im->kind);
	im->plan->open = im->plan->kind ? kind_action(im->plan->kind, STR("open")) : NULL;
	if (!im->plan->open)
		return err_set(err, ERR_USAGE, "定义包里没有“%.*s”这一类", STR_FMT(im->kind));
	if (!read_text(im, text, err) || !read_map(im, doc, err) || !choose_organ(im, organ, reader, err))
		return false;
	*ret = im;
	return true;
}

/* ---- one row as a form ---- */

struct reading {
	struct import *im;
	struct arena *a;
	size_t row;
	struct str lacks; /* heading of a required cell that is blank */
	struct json_out out;
};

static struct str mapped(const struct source *s, struct str cell)
{
	const struct ynode *to = s->map ? ynode_find(s->map, cell) : NULL;

	return to ? to->text : cell;
}

static struct str cell_of(struct reading *x, const struct source *s)
{
	if (s->has_value)
		return s->value;
	return mapped(s, str_trim(csv_cell(&x->im->table, x->row, s->column)));
}

static bool is_among(struct str s, size_t at, size_t next, struct str set)
{
	return str_find(set, str_sub(s, at, next), 0) != SIZE_MAX;
}

/* The parts of a cell, each read through the map; twice the same (没收违法所得、没收非法财物) is once. */
static void put_split(struct reading *x, const struct source *s, const char *key, struct str cell)
{
	struct str done[COLUMNS_MOST];
	size_t from = 0, pos = 0, n = 0;

	json_open(&x->out, key, '[');
	while (from <= cell.n) {
		size_t at = pos;
		bool end = at >= cell.n, known = false;
		struct str part;

		if (!end)
			(void)str_next(cell, &pos);
		if (!end && !is_among(cell, at, pos, s->split))
			continue;
		part = mapped(s, str_trim(str_sub(cell, from, at)));
		for (size_t i = 0; i < n; i++)
			known = known || str_eq(done[i], part);
		if (part.n && !known && n < COLUMNS_MOST) {
			json_out_str(&x->out, NULL, part);
			done[n++] = part;
		}
		from = end ? cell.n + 1 : pos;
	}
	json_close(&x->out, ']');
}

static void put_targets(struct reading *x, const struct target *t, size_t n);

static void put_target(struct reading *x, const struct target *t)
{
	const char *key = str_cstr(x->a, t->field);
	struct str cell;

	if (t->n_part) {
		if (t->is_row)
			json_open(&x->out, key, '[');
		json_open(&x->out, t->is_row ? NULL : key, '{');
		put_targets(x, t->part, t->n_part);
		json_close(&x->out, '}');
		if (t->is_row)
			json_close(&x->out, ']');
		return;
	}
	/* The cell itself decides whether something is lacking, not what the map makes of it. */
	cell = str_trim(csv_cell(&x->im->table, x->row, t->from.column));
	if (t->from.required && !t->from.has_value && !cell.n && !x->lacks.n)
		x->lacks = t->from.heading;
	if (t->from.split.n) {
		put_split(x, &t->from, key, cell);
		return;
	}
	cell = cell_of(x, &t->from);
	if (cell.n)
		json_out_str(&x->out, key, cell);
}

static void put_targets(struct reading *x, const struct target *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_target(x, &t[i]);
}

static bool row_blank(const struct csv *t, size_t row)
{
	for (size_t c = 0; c < t->columns; c++)
		if (!str_blank(csv_cell(t, row, c)))
			return false;
	return true;
}

/* ---- doubles ---- */

static uint64_t key_hash(int64_t organ, struct str key)
{
	return (str_hash(key) ^ ((uint64_t)organ * 0x9e3779b97f4a7c15u)) | 1;
}

/* The place of a hash: where it stands, or would stand. There is always room. */
static size_t seen_at(const struct import_plan *p, uint64_t h)
{
	size_t i = h % p->cap_seen;

	while (p->seen[i] && p->seen[i] != h)
		i = (i + 1) % p->cap_seen;
	return i;
}

static void seen_put(struct import_plan *p, uint64_t h, size_t row)
{
	size_t i = seen_at(p, h);

	if (p->seen[i])
		return;
	p->seen[i] = h;
	p->seen_row[i] = row;
}

static const struct stmt st_all = { "import_known",
	"SELECT organ, fields FROM matter WHERE kind = $1 AND id > $2 ORDER BY id LIMIT 1000" };
static const struct stmt st_all_id = { "import_known_last",
	"SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM matter WHERE kind = $1 AND id > $2 ORDER BY id LIMIT 1000) AS m" };
static const struct stmt st_all_n = { "import_known_count", "SELECT COUNT(*) FROM matter WHERE kind = $1" };

struct known {
	struct import *im;
	struct arena *a;
	int64_t organ;
	struct str fields;
	const char *key;
};

static bool add_known(void *ctx, struct err *err)
{
	struct known *k = ctx;
	const struct json *doc;
	struct str value;

	if (!json_read(k->a, k->fields, &doc, err))
		return false;
	value = str_trim(json_str(doc, k->key));
	if (value.n)
		seen_put(k->im->plan, key_hash(k->organ, value), 0);
	return true;
}

/* What is there already, in slices: the reader's transaction stays short. Whoever enters the same thing while this
 * runs is met by the once-token. */
static bool load_known(struct import *im, struct db *reader, struct err *err)
{
	struct import_plan *p = im->plan;
	struct known k = { .im = im, .a = arena_new(), .key = str_cstr(im->a, p->key->id) };
	int64_t last = 0, next = 0, count = 0;
	const struct db_in kind[] = { db_str(im->kind) };
	const struct db_out n[] = { db_to_i64(&count) }, to[] = { db_to_i64(&next) };
	const struct db_out out[] = { db_to_i64(&k.organ), db_to_str(&k.fields) };
	bool ok = db_one(reader, k.a, &st_all_n, DB_IN(kind), DB_OUT(n), err);

	p->cap_seen = ((size_t)count + im->table.rows) * 2 + 1009;
	p->seen = arena_many(im->a, p->cap_seen, uint64_t);
	p->seen_row = arena_many(im->a, p->cap_seen, size_t);
	while (ok) {
		const struct db_in in[] = { db_str(im->kind), db_i64(last) };

		ok = db_one(reader, k.a, &st_all_id, DB_IN(in), DB_OUT(to), err)
		  && (!next || db_each(reader, k.a, &st_all, DB_IN(in), DB_OUT(out), add_known, &k, err));
		arena_reset(k.a);
		if (!next)
			break;
		last = next;
	}
	(void)arena_free(k.a);
	return ok;
}

/* ---- acting ---- */

struct job {
	struct import *im;
	struct group *group;
	size_t row;
	int64_t organ;
	struct str key;
	enum import_outcome outcome;
	char why[WHY_MOST];
	struct err err; /* it cannot go on */
	bool dry;
};

struct group {
	pthread_mutex_t lock;
	pthread_cond_t done;
	size_t waiting;
	struct job job[GROUP];
};

/* Written from scratch: a job may run again. Whole characters only. */
static void refuse(struct job *j, struct str why)
{
	struct err cut = { 0 };

	(void)err_set(&cut, ERR_REFUSED, "%.*s", STR_FMT(why));
	memcpy(j->why, cut.msg, sizeof(cut.msg));
	j->outcome = IMPORT_REFUSED;
}

static void refuse_all(struct job *j, struct arena *a, const struct refusal *r, size_t n)
{
	struct buf b;

	buf_init(&b, a, 4000);
	for (size_t i = 0; i < n; i++) {
		buf_adds(&b, i ? "；" : "");
		buf_add(&b, r[i].say);
		if (r[i].facts.n) {
			buf_adds(&b, "（");
			buf_add(&b, r[i].facts);
			buf_adds(&b, "）");
		}
	}
	refuse(j, buf_str(&b));
}

static bool row_json(struct job *j, struct arena *a, const struct json **ret, struct err *err)
{
	struct reading x = { .im = j->im, .a = a, .row = j->row };
	struct buf b;

	buf_init(&b, a, JSON_MOST);
	x.out.b = &b;
	json_open(&x.out, NULL, '{');
	put_targets(&x, j->im->plan->target, j->im->plan->n_target);
	json_close(&x.out, '}');
	*ret = NULL;
	if (x.lacks.n)
		refuse(j, str_fmt(a, "“%.*s”没有填写", STR_FMT(x.lacks)));
	else if (!buf_ok(&b))
		refuse(j, STR("这一行的内容过长"));
	else
		return json_read(a, buf_str(&b), ret, err);
	return true;
}

static struct act act_of(const struct job *j, struct arena *a, const struct form *form)
{
	const struct import *im = j->im;
	struct act act = { .who = { .sort = im->who.sort, .person = im->who.person, .organ = j->organ }, .kind = im->kind, .version = -1,
			   .action = STR("open"), .form = *form };

	act.reason = str_fmt(a, "导入自 %.*s 第%d行", STR_FMT(im->file), im->table.line[j->row]);
	act.request = str_fmt(a, "import:%.*s:%lld:%.*s", STR_FMT(im->kind), (long long)j->organ, STR_FMT(j->key));
	return act;
}

/* Only what the database itself cannot do ends the import; all else is this row's own matter. */
static bool goes_on(const struct err *err)
{
	return err->code == ERR_BAD_INPUT || err->code == ERR_REFUSED || err->code == ERR_NOT_FOUND
	    || err->code == ERR_DB_CONSTRAINT || err->code == ERR_CONFLICT || err->code == ERR_TOO_LARGE
	    || err->code == ERR_LAW || err->code == ERR_BUG;
}

static bool run_row(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct job *j = ctx;
	struct resolving x = { .db = db, .a = a, .organ = j->organ };
	const struct form_names names = { resolve, &x };
	struct engine *e = j->im->app->engine;
	const struct refusal *no;
	struct act_result result = { 0 };
	const struct json *doc;
	struct form form;
	struct act act;
	size_t n;

	j->outcome = IMPORT_WAITING;
	if (!row_json(j, a, &doc, err))
		return false;
	if (!doc)
		return true;
	if (!form_of_json(db, a, j->im->plan->kind, j->im->plan->open, doc, &names, &form, &no, &n, err))
		return false;
	if (n) {
		refuse_all(j, a, no, n);
		return true;
	}
	act = act_of(j, a, &form);
	if (!(j->dry ? matter_try(e, db, a, &act, &result, err) : matter_open(e, db, a, &act, &result, err)))
		return false;
	if (result.n_refused)
		refuse_all(j, a, result.refused, result.n_refused);
	else
		j->outcome = result.repeated ? IMPORT_KNOWN : IMPORT_OPENED;
	return true;
}

static void finished(void *ctx, bool ok, const struct err *err)
{
	struct job *j = ctx;

	if (!ok && goes_on(err))
		refuse(j, str_of(err->msg));
	else if (!ok)
		j->err = *err;
	(void)pthread_mutex_lock(&j->group->lock);
	j->group->waiting--;
	(void)pthread_cond_signal(&j->group->done);
	(void)pthread_mutex_unlock(&j->group->lock);
}

static bool rows_alike(const struct csv *t, size_t x, size_t y)
{
	for (size_t c = 0; c < t->columns; c++)
		if (!str_eq(str_trim(csv_cell(t, x, c)), str_trim(csv_cell(t, y, c))))
			return false;
	return true;
}

/* Two different rows under one key: the second is a mistake that someone must look at, not a double. */
static void known_or_twice(struct job *j, struct arena *a, size_t first)
{
	const struct import *im = j->im;

	if (!first || rows_alike(&im->table, first - 1, j->row))
		j->outcome = IMPORT_KNOWN;
	else
		refuse(j, str_fmt(a, "“%.*s”与第%d行相同，其他内容却不同", STR_FMT(im->plan->key_from.heading),
				  im->table.line[first - 1]));
}

/* Organ and key of a row; false when it need not be sent. */
static bool prepare(struct import *im, struct job *j, struct db *reader, struct arena *a)
{
	struct reading x = { .im = im, .a = a, .row = j->row };
	struct resolving who = { .db = reader, .a = a };
	struct str organ = im->plan->has_organ ? cell_of(&x, &im->plan->organ) : (struct str){ 0 };
	size_t at;

	if (im->table.had[j->row] != im->table.columns) {
		refuse(j, str_fmt(a, "这一行有%zu列，表头有%zu列", im->table.had[j->row], im->table.columns));
		return false;
	}
	j->organ = organ.n ? find_organ(&who, organ) : im->organ;
	j->key = cell_of(&x, &im->plan->key_from);
	if (!j->organ) {
		refuse(j, organ.n ? str_fmt(a, "没有登记名为“%.*s”的机关", STR_FMT(organ))
				  : str_fmt(a, "“%.*s”没有填写，也没有用 --organ 指定机关", STR_FMT(im->plan->organ.heading)));
		return false;
	}
	if (im->who.sort == ACTOR_PERSON && j->organ != im->who.organ) {
		refuse(j, STR("不是本单位的。在页面上只能导入本单位的，其他单位的由其自行导入"));
		return false;
	}
	at = seen_at(im->plan, key_hash(j->organ, j->key));
	if (j->key.n && im->plan->seen[at]) {
		known_or_twice(j, a, im->plan->seen_row[at]);
		return false;
	}
	return true;
}

static void take_outcome(struct import *im, const struct job *j)
{
	struct import_row *r = &im->row[j->row];

	r->outcome = j->outcome;
	if (j->outcome == IMPORT_OPENED) {
		im->opened++;
	} else if (j->outcome == IMPORT_KNOWN) {
		im->known++;
	} else {
		im->refused++;
		r->why = str_dup(im->a, str_of(j->why));
	}
	if (j->outcome == IMPORT_OPENED && j->key.n)
		seen_put(im->plan, key_hash(j->organ, j->key), j->row + 1);
}

static bool in_group(const struct group *g, size_t n, const struct job *j)
{
	for (size_t i = 0; i < n; i++)
		if (g->job[i].organ == j->organ && str_eq(g->job[i].key, j->key))
			return true;
	return false;
}

static void send(struct job *j, struct writer *w, struct db *reader, struct arena *a)
{
	const struct writer_job job = { .run = run_row, .done = finished, .ctx = j, .name = "import" };
	struct err err = { 0 };

	(void)pthread_mutex_lock(&j->group->lock);
	j->group->waiting++;
	(void)pthread_mutex_unlock(&j->group->lock);
	if (!w)
		finished(j, run_row(reader, a, j, &err), &err);
	else if (!writer_submit(w, &job, &err))
		finished(j, false, &err);
}

/* What was done is counted also when one row of the group ended the import: its neighbours stay done. */
static bool take_group(struct import *im, const struct group *g, size_t n, struct err *err)
{
	const struct err *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!g->job[i].err.code)
			take_outcome(im, &g->job[i]);
		else if (!first)
			first = &g->job[i].err;
	}
	if (first)
		*err = *first;
	return !first;
}

/* As many rows as fit one group; the key of one may not stand twice in a group, or both would be new. */
static bool run_group(struct import *im, struct group *g, size_t *row, struct db *reader, struct writer *w,
		      struct arena *a, struct err *err)
{
	size_t n = 0;

	for (; *row < im->table.rows && n < GROUP; (*row)++) {
		struct job *j = &g->job[n];

		if (row_blank(&im->table, *row)) {
			im->blank++;
			continue;
		}
		*j = (struct job){ .im = im, .group = g, .row = *row, .dry = !w };
		if (!prepare(im, j, reader, a)) {
			take_outcome(im, j);
			continue;
		}
		if (j->key.n && in_group(g, n, j))
			break;
		send(j, w, reader, a);
		n++;
	}
	(void)pthread_mutex_lock(&g->lock);
	while (g->waiting)
		(void)pthread_cond_wait(&g->done, &g->lock);
	(void)pthread_mutex_unlock(&g->lock);
	return take_group(im, g, n, err);
}

bool import_run(struct import *im, struct db *reader, struct writer *writer,
		void (*progress)(void *ctx, size_t done, size_t all), void *ctx, struct err *err)
{
	struct group *g = calloc(1, sizeof(*g));
	struct arena *a = arena_new();
	size_t row = 0;
	bool ok;

	if (!g)
		abort();
	(void)pthread_mutex_init(&g->lock, NULL);
	(void)pthread_cond_init(&g->done, NULL);
	ok = load_known(im, reader, err);
	while (ok && row < im->table.rows) {
		ok = run_group(im, g, &row, reader, writer, a, err);
		arena_reset(a);
		if (progress)
			progress(ctx, row, im->table.rows);
	}
	(void)pthread_cond_destroy(&g->done);
	(void)pthread_mutex_destroy(&g->lock);
	(void)arena_free(a);
	free(g);
	return ok;
}

/* ---- what a map looks for ---- */

struct columns {
	struct arena *a;
	struct import_column *v;
	size_t n;
};

static void add_column(struct columns *c, const struct ynode *from, bool required)
{
	struct import_column x = { .required = required };
	struct buf b;

	buf_init(&b, c->a, 1000);
	x.heading = from->sort == YNODE_SEQ && from->n ? from->child[0]->text : from->text;
	for (size_t i = 1; from->sort == YNODE_SEQ && i < from->n; i++) {
		buf_adds(&b, i > 1 ? "、" : "");
		buf_add(&b, from->child[i]->text);
	}
	x.others = buf_str(&b);
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->v[i].heading, x.heading)) {
			c->v[i].required = c->v[i].required || required;
			return;
		}
	if (c->n < COLUMNS_MOST)
		c->v[c->n++] = x;
}

/* Every `from` below, wherever it stands. */
static void look_for(struct columns *c, const struct ynode *y)
{
	const struct ynode *from = ynode_get(y, "from"), *required = ynode_get(y, "required");

	if (from && from->sort != YNODE_MAP)
		add_column(c, from, required && str_is(required->text, "true"));
	for (size_t i = 0; y->sort == YNODE_MAP && i < y->n; i++)
		if (y->child[i]->sort == YNODE_MAP && !str_is(y->child[i]->key, "map"))
			look_for(c, y->child[i]);
}

const struct import_column *import_columns(struct arena *a, struct app *app, struct str kind, size_t *ret_n)
{
	struct columns c = { .a = a, .v = arena_many(a, COLUMNS_MOST, struct import_column) };
	struct import_column *sorted;
	const struct ynode *doc;
	size_t n = 0;

	*ret_n = 0;
	if (!find_map(app, a, kind, &doc) || !ynode_get(doc, "import") || !str_eq(ynode_get(doc, "import")->text, kind))
		return NULL;
	look_for(&c, doc);
	sorted = arena_many(a, c.n, struct import_column);
	for (int required = 1; required >= 0; required--)
		for (size_t i = 0; i < c.n; i++)
			if (c.v[i].required == (bool)required)
				sorted[n++] = c.v[i];
	*ret_n = n;
	return sorted;
}

/* ---- tables that go out ---- */

/* Long figures and those with a leading zero would be rounded or cut; what begins like a formula would be run. */
static bool wants_text(struct str s)
{
	size_t digits = 0;

	if (!s.n)
		return false;
	if (s.p[0] == '=' || s.p[0] == '+' || s.p[0] == '-' || s.p[0] == '@')
		return true;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	return digits == s.n && (digits > 11 || (digits > 1 && s.p[0] == '0'));
}

void import_put_cell(struct buf *b, struct str s)
{
	buf_addc(b, '"');
	if (wants_text(s))
		buf_addc(b, '\t'); /* WPS and Excel take it for text; imports trim it off */
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_addc(b, '"');
		buf_addc(b, s.p[i]);
	}
	buf_addc(b, '"');
}

struct str import_refused_csv(struct arena *a, const struct import *im)
{
	struct buf b;

	if (!im->refused)
		return (struct str){ 0 };
	buf_init(&b, a, 4 * IMPORT_FILE_MOST);
	buf_adds(&b, "\xEF\xBB\xBF\"" LINE_COLUMN "\",\"" WHY_COLUMN "\"");
	for (size_t c = 0; c < im->table.columns; c++) {
		buf_addc(&b, ',');
		import_put_cell(&b, im->table.head[c]);
	}
	for (size_t i = 0; i < im->table.rows; i++) {
		if (im->row[i].outcome != IMPORT_REFUSED)
			continue;
		buf_addf(&b, "\r\n\"%d\",", im->table.line[i]);
		import_put_cell(&b, im->row[i].why);
		for (size_t c = 0; c < im->table.columns; c++) {
			buf_addc(&b, ',');
			import_put_cell(&b, csv_cell(&im->table, i, c));
		}
	}
	buf_adds(&b, "\r\n");
	return buf_str(&b);
}
