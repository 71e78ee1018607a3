/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The laws in force, the older ones that running matters were opened under, and the program's time. */
#include "base/uuid.h"
#include "matter/engine.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "matter/inner.h"
#include "matter/kept.h"
#include "matter/world.h"

#define CHECK_MS 200 /* one check; decision 11 */
#define TEXTS_MAX ((size_t)32 << 20) /* all texts of one pack and those above; today's have half a megabyte */
#define CHAIN_MAX 8

struct paper_form {
	const struct paper *paper;
	const struct template *template;
	struct str digest;
};

struct engine_law {
	const struct law *law;
	struct str pack, digest; /* digest: of its texts, see texts_json */
	int64_t def;                    /* pack_version.id; 0 until bound */
	struct reaction_at *reaction;   /* by name of kind and id */
	size_t n_reaction;
	struct paper_form *paper;
	size_t n_paper;
	struct str *keyed;              /* “kind.field” of the indexes that this law itself asks for */
	size_t n_keyed, cap_keyed;
};

struct engine {
	struct arena *a;
	struct engine_config config;
	const struct ledger *ledger;
	struct engine_law *current;
	size_t n_current;
	struct engine_law **older; /* pointers: what was handed out must not move */
	size_t n_older, cap_older;
	struct str *filling;       /* indexes that are not complete yet */
	size_t n_filling;          /* also read without the lock: 0 is the rule */
	struct stmt **stmt;        /* counts, by their text */
	size_t n_stmt, cap_stmt;
	int64_t duty_next;         /* before this instant no duty is due; read without the lock */
	pthread_mutex_t lock;      /* older, filling, stmt */
	bool grew;                 /* engine_bind recorded a new version */
	int64_t shift;             /* added to the machine's clock */
	int64_t stands;            /* time stands there; 0: it runs */
};

/* ---- the texts of a pack ---- */

static struct str folder(struct str path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	return path.n ? str_sub(path, 0, path.n - 1) : path;
}

static bool belongs(struct str path, struct str pack)
{
	struct str dir = folder(path);

	return str_eq(dir, pack) || (str_starts(dir, pack) && str_eq(str_sub(dir, pack.n, dir.n), STR("/papers")));
}

/* `above:` of a pack.yaml: a plain scalar on a line of its own. */
static struct str above_of(const struct law_files *files, struct str pack)
{
	struct str rest = { 0 }, line;

	for (size_t i = 0; i < files->n; i++) {
		struct str path = str_of(files->v[i].path);

		if (str_ends(path, STR("/pack.yaml")) && str_eq(folder(path), pack))
			rest = files->v[i].text;
	}
	while (str_cut(&rest, '\n', &line))
		if (str_starts(line, STR("above:"))) {
			line = str_sub(line, 6, line.n);
			return str_trim(str_sub(line, 0, str_chr(line, '#', 0)));
		}
	return (struct str){ 0 };
}

static int by_path(const void *x, const void *y)
{
	return strcmp(((const struct law_file *)x)->path, ((const struct law_file *)y)->path);
}

static size_t texts_of(struct arena *a, const struct law_files *files, struct str pack, struct law_file **ret)
{
	struct law_file *v = arena_many(a, files->n, struct law_file);
	size_t n = 0;

	for (int depth = 0; pack.n && depth < CHAIN_MAX; depth++) {
		for (size_t i = 0; i < files->n; i++)
			if (belongs(str_of(files->v[i].path), pack))
				v[n++] = files->v[i];
		pack = above_of(files, pack);
	}
	if (n > 1)
		qsort(v, n, sizeof(v[0]), by_path);
	*ret = v;
	return n;
}

static struct str sha256_hex(struct arena *a, struct str s)
{
	unsigned char out[32];
	char hex[65];
	unsigned int len = 0;

	if (EVP_Digest(s.p, s.n, out, &len, EVP_sha256(), NULL) != 1 || len != sizeof(out))
		abort(); /* every OpenSSL 3 has SHA-256 */
	parse_put_hex(hex, out, sizeof(out));
	return str_dup(a, (struct str){ hex, 64 });
}

/* All that a pack rests on, as pack_version keeps it: a JSON object of path and text. */
static struct str texts_json(struct arena *a, const struct law_files *files, struct str pack)
{
	struct law_file *v;
	size_t n = texts_of(a, files, pack, &v);
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, a, TEXTS_MAX);
	json_open(&o, NULL, '{');
	for (size_t i = 0; i < n; i++)
		json_out_str(&o, v[i].path, v[i].text);
	json_close(&o, '}');
	return buf_str(&b);
}

