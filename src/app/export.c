/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/export.h"

#include <unistd.h>

#include "app/job.h"
#include "app/practice.h"
#include "app/record.h"
#include "app/table.h"
#include "app/whole.h"
#include "base/day.h"
#include "base/uuid.h"

#define SLICE 1000

static const struct stmt st_count = { "export_count", "SELECT COUNT(*) FROM matter WHERE kind = $1" };
static const struct stmt st_slice = { "export_slice",
	"SELECT id FROM matter WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3" };

struct exporting {
	struct app *app;
	const struct kind *kind;
	struct actor who;
	struct db *db;
	struct arena *a, *keep; /* a row's, the table's */
	struct table *table;
	int64_t rows;
	/* a slice */
	int64_t id, ids[SLICE];
	size_t n;
};

static bool is_cell(const struct field *f)
{
	enum type_tag t = f->type.tag;

	return t != T_ROWS && t != T_SHEET && t != T_FILES;
}

static bool begin(struct exporting *x, const char *path, struct err *err)
{
	const struct kind *k = x->kind;
	struct str *head = arena_many(x->keep, k->n_number + 2 * k->n_field + 3, struct str);
	size_t n = 0;

	for (size_t i = 0; i < k->n_number; i++)
		head[n++] = k->number[i].name;
	for (size_t i = 0; i < k->n_field; i++) {
		const struct field *f = &k->field[i];

		if (!is_cell(f))
			continue;
		head[n++] = f->name;
		if (f->type.tag == T_PARTY)
			head[n++] = str_fmt(x->keep, "%.*s证照号码", STR_FMT(f->name));
	}
	head[n++] = STR("状态");
	head[n++] = STR("机关");
	head[n++] = STR("编码");
	return table_begin(x->keep, path, k->name, head, n, practice_mark(x->app), &x->table, err);
}

static const struct val *value_of(const struct matter_view *v, struct str id)
{
	for (size_t i = 0; i < v->n_field; i++)
		if (str_eq(v->field[i].def->id, id))
			return v->field[i].hidden ? NULL : &v->field[i].v;
	return NULL;
}

static void put_value(struct exporting *x, const struct val_names *names, const struct field *f, const struct val *v)
{
	bool names_hidden = x->who.sort == ACTOR_PUBLIC && (f->type.tag == T_REF || f->type.tag == T_REFS);
	bool none = !v || val_is_null(*v) || names_hidden; /* a title may belong to a matter that the public does not see */

	table_val(x->table, none ? VAL_NULL : *v, names);
	if (f->type.tag == T_PARTY)
		table_text(x->table, !none && v->t == T_PARTY ? v->party->code : (struct str){ 0 });
}

/* Columns are those of today; a matter of an older version fills what it has. */
static void put_matter(struct exporting *x, const struct val_names *names, const struct matter_view *v)
{
	for (size_t i = 0; i < x->kind->n_number; i++) {
		const struct number *n = kind_number(v->snap->kind, x->kind->number[i].id);

		table_text(x->table, n && x->who.sort == ACTOR_SYSTEM ? v->snap->number[n->index] : (struct str){ 0 });
	}
	for (size_t i = 0; i < x->kind->n_field; i++)
		if (is_cell(&x->kind->field[i]))
			put_value(x, names, &x->kind->field[i], value_of(v, x->kind->field[i].id));
	table_text(x->table, v->snap->state->name);
	table_text(x->table, v->organ_name);
	table_text(x->table, v->snap->code);
}

static bool one(struct exporting *x, int64_t id, struct err *err)
{
	struct matter_view v;
	struct val_names names;
	struct err no = { 0 };

	if (!matter_see(x->app->engine, x->db, x->a, &x->who, id, SEE_FIELDS, &v, &no)) {
		if (no.code != ERR_NOT_FOUND)
			*err = no;
		return no.code == ERR_NOT_FOUND;
	}
	if (!matter_names(x->app->engine, x->db, x->a, &x->who, &names, err))
		return false;
	put_matter(x, &names, &v);
	x->rows++;
	return table_row(x->table, err);
}

static bool add_id(void *ctx, struct err *err)
{
	struct exporting *x = ctx;

	(void)err;
	x->ids[x->n++] = x->id;
	return x->n < SLICE;
}

