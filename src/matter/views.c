/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/views.h"

#include "base/json.h"
#include "law/expr.h"
#include "matter/inner.h"

#define VIEWS_MAX ((size_t)8 << 20) /* today's stay below half a megabyte */
#define NAME_BYTES 63               /* PostgreSQL cuts longer ones, silently */
#define STARS "****************************************************************"

/* ---- what there is of a kind, over all versions ---- */

struct column {
	struct str id;
	const struct field **field; /* as the versions have it, newest first */
	size_t n, cap;
	bool hidden, masked, mixed; /* in any version; mixed: of several types */
};
struct shape {
	struct str id;
	const struct kind **kind;
	size_t n_kind, cap_kind;
	struct column *col;
	size_t n, cap;
};
struct shapes {
	struct arena *a;
	struct shape *v;
	size_t n, cap;
};

static struct shape *shape_of(struct shapes *s, struct str kind)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i].id, kind))
			return &s->v[i];
	PUSH(s->a, s->v, s->n, s->cap, ((struct shape){ .id = kind }));
	return &s->v[s->n - 1];
}

static struct column *column_of(struct shapes *s, struct shape *x, struct str id)
{
	for (size_t i = 0; i < x->n; i++)
		if (str_eq(x->col[i].id, id))
			return &x->col[i];
	PUSH(s->a, x->col, x->n, x->cap, ((struct column){ .id = id }));
	return &x->col[x->n - 1];
}

static bool is_private(const struct field *f)
{
	return f->personal.n || f->type.tag == T_PARTY || f->type.tag == T_PHONE || f->type.tag == T_IDCARD;
}

static void gather(struct shapes *s, const struct law *l)
{
	for (size_t i = 0; i < l->n_kind; i++) {
		const struct kind *k = &l->kind[i];
		struct shape *x = shape_of(s, k->id);

		PUSH(s->a, x->kind, x->n_kind, x->cap_kind, k);
		for (size_t n = 0; n < k->n_field; n++) {
			const struct field *f = &k->field[n];
			struct column *c = column_of(s, x, f->id);

			c->mixed = c->mixed || (c->n && c->field[0]->type.tag != f->type.tag);
			c->hidden = c->hidden || (f->see.set && f->see.otherwise == SEE_HIDE);
			c->masked = c->masked || f->see.set || is_private(f);
			PUSH(s->a, c->field, c->n, c->cap, f);
		}
	}
}

static const struct stmt st_versions = { "views_versions", "SELECT id FROM pack_version ORDER BY id DESC" };

struct versions {
	struct arena *a;
	int64_t one, *v;
	size_t n, cap;
};

static bool version_row(void *ctx, struct err *err)
{
	struct versions *x = ctx;

	(void)err;
	PUSH(x->a, x->v, x->n, x->cap, x->one);
	return true;
}

/* A version that this program cannot read any more has no matters that it could show. */
static bool gather_all(struct engine *e, struct db *db, struct shapes *s, struct err *err)
{
	struct versions x = { .a = s->a };
	const struct db_out out[] = { db_to_i64(&x.one) };
	const struct law *l;

	if (!db_each(db, s->a, &st_versions, DB_NONE, DB_OUT(out), version_row, &x, err))
		return false;
	for (size_t i = 0; i < x.n; i++) {
		if (engine_law(e, db, s->a, x.v[i], &l, err))
			gather(s, l);
		else if (err->code != ERR_LAW)
			return false;
		else
			err_clear(err);
	}
	return true;
}

/* ---- writing SQL: ids, names and texts of definitions, quoted ---- */

struct writer {
	struct buf b;
	struct arena *a;
	bool pg;
	struct str party; /* id of the view's first party; empty: it has none */
	struct str *used; /* names of this view's columns */
	size_t n_used, cap_used;
};

static void quoted(struct buf *b, struct str s, char sign)
{
	buf_addc(b, sign);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == sign)
			buf_addc(b, sign);
		buf_addc(b, s.p[i]);
	}
	buf_addc(b, sign);
}

static struct str fit(struct arena *a, struct str name, size_t bytes)
{
	size_t chars = str_chars(name);

	while (name.n > bytes)
		name = str_head(name, --chars);
	return str_dup(a, name);
}

static bool is_used(const struct writer *w, struct str name)
{
	for (size_t i = 0; i < w->n_used; i++)
		if (str_eq(w->used[i], name))
			return true;
	return false;
}