static struct str texts_digest(struct arena *a, const struct law_files *files, struct str pack)
{
	struct arena *scratch = arena_new(); /* some two megabytes a pack */
	struct str digest = sha256_hex(a, texts_json(scratch, files, pack));

	arena_free(scratch);
	return digest;
}

/* ---- one law made ready ---- */

static int by_name(const void *x, const void *y)
{
	const struct reaction_at *a = x, *b = y;
	int c = str_cmp(a->kind->id, b->kind->id);

	return c ? c : str_cmp(a->r->id, b->r->id);
}

static void index_reactions(struct arena *a, struct engine_law *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->law->n_kind; i++)
		n += l->law->kind[i].n_when;
	l->reaction = arena_many(a, n, struct reaction_at);
	for (size_t i = 0; i < l->law->n_kind; i++)
		for (size_t k = 0; k < l->law->kind[i].n_when; k++)
			l->reaction[l->n_reaction++] = (struct reaction_at){ &l->law->kind[i], &l->law->kind[i].when[k] };
	if (n > 1)
		qsort(l->reaction, n, sizeof(l->reaction[0]), by_name);
}

static void compile_papers(struct arena *a, struct engine_law *l, struct diag *d)
{
	size_t n = 0;

	for (size_t i = 0; i < l->law->n_kind; i++)
		n += l->law->kind[i].n_paper;
	l->paper = arena_many(a, n, struct paper_form);
	for (size_t i = 0; i < l->law->n_kind; i++)
		for (size_t k = 0; k < l->law->kind[i].n_paper; k++) {
			const struct paper *p = &l->law->kind[i].paper[k];
			const struct scope s = { .law = l->law, .kind = &l->law->kind[i], .no_matters = true };

			if (!p->template_text.n)
				continue;
			l->paper[l->n_paper++] = (struct paper_form){
				p, template_compile(a, &s, p->template_text, str_cstr(a, p->template_id), d),
				sha256_hex(a, p->template_text) };
		}
}

static void index_keys(struct arena *a, struct engine_law *l)
{
	for (size_t i = 0; i < l->law->n_kind; i++) {
		const struct kind *k = &l->law->kind[i];

		for (size_t f = 0; f < k->n_field; f++) {
			struct str path;

			if (!field_is_keyed(k, &k->field[f]))
				continue;
			path = str_fmt(a, "%.*s.%.*s", STR_FMT(k->id), STR_FMT(k->field[f].id));
			PUSH(a, l->keyed, l->n_keyed, l->cap_keyed, path);
		}
	}
}

static bool make_law(struct arena *a, const struct law_files *files, struct str pack, struct diag *d,
		     struct engine_law *ret, struct err *err)
{
	size_t errors = d->errors;
	struct law *law;

	ret->pack = pack;
	ret->law = law = law_load(a, files, pack, d);
	if (law) {
		compile_papers(a, ret, d);
		law_forget_tree(law);
	}
	if (!ret->law || d->errors > errors)
		return err_set(err, ERR_LAW, "定义包“%.*s”有错误", STR_FMT(pack));
	index_reactions(a, ret);
	index_keys(a, ret);
	return true;
}

/* matters() looks across organs of all packs: what one law probes, every law must keep keys for. */
static void share_keys(const struct law *from, const struct law *to)
{
	for (size_t i = 0; i < to->n_kind; i++) {
		struct kind *k = &to->kind[i];
		const struct kind *other = law_kind(from, k->id);

		for (size_t f = 0; other && f < k->n_field; f++) {
			const struct field *same = kind_field(other, k->field[f].id);

			k->field[f].keyed = k->field[f].keyed || (same && same->keyed);
		}
	}
}