static bool all(struct exporting *x, void (*progress)(void *, size_t, size_t), void *ctx, struct err *err)
{
	const struct db_in kind[] = { db_str(x->kind->id) };
	int64_t count = 0, last = 0;
	const struct db_out n[] = { db_to_i64(&count) }, id[] = { db_to_i64(&x->id) };
	size_t done = 0;

	if (!db_one(x->db, x->a, &st_count, DB_IN(kind), DB_OUT(n), err))
		return false;
	do {
		const struct db_in in[] = { db_str(x->kind->id), db_i64(last), db_i64(SLICE) };

		x->n = 0;
		if (!db_each(x->db, x->a, &st_slice, DB_IN(in), DB_OUT(id), add_id, x, err))
			return false;
		for (size_t i = 0; i < x->n; i++) {
			if (!one(x, x->ids[i], err))
				return false;
			arena_reset(x->a);
		}
		last = x->n ? x->ids[x->n - 1] : last;
		done += x->n;
		if (progress)
			progress(ctx, done, done > (size_t)count ? done : (size_t)count);
	} while (x->n == SLICE);
	return true;
}

bool export_kind(struct app *app, struct str kind, const char *path, bool public_only,
		 void (*progress)(void *ctx, size_t done, size_t all), void *ctx, int64_t *ret_rows, struct err *err)
{
	struct arena *a = arena_new(), *keep = arena_new();
	struct exporting *x = arena_one(keep, struct exporting);
	const struct law *l;
	int64_t def;
	bool ok = false;

	*x = (struct exporting){ .app = app, .a = a, .keep = keep,
				 .who = { .sort = public_only ? ACTOR_PUBLIC : ACTOR_SYSTEM } };
	if (!db_open(app->db, DB_READ, &x->db, err) || !engine_law_of_organ(app->engine, x->db, keep, 0, &l, &def, err))
		goto end;
	x->kind = law_kind(l, kind);
	if (!x->kind) {
		(void)err_set(err, ERR_USAGE, "定义包里没有“%.*s”这一类", STR_FMT(kind));
		goto end;
	}
	ok = begin(x, path, err) && all(x, progress, ctx, err) && table_end(x->table, err);
	if (!ok)
		table_drop(x->table);
	*ret_rows = x->rows;
end:
	db_close(x->db);
	(void)arena_free(a);
	(void)arena_free(keep);
	return ok;
}

/* ---- the rows of a list ---- */

#define ROWS_A_CALL 200

const struct column *export_columns(struct listing *l, bool all, size_t *ret_n)
{
	if (all)
		return listing_all_columns(l, ret_n);
	*ret_n = l->n_shown;
	return l->col;
}

struct str export_name(struct listing *l, const char *suffix)
{
	struct buf b;

	buf_init(&b, l->r->a, 400);
	buf_adds(&b, app_of(l->r)->practice ? "练习_" : "");
	buf_add(&b, l->kind->name);
	buf_addc(&b, '_');
	day_put(&b, day_at(now_of(l->r)));
	buf_adds(&b, suffix);
	return buf_str(&b);
}

/* 张三 and where the person's code goes, a column of its own. */
static bool begin_listing(struct arena *keep, struct listing *l, const struct column *col, size_t n, const char *path,
			  struct table **t, struct err *err)
{
	struct str *head = arena_many(keep, 2 * n, struct str);
	size_t heads = 0;

	for (size_t i = 0; i < n; i++) {
		head[heads++] = col[i].sort == COLUMN_STATE ? STR("状态") : col[i].sort == COLUMN_DUE ? STR("期限届满日")
			: col[i].name;
		if (col[i].sort == COLUMN_STATE)
			head[heads++] = STR("谁在办");
		if (col[i].field && col[i].field->type.tag == T_PARTY)
			head[heads++] = str_fmt(keep, "%.*s证照号码", STR_FMT(col[i].name));
	}
	return table_begin(keep, path, l->kind->name, head, heads, practice_mark(app_of(l->r)), t, err);
}

static void put_listed(struct listing *l, const struct column *col, size_t n, const struct listed *x, struct table *t)
{
	for (size_t i = 0; i < n; i++) {
		bool hidden;
		struct val v = listing_value(l, &col[i], x, &hidden);

		if (hidden)
			table_text(t, STR("—"));
		else if (v.t == T_REGION)
			table_text(t, shown_text(&l->shower, v));
		else
			table_val(t, v, &l->shower.names);
		if (col[i].sort == COLUMN_STATE)
			table_text(t, x->row.snap->ended ? (struct str){ 0 } : x->row.holder);
		if (col[i].field && col[i].field->type.tag == T_PARTY)
			table_text(t, v.t == T_PARTY ? v.party->code : (struct str){ 0 });
	}
}