/* … AS "当事人": the id follows where the name is too long or taken. */
static void as(struct writer *w, struct str name, const char *more, struct str id)
{
	struct str whole = str_fmt(w->a, "%.*s%s", STR_FMT(name), more);

	if (whole.n > NAME_BYTES || is_used(w, whole)) {
		struct str tail = fit(w->a, str_fmt(w->a, "%s_%.*s", more, STR_FMT(id)), NAME_BYTES - 3);

		whole = str_fmt(w->a, "%.*s%.*s", STR_FMT(fit(w->a, name, NAME_BYTES - tail.n)), STR_FMT(tail));
	}
	PUSH(w->a, w->used, w->n_used, w->cap_used, whole);
	buf_adds(&w->b, " AS ");
	quoted(&w->b, whole, '"');
}

static void add(struct writer *w, const char *text)
{
	buf_adds(&w->b, text);
}

/* Each ? of the text is x: an id, or SQL that stands in this file. */
static void put(struct buf *b, const char *text, struct str x)
{
	for (; *text; text++) {
		if (*text == '?')
			buf_add(b, x);
		else
			buf_addc(b, *text);
	}
}

/* The stored value as text; part: of a party, or "". */
static struct str stored(struct writer *w, struct str id, const char *part)
{
	struct buf b;

	buf_init(&b, w->a, 400);
	if (w->pg)
		put(&b, *part ? "(j.f -> '?' ->> '" : "(j.f ->> '?", id);
	else
		put(&b, *part ? "json_extract(m.fields, '$.?." : "json_extract(m.fields, '$.?", id);
	buf_adds(&b, part);
	buf_adds(&b, "')");
	return buf_str(&b);
}

/* As mask_text (sight.h) does it on pages. */
static void mask(struct buf *b, struct str how, struct str x)
{
	if (str_is(how, "code"))
		put(b, "CASE WHEN length(?) <= 6 THEN substr('" STARS "', 1, length(?)) ELSE substr(?, 1, 4) ||"
		       " substr('" STARS "', 1, length(?) - 6) || substr(?, length(?) - 1) END", x);
	else if (str_is(how, "phone"))
		put(b, "CASE WHEN length(?) <= 7 THEN substr('" STARS "', 1, length(?)) ELSE substr(?, 1, 3) ||"
		       " substr('" STARS "', 1, length(?) - 7) || substr(?, length(?) - 3) END", x);
	else if (str_is(how, "name"))
		put(b, "substr(?, 1, 1) || '某'", x);
	else if (str_is(how, "address"))
		put(b, "substr(?, 1, 6) || '***'", x);
	else
		put(b, "CASE WHEN ? <> '' THEN '***' END", x);
}

/* {"id":"name",…} in quotes: ids become names by looking into it. */
static void names_open(struct writer *w)
{
	buf_adds(&w->b, w->pg ? "(" : "json_extract(");
}

static void names_close(struct writer *w, struct str json, struct str x)
{
	quoted(&w->b, json, '\'');
	put(&w->b, w->pg ? "::jsonb ->> ?)" : ", '$.\"' || ? || '\"')", x);
}

static struct str choices(struct writer *w, const struct column *c)
{
	struct str *seen = NULL;
	size_t n = 0, cap = 0, k;
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, w->a, VIEWS_MAX);
	json_open(&o, NULL, '{');
	for (size_t i = 0; i < c->n; i++) {
		const struct enum_def *d = c->field[i]->type.values;

		for (size_t v = 0; d && v < d->n; v++) {
			for (k = 0; k < n && !str_eq(seen[k], d->v[v].id); k++)
				;
			if (k < n)
				continue;
			PUSH(w->a, seen, n, cap, d->v[v].id);
			json_out_str(&o, str_cstr(w->a, d->v[v].id), d->v[v].name);
		}
	}
	json_close(&o, '}');
	return buf_str(&b);
}

static struct str states(struct writer *w, const struct shape *x)
{
	struct str *seen = NULL;
	size_t n = 0, cap = 0, k;
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, w->a, VIEWS_MAX);
	json_open(&o, NULL, '{');
	for (size_t i = 0; i < x->n_kind; i++)
		for (size_t s = 0; s < x->kind[i]->n_state; s++) {
			const struct state *st = &x->kind[i]->state[s];

			for (k = 0; k < n && !str_eq(seen[k], st->id); k++)
				;
			if (k < n)
				continue;
			PUSH(w->a, seen, n, cap, st->id);
			json_out_str(&o, str_cstr(w->a, st->id), st->name);
		}
	json_close(&o, '}');
	return buf_str(&b);
}