bool engine_new(const struct engine_config *config, struct diag *d, struct engine **ret, struct err *err)
{
	struct arena *a = arena_new();
	struct engine *e = arena_one(a, struct engine);
	struct law_files files = *config->files;
	const struct str *pack;

	e->a = a;
	e->config = *config;
	if (config->now)
		e->shift = config->now - time_now();
	if (!ledger_load(a, &files, &e->ledger, err)) {
		arena_free(a);
		return false;
	}
	files.ledger = e->ledger;
	e->n_current = law_packs(a, &files, &pack);
	e->current = arena_many(a, e->n_current, struct engine_law);
	for (size_t i = 0; i < e->n_current; i++) {
		struct engine_law *l = &e->current[i];

		if (!make_law(a, &files, pack[i], d, l, err)) {
			arena_free(a);
			return false;
		}
		l->digest = texts_digest(a, &files, pack[i]);
	}
	for (size_t i = 0; i < e->n_current; i++)
		for (size_t k = 0; k < e->n_current; k++)
			share_keys(e->current[i].law, e->current[k].law);
	pthread_mutex_init(&e->lock, NULL);
	*ret = e;
	return true;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	pthread_mutex_destroy(&e->lock);
	arena_free(e->a);
}

/* ---- versions ---- */

static const struct stmt st_version_put = { "pack_version_put",
	"INSERT INTO pack_version (pack, digest, files, loaded_at) VALUES ($1, $2, $3, $4)"
	" ON CONFLICT (pack, digest) DO NOTHING" };
static const struct stmt st_version = { "pack_version", "SELECT id FROM pack_version WHERE pack = $1 AND digest = $2" };

static const struct stmt st_version_files = { "pack_version_files",
	"SELECT pack, files FROM pack_version WHERE id = $1" };

/* The old texts with the calendar of today: holidays are facts, not definitions. */
static struct law_files old_files(struct engine *e, const struct json *doc)
{
	const struct law_files *now = e->config.files;
	struct law_file *v = arena_many(e->a, doc->n + now->n, struct law_file);
	const struct json *x;
	size_t n = 0;

	json_each(x, doc)
		v[n++] = (struct law_file){ str_cstr(e->a, x->key), str_dup(e->a, x->text) };
	for (size_t i = 0; i < now->n; i++)
		if (str_starts(str_of(now->v[i].path), STR("calendar/")))
			v[n++] = now->v[i];
	return (struct law_files){ v, n };
}

static bool load_older(struct engine *e, struct db *db, struct arena *a, int64_t def, struct engine_law **ret,
		       struct err *err)
{
	struct engine_law *l = arena_one(e->a, struct engine_law);
	struct str pack, texts;
	const struct db_in in[] = { db_i64(def) };
	const struct db_out out[] = { db_to_str(&pack), db_to_str(&texts) };
	struct law_files *files = arena_one(e->a, struct law_files);
	struct diag d = { .a = e->a };
	const struct json *doc;

	if (!db_one(db, a, &st_version_files, DB_IN(in), DB_OUT(out), err) || !json_read(a, texts, &doc, err))
		return false;
	*files = old_files(e, doc);
	if (!make_law(e->a, files, str_dup(e->a, pack), &d, l, err))
		return err_wrap(err, "pack_version %lld", (long long)def);
	for (size_t i = 0; i < e->n_current; i++)
		share_keys(e->current[i].law, l->law);
	l->def = def;
	PUSH(e->a, e->older, e->n_older, e->cap_older, l);
	*ret = l;
	return true;
}

static const struct stmt st_version_last = { "pack_version_last",
	"SELECT id FROM pack_version WHERE pack = $1 ORDER BY id DESC LIMIT 1" };
static const struct stmt st_any_of_kind = { "matter_of_kind", "SELECT id FROM matter WHERE kind = $1 LIMIT 1" };
static const struct stmt st_fill = { "key_fill_insert",
	"INSERT INTO key_fill (field, last) VALUES ($1, 0) ON CONFLICT DO NOTHING" };
static const struct stmt st_filling = { "key_fill", "SELECT field FROM key_fill ORDER BY field" };

/* The last stored version of a pack; NULL when there is none, or when this program cannot read it any more. */
static bool last_version(struct engine *e, struct db *db, struct arena *a, struct str pack, struct engine_law **ret,
			 struct err *err)
{
	const struct db_in in[] = { db_str(pack) };
	int64_t def = 0;
	const struct db_out out[] = { db_to_i64(&def) };
	bool found;