static bool put_rows(struct listing *l, const struct column *col, size_t n, struct table *t, int64_t *rows, struct err *err)
{
	const struct listed *x;
	size_t got;

	for (int i = 0; i < SLICE / ROWS_A_CALL && l->more; i++) {
		if (!listing_next(l, ROWS_A_CALL, &x, &got, err))
			return false;
		for (size_t j = 0; j < got; j++) {
			put_listed(l, col, n, &x[j], t);
			if (!table_row(t, err))
				return false;
		}
		*rows += (int64_t)got;
	}
	return true;
}

/* Each slice has memory of its own; what the list was read into stays. */
bool export_listing(struct listing *l, const struct column *col, size_t n, const char *path,
		    bool (*go_on)(void *ctx, int64_t done), void *ctx, int64_t *ret_rows, struct err *err)
{
	struct arena *keep = l->r->a, *slice = arena_new();
	struct table *t = NULL;
	bool ok = begin_listing(keep, l, col, n, path, &t, err);

	l->after_key = l->after_id = 0;
	l->more = true;
	*ret_rows = 0;
	while (ok && l->more) {
		l->r->a = slice;
		ok = put_rows(l, col, n, t, ret_rows, err);
		l->r->a = keep;
		arena_reset(slice);
		if (ok && go_on && !go_on(ctx, *ret_rows))
			ok = err_set(err, ERR_TIMEOUT, "导出没有做完，可以重新导出");
	}
	ok = ok && table_end(t, err);
	if (!ok)
		table_drop(t);
	(void)arena_free(slice);
	return ok;
}

/* ---- the route ---- */

#define FILE_MOST ((size_t)64 << 20)

static bool few_enough(void *ctx, int64_t done)
{
	bool *many = ctx;

	*many = done > EXPORT_AT_ONCE;
	return !*many;
}

static bool reply_export(struct req *r, struct listing *l, const char *path, bool xlsx, int64_t rows, struct err *err)
{
	const struct reading reading = { .sort = "export", .person = r->session->person, .organ = r->session->organ,
					 .kind = l->kind->id,
					 .what = str_head(same_address(r, STR(""), NULL, NULL, (struct str){ 0 }), 200),
					 .n = rows };
	struct str bytes;

	return file_read_whole(r->a, path, FILE_MOST, &bytes, err)
	    && reply_file(r, xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
			  : "text/csv; charset=utf-8", bytes, export_name(l, xlsx ? ".xlsx" : ".csv"), true)
	    && reply_recorded(r, &reading);
}

/* The rest of the work goes on without the browser. */
static bool ask_export(struct req *r, struct listing *l, bool xlsx, struct err *err)
{
	struct str query = same_address(r, STR(""), NULL, NULL, (struct str){ 0 });
	const struct job_new job = { .sort = "export", .title = str_fmt(r->a, "导出%.*s", STR_FMT(l->kind->name)),
				     .kind = l->kind->id, .input = query.n ? str_sub(query, 1, query.n) : query,
				     .file_name = export_name(l, xlsx ? ".xlsx" : ".csv") };

	return job_ask(r, &job, err);
}

bool export_show(struct req *r, struct err *err)
{
	bool xlsx = str_ends(r->path, STR(".xlsx")), many = false, ok;
	const struct column *col;
	struct err why = { 0 };
	struct listing l;
	int64_t count, rows;
	char *path;
	size_t n;

	if (!listing_read(r, req_param(r, "kind"), &l, err) || !listing_count(&l, &count, err))
		return false;
	if (count > EXPORT_AT_ONCE)
		return ask_export(r, &l, xlsx, err);
	col = export_columns(&l, req_query(r, "list-all").n > 0, &n);
	path = str_cstr(r->a, str_fmt(r->a, "%s/spool/export-%.*s%s", app_of(r)->dir, STR_FMT(uuid_new(r->a, now_of(r))),
				      xlsx ? ".xlsx" : ".csv"));
	ok = export_listing(&l, col, n, path, few_enough, &many, &rows, &why);
	if (!ok && many)
		return ask_export(r, &l, xlsx, err);
	if (!ok)
		*err = why;
	ok = ok && reply_export(r, &l, path, xlsx, rows, err);
	(void)unlink(path);
	return ok;
}
