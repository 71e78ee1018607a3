/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/export.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "app/import.h"

#define SLICE 1000
#define CELL_MOST ((size_t)256 * 1024)
#define ROW_MOST ((size_t)4 << 20)

static const struct stmt st_count = { "export_count", "SELECT COUNT(*) FROM matter WHERE kind = $1" };
static const struct stmt st_slice = { "export_slice",
	"SELECT id FROM matter WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3" };

struct exporting {
	struct app *app;
	const struct kind *kind;
	struct actor who;
	struct db *db;
	struct arena *a;
	FILE *f;
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

static void put_head(const struct exporting *x, struct buf *b)
{
	buf_adds(b, "\xEF\xBB\xBF");
	for (size_t i = 0; i < x->kind->n_number; i++) {
		import_put_cell(b, x->kind->number[i].name);
		buf_addc(b, ',');
	}
	for (size_t i = 0; i < x->kind->n_field; i++) {
		const struct field *f = &x->kind->field[i];

		if (!is_cell(f))
			continue;
		import_put_cell(b, f->name);
		buf_addc(b, ',');
		if (f->type.tag == T_PARTY) {
			import_put_cell(b, str_fmt(x->a, "%.*s证照号码", STR_FMT(f->name)));
			buf_addc(b, ',');
		}
	}
	buf_adds(b, "\"状态\",\"机关\",\"编码\"\r\n");
}

/* Amounts and dates plainly, so that a table can count with them; all else as people read it. */
static struct str cell_of(struct exporting *x, const struct val_names *names, struct val v)
{
	struct buf b;

	buf_init(&b, x->a, CELL_MOST);
	if (v.t == T_MONEY || v.t == T_DATE || v.t == T_TIME || v.t == T_INT || v.t == T_NUM)
		val_put_plain(&b, v);
	else
		val_put_cn(&b, x->a, v, names);
	return buf_str(&b);
}

static const struct val *value_of(const struct matter_view *v, struct str id)
{
	for (size_t i = 0; i < v->n_field; i++)
		if (str_eq(v->field[i].def->id, id))
			return v->field[i].hidden ? NULL : &v->field[i].v;
	return NULL;
}

/* Figures must stay figures: they go unquoted by wants_text's rules only when they are no codes. */
static void put_value(struct exporting *x, const struct val_names *names, const struct field *f, const struct val *v,
		      struct buf *b)
{
	bool names_hidden = x->who.sort == ACTOR_PUBLIC && (f->type.tag == T_REF || f->type.tag == T_REFS);
	struct val none;

	if (!v || val_is_null(*v) || names_hidden) { /* a title may belong to a matter that the public does not see */
		buf_adds(b, f->type.tag == T_PARTY ? "\"\",\"\"," : "\"\",");
		return;
	}
	none = *v;
	if (none.t == T_MONEY || none.t == T_INT || none.t == T_NUM)
		buf_add(b, cell_of(x, names, none));
	else
		import_put_cell(b, cell_of(x, names, none));
	buf_addc(b, ',');
	if (f->type.tag == T_PARTY) {
		import_put_cell(b, none.t == T_PARTY ? none.party->code : (struct str){ 0 });
		buf_addc(b, ',');
	}
}

/* Columns are those of today; a matter of an older version fills what it has. */
static void put_matter(struct exporting *x, const struct val_names *names, const struct matter_view *v, struct buf *b)
{
	for (size_t i = 0; i < x->kind->n_number; i++) {
		const struct number *n = kind_number(v->snap->kind, x->kind->number[i].id);

		import_put_cell(b, n && x->who.sort == ACTOR_SYSTEM ? v->snap->number[n->index] : (struct str){ 0 });
		buf_addc(b, ',');
	}
	for (size_t i = 0; i < x->kind->n_field; i++)
		if (is_cell(&x->kind->field[i]))
			put_value(x, names, &x->kind->field[i], value_of(v, x->kind->field[i].id), b);
	import_put_cell(b, v->snap->state->name);
	buf_addc(b, ',');
	import_put_cell(b, v->organ_name);
	buf_addc(b, ',');
	import_put_cell(b, v->snap->code);
	buf_adds(b, "\r\n");
}

static bool write_text(struct exporting *x, const struct buf *b, struct err *err)
{
	struct str s = buf_str(b);

	if (!buf_ok(b))
		return err_set(err, ERR_TOO_LARGE, "有一行的内容过长，无法导出");
	if (fwrite(s.p, 1, s.n, x->f) == s.n)
		return true;
	return err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "导出文件没有写完：%s", strerror(errno));
}

static bool one(struct exporting *x, int64_t id, struct err *err)
{
	struct matter_view v;
	struct val_names names;
	struct err no = { 0 };
	struct buf b;

	if (!matter_see(x->app->engine, x->db, x->a, &x->who, id, SEE_FIELDS, &v, &no)) {
		if (no.code != ERR_NOT_FOUND)
			*err = no;
		return no.code == ERR_NOT_FOUND;
	}
	if (!matter_names(x->app->engine, x->db, x->a, &x->who, &names, err))
		return false;
	buf_init(&b, x->a, ROW_MOST);
	put_matter(x, &names, &v, &b);
	x->rows++;
	return write_text(x, &b, err);
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

static bool write_file(struct exporting *x, const char *part, void (*progress)(void *, size_t, size_t), void *ctx,
		       struct err *err)
{
	struct buf b;
	bool ok;

	x->f = fopen(part, "wb");
	if (!x->f)
		return err_set(err, ERR_IO, "不能写文件 %s：%s", part, strerror(errno));
	(void)fchmod(fileno(x->f), 0600); /* it may hold personal data */
	buf_init(&b, x->a, ROW_MOST);
	put_head(x, &b);
	ok = write_text(x, &b, err);
	ok = ok && all(x, progress, ctx, err);
	if (fclose(x->f) != 0 && ok)
		ok = err_set(err, ERR_IO, "导出文件没有写完：%s", strerror(errno));
	return ok;
}

bool export_csv(struct app *app, struct str kind, const char *path, bool public_only,
		void (*progress)(void *ctx, size_t done, size_t all), void *ctx, int64_t *ret_rows, struct err *err)
{
	struct arena *a = arena_new(), *names = arena_new();
	struct exporting *x = arena_one(names, struct exporting);
	char *part = str_cstr(names, str_fmt(names, "%s.part", path));
	const struct law *l;
	int64_t def;
	bool ok = false;

	*x = (struct exporting){ .app = app, .a = a, .who = { .sort = public_only ? ACTOR_PUBLIC : ACTOR_SYSTEM } };
	if (!db_open(app->db, DB_READ, &x->db, err))
		goto end;
	if (!engine_law_of_organ(app->engine, x->db, names, 0, &l, &def, err))
		goto end;
	x->kind = law_kind(l, kind);
	if (!x->kind) {
		(void)err_set(err, ERR_USAGE, "定义包里没有“%.*s”这一类", STR_FMT(kind));
		goto end;
	}
	ok = write_file(x, part, progress, ctx, err);
	if (ok && rename(part, path) != 0)
		ok = err_set(err, ERR_IO, "不能写文件 %s：%s", path, strerror(errno));
	if (!ok)
		(void)remove(part);
	*ret_rows = x->rows;
end:
	db_close(x->db);
	(void)arena_free(a);
	(void)arena_free(names);
	return ok;
}