static void instant(struct writer *w, struct str x)
{
	put(&w->b, w->pg ? "timestamp '1970-01-01 08:00:00' + CAST(? AS bigint) * interval '1 millisecond'"
			 : "datetime(? / 1000, 'unixepoch', '+8 hours')", x);
}

/* ---- a column for each type ---- */

static void party(struct writer *w, const struct column *c, struct str name)
{
	static const struct {
		const char *part, *how, *more;
	} open[] = { { "name", "name", "" }, { "code", "code", "_代码" }, { "address", "address", "_地址" } };
	static const struct {
		const char *part, *how, *more;
	} shut[] = { { "contact", "name", "_联系人" }, { "phone", "phone", "_电话" } };
	struct str sort = stored(w, c->id, "sort");

	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		struct str x = stored(w, c->id, open[i].part);

		put(&w->b, ",\nCASE WHEN ? = 'unit' THEN ", sort);
		put(&w->b, "? ELSE ", x);
		mask(&w->b, str_of(open[i].how), x);
		buf_adds(&w->b, " END");
		as(w, name, open[i].more, c->id);
	}
	for (size_t i = 0; i < ARRAY_LEN(shut); i++) {
		buf_adds(&w->b, ",\n");
		mask(&w->b, str_of(shut[i].how), stored(w, c->id, shut[i].part));
		as(w, name, shut[i].more, c->id);
	}
	put(&w->b, ",\nCASE ? WHEN 'unit' THEN '单位' WHEN 'person' THEN '自然人' END", sort);
	as(w, name, "_类型", c->id);
}

static void elements(struct writer *w, struct str id)
{
	put(&w->b, w->pg ? "jsonb_array_elements_text(j.f -> '?') AS e (value)" : "json_each(m.fields, '$.?') e", id);
}

static void picks(struct writer *w, const struct column *c)
{
	add(w, w->pg ? "(SELECT string_agg(" : "(SELECT group_concat(");
	names_open(w);
	names_close(w, choices(w, c), STR("e.value"));
	add(w, ", '、') FROM ");
	elements(w, c->id);
	add(w, ")");
}

/* Persons and organs by name, other matters by their code, which is how views are joined. */
static void named(struct writer *w, const struct column *c, const char *one, const char *many, bool list)
{
	if (!list) {
		add(w, one);
		put(&w->b, w->pg ? "CAST(? AS bigint))" : "?)", stored(w, c->id, ""));
		return;
	}
	add(w, w->pg ? "(SELECT string_agg(" : "(SELECT group_concat(");
	add(w, many);
	elements(w, c->id);
	add(w, w->pg ? " WHERE t.id = CAST(e.value AS bigint))" : " WHERE t.id = e.value)");
}

/* What people typed: the natural person whom the matter is about does not stand there by name. */
static void typed(struct writer *w, struct str x)
{
	struct str name = stored(w, w->party, "name");

	if (!w->party.n) {
		buf_add(&w->b, x);
		return;
	}
	put(&w->b, "replace(?, ", x);
	put(&w->b, "CASE WHEN ? = 'unit' THEN '' ", stored(w, w->party, "sort"));
	put(&w->b, "ELSE coalesce(?, '') END, coalesce(substr(?, 1, 1), '') || '某')", name);
}