	*ret = NULL;
	if (!db_maybe(db, a, &st_version_last, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found || load_older(e, db, a, def, ret, err))
		return true;
	if (err->code != ERR_LAW)
		return false;
	err_clear(err);
	return true;
}

static bool exists(struct db *db, struct arena *a, const struct kind *k, bool *ret, struct err *err)
{
	const struct db_in in[] = { db_str(k->id) };
	int64_t id;
	const struct db_out out[] = { db_to_i64(&id) };

	return db_maybe(db, a, &st_any_of_kind, DB_IN(in), DB_OUT(out), ret, err);
}

/* A field keeps its type for good (language.md 14). */
static bool types_kept(struct db *db, struct arena *a, const struct kind *was, const struct kind *is, struct err *err)
{
	const struct field *f;
	size_t at = 0;
	bool any;

	while ((f = law_retyped(was, is, &at))) {
		if (!exists(db, a, is, &any, err))
			return false;
		if (any)
			return err_set(err, ERR_LAW, "%s:%d：“%.*s”的字段“%.*s”原为%s，现为%s；已有办件的字段不能改变类型，"
				       "请另起一个标识", f->node->pos.file, f->node->pos.line, STR_FMT(is->id), STR_FMT(f->id),
				       type_name_cn(kind_field(was, f->id)->type.tag), type_name_cn(f->type.tag));
	}
	return true;
}

static bool compare(struct db *db, struct arena *a, const struct law *was, const struct law *is, struct err *err)
{
	for (size_t i = 0; i < is->n_kind; i++) {
		const struct kind *old = law_kind(was, is->kind[i].id);

		if (old && !types_kept(db, a, old, &is->kind[i], err))
			return false;
	}
	return true;
}

static bool has_key(const struct engine_law *l, struct str path)
{
	for (size_t i = 0; l && i < l->n_keyed; i++)
		if (str_eq(l->keyed[i], path))
			return true;
	return false;
}

/* What no law in force so far asked for has to be filled. before: the laws until this start, by pack. */
static bool note_fills(struct engine *e, struct db *db, struct arena *a, const struct engine_law *l,
		       struct engine_law *const *before, struct err *err)
{
	for (size_t i = 0; i < l->n_keyed; i++) {
		const struct kind *k = law_kind(l->law, str_sub(l->keyed[i], 0, str_chr(l->keyed[i], '.', 0)));
		const struct db_in in[] = { db_str(l->keyed[i]) };
		bool known = false, any;

		for (size_t p = 0; p < e->n_current; p++)
			known = known || has_key(before[p], l->keyed[i]);
		if (known)
			continue;
		if (!exists(db, a, k, &any, err) || (any && !db_exec(db, &st_fill, DB_IN(in), NULL, err)))
			return false;
	}
	return true;
}

static bool put_version(struct engine *e, struct db *db, struct arena *a, const struct engine_law *l, struct err *err)
{
	const struct str texts = texts_json(a, e->config.files, l->pack);
	const struct db_in in[] = { db_str(l->pack), db_str(l->digest), db_str(texts), db_i64(engine_now(e)) };

	return db_exec(db, &st_version_put, DB_IN(in), NULL, err);
}

static bool bind_one(struct engine *e, struct db *db, struct arena *a, struct engine_law *l, struct engine_law **before,
		     struct err *err)
{
	const struct db_in key[] = { db_str(l->pack), db_str(l->digest) };
	const struct db_out out[] = { db_to_i64(&l->def) };
	bool found;