static void value(struct writer *w, const struct column *c)
{
	struct str x = stored(w, c->id, "");

	switch (c->field[0]->type.tag) {
	case T_BOOL:
		put(&w->b, w->pg ? "CASE ? WHEN 'true' THEN '是' WHEN 'false' THEN '否' END"
				 : "CASE ? WHEN 1 THEN '是' WHEN 0 THEN '否' END", x);
		break;
	case T_TEXT:
	case T_NOTE: typed(w, x); break;
	case T_INT: put(&w->b, w->pg ? "CAST(? AS bigint)" : "?", x); break;
	case T_NUM: put(&w->b, w->pg ? "CAST(? AS numeric)" : "?", x); break;
	case T_MONEY: put(&w->b, w->pg ? "CAST(CAST(? AS numeric) / 100 AS numeric(20, 2))" : "? / 100.0", x); break;
	case T_DATE: put(&w->b, w->pg ? "CAST(? AS date)" : "?", x); break;
	case T_TIME: instant(w, x); break;
	case T_ENUM:
		names_open(w);
		names_close(w, choices(w, c), x);
		break;
	case T_PICKS: picks(w, c); break;
	case T_USER: named(w, c, "(SELECT t.name FROM person t WHERE t.id = ", NULL, false); break;
	case T_ORGAN: named(w, c, "(SELECT t.name FROM organ t WHERE t.id = ", NULL, false); break;
	case T_REF: named(w, c, "(SELECT t.code FROM matter t WHERE t.id = ", NULL, false); break;
	case T_USERS: named(w, c, NULL, "t.name, '、') FROM person t, ", true); break;
	case T_ORGANS: named(w, c, NULL, "t.name, '、') FROM organ t, ", true); break;
	case T_REFS: named(w, c, NULL, "t.code, '、') FROM matter t, ", true); break;
	case T_ROWS:
	case T_FILES:
		put(&w->b, w->pg ? "coalesce(jsonb_array_length(j.f -> '?'), 0)" : "coalesce(json_array_length(m.fields, '$.?'), 0)",
		    c->id);
		break;
	default: buf_add(&w->b, x); break;
	}
}

static struct str how(const struct field *f)
{
	if (f->personal.n)
		return f->personal;
	return f->type.tag == T_PHONE ? STR("phone") : f->type.tag == T_IDCARD ? STR("code") : STR("text");
}

static void column(struct writer *w, const struct column *c)
{
	const struct field *f = c->field[0];
	struct str name = f->name.n ? f->name : f->id;

	if (c->hidden || c->mixed || f->type.tag == T_SHEET || (c->masked && f->type.tag != T_PARTY && !type_is_text(f->type.tag)))
		return;
	if (f->type.tag == T_PARTY) {
		party(w, c, name);
		return;
	}
	add(w, ",\n");
	if (c->masked)
		mask(&w->b, how(f), stored(w, c->id, ""));
	else
		value(w, c);
	as(w, name, f->type.tag == T_FILES ? "_份数" : f->type.tag == T_ROWS ? "_行数" : "", c->id);
}

/* ---- the views ---- */

static void view_name(struct writer *w, struct str kind)
{
	add(w, w->pg ? "bi." : "");
	quoted(&w->b, w->pg ? kind : str_fmt(w->a, "v_%.*s", STR_FMT(kind)), '"');
}

static void base_columns(struct writer *w, const struct shape *x)
{
	static const struct {
		const char *sql, *name;
	} time[] = { { "m.opened", "开始时间" }, { "m.ended", "办结时间" }, { "m.updated", "最近办理时间" }, { "m.due", "届满时间" } };

	add(w, "m.code");
	as(w, STR("办件代码"), "", STR("code"));
	add(w, ",\nm.number");
	as(w, STR("编号"), "", STR("number"));
	add(w, ",\no.name");
	as(w, STR("所属机关"), "", STR("organ"));
	add(w, ",\n");
	names_open(w);
	names_close(w, states(w, x), STR("m.state"));
	as(w, STR("办理状态"), "", STR("state"));
	for (size_t i = 0; i < ARRAY_LEN(time); i++) {
		add(w, ",\n");
		instant(w, str_of(time[i].sql));
		as(w, str_of(time[i].name), "", STR("time"));
	}
	add(w, ",\np.pack");
	as(w, STR("定义包"), "", STR("pack"));
}

static void view(struct writer *w, const struct shape *x)
{
	w->n_used = 0;
	w->party = (struct str){ 0 };
	for (size_t i = x->n; i-- > 0;)
		if (x->col[i].field[0]->type.tag == T_PARTY)
			w->party = x->col[i].id;
	add(w, "CREATE VIEW ");
	view_name(w, x->id);
	add(w, " AS SELECT ");
	base_columns(w, x);
	for (size_t i = 0; i < x->n; i++)
		column(w, &x->col[i]);
	add(w, "\nFROM matter m JOIN pack_version p ON p.id = m.def LEFT JOIN organ o ON o.id = m.organ");
	/* OFFSET 0: the text is taken apart once a row, not once a column */
	add(w, w->pg ? " CROSS JOIN LATERAL (SELECT CAST(m.fields AS jsonb) AS f OFFSET 0) j" : "");
	add(w, " WHERE m.kind = ");
	quoted(&w->b, x->id, '\'');
	add(w, ";\n");
	if (!w->pg)
		return;
	add(w, "COMMENT ON VIEW ");
	view_name(w, x->id);
	add(w, " IS ");
	quoted(&w->b, x->kind[0]->name, '\'');
	add(w, ";\n");
}