	*before = l;
	if (!db_maybe(db, a, &st_version, DB_IN(key), DB_OUT(out), &found, err))
		return false;
	if (found)
		return true;
	if (!last_version(e, db, a, l->pack, before, err) || (*before && !compare(db, a, (*before)->law, l->law, err)))
		return false;
	e->grew = true;
	return put_version(e, db, a, l, err) && kept_forget(db, err) && db_one(db, a, &st_version, DB_IN(key), DB_OUT(out), err);
}

bool engine_bind(struct engine *e, struct db *db, struct arena *a, struct err *err)
{
	struct engine_law **before = arena_many(a, e->n_current, struct engine_law *);

	for (size_t i = 0; i < e->n_current; i++)
		if (!bind_one(e, db, a, &e->current[i], &before[i], err))
			return false;
	for (size_t i = 0; i < e->n_current; i++)
		if (before[i] != &e->current[i] && !note_fills(e, db, a, &e->current[i], before, err))
			return false;
	return engine_fill_read(e, db, a, err);
}

bool engine_known(const struct engine *e, struct db *db, struct arena *a, bool *ret, struct err *err)
{
	int64_t id;
	const struct db_out out[] = { db_to_i64(&id) };

	*ret = true;
	for (size_t i = 0; *ret && i < e->n_current; i++) {
		const struct db_in key[] = { db_str(e->current[i].pack), db_str(e->current[i].digest) };

		if (!db_maybe(db, a, &st_version, DB_IN(key), DB_OUT(out), ret, err))
			return false;
	}
	return true;
}

bool engine_grew(const struct engine *e)
{
	return e->grew;
}

/* ---- indexes that are being filled ---- */

struct fields_read {
	struct arena *a;
	struct str one, *v;
	size_t n, cap;
};

static bool field_row(void *ctx, struct err *err)
{
	struct fields_read *r = ctx;

	(void)err;
	PUSH(r->a, r->v, r->n, r->cap, r->one);
	return true;
}

bool engine_fill_read(struct engine *e, struct db *db, struct arena *a, struct err *err)
{
	struct fields_read r = { .a = a };
	const struct db_out out[] = { db_to_str(&r.one) };
	struct str *kept = NULL;

	if (!db_each(db, a, &st_filling, DB_NONE, DB_OUT(out), field_row, &r, err))
		return false;
	pthread_mutex_lock(&e->lock);
	if (r.n != e->n_filling) { /* they only become fewer between two starts */
		kept = arena_many(e->a, r.n, struct str);
		for (size_t i = 0; i < r.n; i++)
			kept[i] = str_dup(e->a, r.v[i]);
		e->filling = kept;
		__atomic_store_n(&e->n_filling, r.n, __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(&e->lock);
	return true;
}

const struct stmt *engine_stmt(struct engine *e, struct str sql)
{
	struct stmt *st = NULL;

	pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < e->n_stmt && !st; i++)
		if (str_is(sql, e->stmt[i]->sql))
			st = e->stmt[i];
	if (!st) {
		st = arena_one(e->a, struct stmt);
		*st = (struct stmt){ "tally", str_cstr(e->a, sql) };
		PUSH(e->a, e->stmt, e->n_stmt, e->cap_stmt, st);
	}
	pthread_mutex_unlock(&e->lock);
	return st;
}

int64_t engine_duty_next(const struct engine *e)
{
	return __atomic_load_n(&e->duty_next, __ATOMIC_RELAXED);
}

void engine_set_duty_next(struct engine *e, int64_t at)
{
	__atomic_store_n(&e->duty_next, at, __ATOMIC_RELAXED);
}

const struct law *engine_law_at(const struct engine *e, size_t i)
{
	return i < e->n_current ? e->current[i].law : NULL;
}

bool engine_filling_any(struct engine *e)
{
	return __atomic_load_n(&e->n_filling, __ATOMIC_RELAXED) != 0;
}

bool engine_filling(struct engine *e, struct str path)
{
	bool found = false;

	if (!engine_filling_any(e))
		return false;
	pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < e->n_filling; i++)
		found = found || str_eq(e->filling[i], path);
	pthread_mutex_unlock(&e->lock);
	return found;
}

static const struct engine_law *law_named(const struct engine *e, struct str pack)
{
	for (size_t i = 0; i < e->n_current; i++)
		if (str_eq(e->current[i].pack, pack))
			return &e->current[i];
	return NULL;
}

const struct law *engine_law_named(const struct engine *e, struct str pack)
{
	const struct engine_law *l = law_named(e, pack);

	return l ? l->law : NULL;
}

const struct law *engine_law_current(const struct engine *e, struct str pack, int64_t *ret_def)
{
	const struct engine_law *l = law_named(e, pack);

	*ret_def = l ? l->def : 0;
	return l ? l->law : NULL;
}

static const struct stmt st_organ_pack = { "organ_pack", "SELECT pack FROM organ WHERE id = $1" };

bool engine_law_ahead(struct db *db, int64_t organ, struct err *err)
{
	const struct db_in in[] = { db_i64(organ) };

	return !organ || db_ahead(db, &st_organ_pack, DB_IN(in), err);
}

bool engine_law_of_organ(struct engine *e, struct db *db, struct arena *a, int64_t organ, const struct law **ret,
			 int64_t *ret_def, struct err *err)
{
	struct str pack = { 0 };
	const struct db_in in[] = { db_i64(organ) };
	const struct db_out out[] = { db_to_str(&pack) };
	const struct engine_law *l;
	bool found;

	if (organ && !db_maybe(db, a, &st_organ_pack, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	l = law_named(e, pack.n ? pack : e->config.pack);
	if (!l)
		return err_set(err, ERR_LAW, "没有名为“%.*s”的定义包", STR_FMT(pack.n ? pack : e->config.pack));
	if (!l->def)
		return err_set(err, ERR_BUG, "定义包尚未登记版本");
	*ret = l->law;
	*ret_def = l->def;
	return true;
}

static const struct stmt st_packs_in_use = { "packs_in_use", "SELECT DISTINCT pack FROM organ WHERE pack <> '' ORDER BY pack" };

struct in_use {
	const struct engine *e;
	const struct law **law;
	size_t n;
	struct str pack;
};

static bool add_in_use(void *ctx, struct err *err)
{
	struct in_use *u = ctx;
	const struct engine_law *l = law_named(u->e, u->pack);
	bool known = false;

	(void)err;
	for (size_t i = 0; l && i < u->n; i++)
		known = known || u->law[i] == l->law;
	if (l && !known)
		u->law[u->n++] = l->law;
	return true;
}

bool engine_laws_in_use(struct engine *e, struct db *db, struct arena *a, const struct law *const **ret, size_t *ret_n,
			struct err *err)
{
	struct in_use u = { .e = e, .law = arena_many(a, e->n_current, const struct law *), .pack = e->config.pack };
	const struct db_out out[] = { db_to_str(&u.pack) };

	if (!add_in_use(&u, err) || !db_each(db, a, &st_packs_in_use, DB_NONE, DB_OUT(out), add_in_use, &u, err))
		return false;
	*ret = u.law;
	*ret_n = u.n;
	return true;
}

bool engine_law(struct engine *e, struct db *db, struct arena *a, int64_t def, const struct law **ret,
		struct err *err)
{
	struct engine_law *l = NULL;
	bool ok = true;

	for (size_t i = 0; i < e->n_current; i++)
		if (e->current[i].def == def) {
			*ret = e->current[i].law;
			return true;
		}
	pthread_mutex_lock(&e->lock);
	*ret = NULL;
	for (size_t i = 0; i < e->n_older; i++)
		if (e->older[i]->def == def)
			*ret = e->older[i]->law;
	if (!*ret) {
		ok = load_older(e, db, a, def, &l, err);
		*ret = ok ? l->law : NULL;
	}
	pthread_mutex_unlock(&e->lock);
	return ok;
}

static const struct engine_law *entry_of(struct engine *e, const struct law *l)
{
	const struct engine_law *found = NULL;

	for (size_t i = 0; i < e->n_current; i++)
		if (e->current[i].law == l)
			return &e->current[i];
	pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < e->n_older; i++)
		if (e->older[i]->law == l)
			found = e->older[i];
	pthread_mutex_unlock(&e->lock);
	return found;
}

size_t engine_reactions(struct engine *e, const struct law *l, const struct reaction_at **ret)
{
	const struct engine_law *x = entry_of(e, l);

	*ret = x ? x->reaction : NULL;
	return x ? x->n_reaction : 0;
}

const struct template *engine_template(struct engine *e, const struct law *l, const struct paper *p,
				       struct str *ret_digest)
{
	const struct engine_law *x = entry_of(e, l);

	for (size_t i = 0; x && i < x->n_paper; i++)
		if (x->paper[i].paper == p) {
			*ret_digest = x->paper[i].digest;
			return x->paper[i].template;
		}
	return NULL;
}

void engine_set_pack(struct engine *e, struct str pack)
{
	e->config.pack = pack;
}

const struct ledger *engine_ledger(const struct engine *e)
{
	return e->ledger;
}

/* ---- time ---- */

int64_t engine_now(const struct engine *e)
{
	int64_t stands = __atomic_load_n(&e->stands, __ATOMIC_RELAXED);

	return stands ? stands : time_now() + __atomic_load_n(&e->shift, __ATOMIC_RELAXED);
}

int64_t engine_check_ms(const struct engine *e)
{
	return e->config.check_ms ? e->config.check_ms : CHECK_MS;
}

struct str engine_site(const struct engine *e)
{
	return e->config.site.n ? e->config.site : STR("http://127.0.0.1:8081");
}

bool engine_shifted(const struct engine *e)
{
	return __atomic_load_n(&e->shift, __ATOMIC_RELAXED) != 0 || __atomic_load_n(&e->stands, __ATOMIC_RELAXED) != 0;
}

void engine_random(const struct engine *e, void *p, size_t n)
{
	if (e->stands)
		memset(p, 0, n);
	else
		random_bytes(p, n);
}

void engine_set_now(struct engine *e, int64_t ms)
{
	__atomic_store_n(&e->stands, ms, __ATOMIC_RELAXED);
}