/* ---- dropping ---- */

static const char drop_postgres[] =
	"DO $$ DECLARE v text; BEGIN"
	" FOR v IN SELECT c.relname FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace"
	" WHERE s.nspname = 'bi' AND c.relkind = 'v' LOOP EXECUTE format('DROP VIEW IF EXISTS bi.%I CASCADE', v); END LOOP;"
	" END $$";
/* Whoever may use the schema reads what stands there, also after it was made anew. */
static const char grant_postgres[] =
	"DO $$ DECLARE who text; BEGIN"
	" FOR who IN SELECT DISTINCT r.rolname FROM pg_namespace s CROSS JOIN LATERAL aclexplode(s.nspacl) x"
	" JOIN pg_roles r ON r.oid = x.grantee WHERE s.nspname = 'bi' AND x.privilege_type = 'USAGE' AND x.grantee <> s.nspowner"
	" LOOP EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA bi TO %I', who); END LOOP; END $$";

static const struct stmt st_views = {
	"views_sqlite", "SELECT name FROM sqlite_master WHERE type = 'view' AND name LIKE 'v^_%' ESCAPE '^'"
};
static const struct stmt st_owns = {
	"views_owner_postgres", "SELECT count(*) FROM pg_namespace WHERE nspname = 'bi' AND pg_has_role(nspowner, 'USAGE')"
};

struct dropping {
	struct str name;
	struct writer w;
};

static bool drop_row(void *ctx, struct err *err)
{
	struct dropping *x = ctx;

	(void)err;
	add(&x->w, "DROP VIEW ");
	quoted(&x->w.b, x->name, '"');
	add(&x->w, ";\n");
	return true;
}

static bool owns(struct db *db, struct arena *a, bool *ret, struct err *err)
{
	int64_t n = 1;
	const struct db_out out[] = { db_to_i64(&n) };

	if (db_dialect(db) == DB_POSTGRES && !db_one(db, a, &st_owns, DB_NONE, DB_OUT(out), err))
		return false;
	*ret = n != 0;
	return true;
}

bool views_drop(struct db *db, struct arena *a, struct err *err)
{
	struct dropping x = { .w = { .a = a } };
	const struct db_out out[] = { db_to_str(&x.name) };
	const char *sql;
	bool may;

	if (!owns(db, a, &may, err))
		return false;
	if (!may)
		return true;
	if (db_dialect(db) == DB_POSTGRES)
		return db_script(db, drop_postgres, err);
	buf_init(&x.w.b, a, VIEWS_MAX);
	if (!db_each(db, a, &st_views, DB_NONE, DB_OUT(out), drop_row, &x, err))
		return false;
	sql = str_cstr(a, buf_str(&x.w.b));
	return db_script(db, sql, err);
}

/* ---- making ---- */

static const struct stmt st_one_at_a_time = { "views_lock_postgres", "SELECT pg_advisory_xact_lock(20210716)" };

struct making {
	struct arena *a;
	const char *sql;
};

static bool make_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct making *x = ctx;

	if (db_dialect(db) == DB_SQLITE)
		return views_drop(db, x->a, err) && db_script(db, x->sql, err);
	return db_exec(db, &st_one_at_a_time, DB_NONE, NULL, err) && views_drop(db, x->a, err) && db_script(db, x->sql, err)
	       && db_script(db, grant_postgres, err);
}

bool views_make(struct engine *e, struct db *db, struct arena *a, bool *ret_made, struct err *err)
{
	struct shapes s = { .a = a };
	struct writer w = { .a = a, .pg = db_dialect(db) == DB_POSTGRES };
	struct making x = { .a = a };

	if (!owns(db, a, ret_made, err))
		return false;
	if (!*ret_made)
		return true;
	if (!gather_all(e, db, &s, err))
		return false;
	buf_init(&w.b, a, VIEWS_MAX);
	for (size_t i = 0; i < s.n; i++)
		view(&w, &s.v[i]);
	if (!buf_ok(&w.b))
		return err_set(err, ERR_BUG, "供审计的视图过大，没有建立");
	x.sql = str_cstr(a, buf_str(&w.b));
	return db_tx(db, "views", make_tx, &x, err);
}
