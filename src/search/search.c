/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "search/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cut.h"

#define QUERY_MAX ((size_t)16 * 1024)
#define TOKENS_MAX ((size_t)128 * 1024) /* a pair of characters takes seven bytes */
/* A page of hits is rechecked against the text; pairs of frequent characters that do not touch each other
 * may fail it. After this many candidates the page is shown as it is. */
#define CANDIDATES 2000
#define SLICE 100
/* Tokens with a '_' are never words of a text. */
static const char *const side_token[] = { "side_working", "side_public", "side_papers", "side_parties" };

struct search {
	struct db *db;
	bool postgres;
};

/* The key is day, subject, side: newest first is a walk down the key on both databases. */
#define DAY_BITS_MOST ((int64_t)1 << 18)    /* until the year 2687 */
#define SUBJECT_BITS 41
#define SIDE_BITS 2

static const struct stmt st_create_text = { "search_create_text",
	"CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, subject INTEGER NOT NULL, side INTEGER NOT NULL, "
	"text TEXT NOT NULL, tokens TEXT NOT NULL, UNIQUE (subject, side)) STRICT" };
static const struct stmt st_create_state = { "search_create_state",
	"CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, last_event INTEGER NOT NULL) STRICT" };
static const struct stmt st_create_ft = { "search_create_ft",
	"CREATE VIRTUAL TABLE IF NOT EXISTS ft USING "
	"fts5(t, content='', columnsize=0, detail=none, tokenize='ascii tokenchars _')" };
static const struct stmt st_state_init = { "search_state_init",
	"INSERT INTO state (id, last_event) VALUES (1, 0) ON CONFLICT (id) DO NOTHING" };

static const struct stmt st_old = { "search_old", "SELECT id, text, tokens FROM entry WHERE subject = $1 AND side = $2" };
static const struct stmt st_ft_delete = { "search_ft_delete",
	"INSERT INTO ft (ft, rowid, t) VALUES ('delete', $1, $2)" };
static const struct stmt st_ft_insert = { "search_ft_insert", "INSERT INTO ft (rowid, t) VALUES ($1, $2)" };
static const struct stmt st_put = { "search_put",
	"INSERT INTO entry (id, subject, side, text, tokens) VALUES ($1, $2, $3, $4, $5)" };
static const struct stmt st_drop = { "search_drop", "DELETE FROM entry WHERE id = $1" };
static const struct stmt st_last = { "search_last", "SELECT last_event FROM state WHERE id = 1" };
static const struct stmt st_set_last = { "search_set_last", "UPDATE state SET last_event = $1 WHERE id = 1" };
static const struct stmt st_clear_ft = { "search_clear_ft", "INSERT INTO ft (ft) VALUES ('delete-all')" };
static const struct stmt st_clear = { "search_clear", "DELETE FROM entry" };
static const struct stmt st_find = { "search_find",
	"SELECT e.id, e.subject, e.text FROM ft JOIN entry e ON e.id = ft.rowid "
	"WHERE ft MATCH $1 AND ft.rowid < $2 ORDER BY ft.rowid DESC LIMIT $3" };

/* Words alone: when they are rare, what they find is looked at one by one, and the long lists of rights and filters are
 * not walked for it. */
static const struct stmt st_words = { "search_words",
	"SELECT ft.rowid FROM ft WHERE ft MATCH $1 AND ft.rowid < $2 AND ft.rowid % 4 = $4 ORDER BY ft.rowid DESC LIMIT $3" };
static const struct stmt st_entry = { "search_entry", "SELECT id, subject, text, tokens FROM entry WHERE id = $1" };
static const struct stmt st_merge = { "search_merge", "INSERT INTO ft (ft, rank) VALUES ('merge', $1)" };
static const struct stmt st_changes = { "search_changes", "SELECT total_changes()" };

static const struct stmt st_key = { "search_key", "SELECT id FROM entry WHERE subject = $1 AND side = $2" };

static const struct stmt st_pg_put = { "search_pg_put",
	"INSERT INTO search (id, subject, side, text, tokens) "
	"VALUES ($1, $2, $3, $4, array_to_tsvector(string_to_array($5, ' ')))" };
static const struct stmt st_pg_same = { "search_pg_same",
	"SELECT id FROM search WHERE id = $1 AND subject = $2 AND side = $3 AND text = $4 "
	"AND tokens = array_to_tsvector(string_to_array($5, ' '))" };
static const struct stmt st_pg_drop = { "search_pg_drop", "DELETE FROM search WHERE subject = $1 AND side = $2" };
static const struct stmt st_pg_key = { "search_pg_key", "SELECT id FROM search WHERE subject = $1 AND side = $2" };
static const struct stmt st_pg_last = { "search_pg_last", "SELECT last_event FROM search_state WHERE id = 1" };
static const struct stmt st_pg_set_last = { "search_pg_set_last",
	"INSERT INTO search_state (id, last_event) VALUES (1, $1) "
	"ON CONFLICT (id) DO UPDATE SET last_event = excluded.last_event" };
static const struct stmt st_form = { "search_form", "PRAGMA user_version" };
static const struct stmt st_pg_form = { "search_pg_form", "SELECT form FROM search_state WHERE id = 1" };
static const struct stmt st_pg_set_form = { "search_pg_set_form", "UPDATE search_state SET form = $1 WHERE id = 1" };
static const struct stmt st_pg_clear = { "search_pg_clear", "DELETE FROM search" };
static const struct stmt st_pg_find = { "search_pg_find",
	"SELECT id, subject, text FROM search WHERE tokens @@ CAST($1 AS tsquery) AND id < $2 ORDER BY id DESC LIMIT $3" };

/* It can be made again, so it need not reach the disk with each batch; and nobody else brings its log back. */
static const char own_settings[] = "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000;";

#define TEXT_OF(n) #n
#define SET_FORM(n) "PRAGMA user_version = " TEXT_OF(n) ";"
static const char set_form[] = SET_FORM(SEARCH_FORM);
static const char drop_tables[] = "DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS ft; DROP TABLE IF EXISTS state;";

static bool form_of(struct search *s, int64_t *ret, struct err *err)
{
	struct arena *a = arena_new();
	const struct db_out out[] = { db_to_i64(ret) };
	bool found, ok;

	*ret = 0;
	ok = db_maybe(s->db, a, s->postgres ? &st_pg_form : &st_form, DB_NONE, DB_OUT(out), &found, err);
	(void)arena_free(a);
	return ok;
}

static bool make_tables(struct db *db, struct err *err)
{
	return db_exec(db, &st_create_text, DB_NONE, NULL, err) && db_exec(db, &st_create_state, DB_NONE, NULL, err)
	    && db_exec(db, &st_create_ft, DB_NONE, NULL, err) && db_exec(db, &st_state_init, DB_NONE, NULL, err);
}

/* Another form than this program's: SQLite makes the tables anew, PostgreSQL's come by migrations and are emptied. */
static bool make_form(struct search *s, struct err *err)
{
	const struct db_in in[] = { db_i64(SEARCH_FORM) };
	int64_t form;

	if (!form_of(s, &form, err))
		return false;
	if (s->postgres)
		return form == SEARCH_FORM || (search_clear(s, err) && db_exec(s->db, &st_pg_set_form, DB_IN(in), NULL, err));
	return (form == SEARCH_FORM || db_script(s->db, drop_tables, err)) && make_tables(s->db, err)
	    && (form == SEARCH_FORM || db_script(s->db, set_form, err));
}

bool search_open(const char *address, enum db_mode mode, struct search **ret, struct err *err)
{
	struct search *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(err, ERR_BUG, "内存不足");
	if (!db_open(address, mode, &s->db, err)) {
		free(s);
		return false;
	}
	s->postgres = db_dialect(s->db) == DB_POSTGRES;
	if (mode == DB_WRITE && !((s->postgres || db_script(s->db, own_settings, err)) && make_form(s, err))) {
		search_close(s);
		return false;
	}
	*ret = s;
	return true;
}

void search_close(struct search *s)
{
	if (!s)
		return;
	db_close(s->db);
	free(s);
}

struct writing {
	struct search *s;
	const struct search_entry *e;
	size_t n;
	int64_t last;
};

static int64_t key_of(const struct search_entry *e)
{
	int64_t day = e->day < 0 ? 0 : e->day >= DAY_BITS_MOST ? DAY_BITS_MOST - 1 : e->day;

	return (day << (SUBJECT_BITS + SIDE_BITS)) | (e->subject << SIDE_BITS) | (int64_t)e->side;
}

/* The side, the caller's tokens, the words; one blank between two, for PostgreSQL's arrays take no empty text. */
static struct str tokens_of(struct arena *a, const struct search_entry *e, struct str text)
{
	struct str rest = e->tokens, one;
	struct buf b;

	buf_init(&b, a, TOKENS_MAX);
	buf_adds(&b, side_token[e->side]);
	while (str_cut(&rest, ' ', &one)) {
		if (!one.n)
			continue;
		buf_addc(&b, ' ');
		buf_add(&b, one);
	}
	cut_text(&b, text);
	return buf_str(&b);
}

struct putting {
	int64_t key;
	const struct search_entry *e;
	struct str text, tokens;
};

static bool put_postgres(struct db *db, struct arena *a, const struct putting *p, struct err *err)
{
	const struct db_in row[] = { db_i64(p->key), db_i64(p->e->subject), db_i64(p->e->side), db_str(p->text),
				     db_str(p->tokens) };
	const struct db_in old[] = { db_i64(p->e->subject), db_i64(p->e->side) };
	int64_t id;
	const struct db_out out[] = { db_to_i64(&id) };
	bool same = false;

	if (p->text.n && !db_maybe(db, a, &st_pg_same, DB_IN(row), DB_OUT(out), &same, err))
		return false;
	return same || (db_exec(db, &st_pg_drop, DB_IN(old), NULL, err)
			&& (!p->text.n || db_exec(db, &st_pg_put, DB_IN(row), NULL, err)));
}

/* 3.40 cannot delete from a contentless table without the old tokens: they are kept beside the text. */
static bool put_sqlite(struct db *db, struct arena *a, const struct putting *p, struct err *err)
{
	int64_t id = 0;
	struct str text, tokens;
	const struct db_in row[] = { db_i64(p->key), db_i64(p->e->subject), db_i64(p->e->side), db_str(p->text),
				     db_str(p->tokens) };
	const struct db_in ft[] = { db_i64(p->key), db_str(p->tokens) };
	const struct db_in old[] = { db_i64(p->e->subject), db_i64(p->e->side) };
	const struct db_out out[] = { db_to_i64(&id), db_to_str(&text), db_to_str(&tokens) };
	bool found;

	if (!db_maybe(db, a, &st_old, DB_IN(old), DB_OUT(out), &found, err))
		return false;
	if (found && id == p->key && str_eq(text, p->text) && str_eq(tokens, p->tokens))
		return true;
	if (found) {
		const struct db_in gone[] = { db_i64(id), db_str(tokens) };

		if (!db_exec(db, &st_ft_delete, DB_IN(gone), NULL, err) || !db_exec(db, &st_drop, gone, 1, NULL, err))
			return false;
	}
	return !p->text.n || (db_exec(db, &st_ft_insert, DB_IN(ft), NULL, err) && db_exec(db, &st_put, DB_IN(row), NULL, err));
}

static bool put_entry(struct search *s, struct db *db, const struct search_entry *e, struct err *err)
{
	struct arena *a = arena_new();
	struct putting p = { .key = key_of(e), .e = e,
			     .text = str_head(e->text, e->side == SEARCH_PAPERS ? SEARCH_PAPER_TEXT : SEARCH_TEXT) };
	bool ok;

	p.tokens = tokens_of(a, e, p.text);
	ok = s->postgres ? put_postgres(db, a, &p, err) : put_sqlite(db, a, &p, err);
	(void)arena_free(a);
	return ok;
}

static bool write_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct writing *w = ctx;
	const struct db_in in[] = { db_i64(w->last) };

	for (size_t i = 0; i < w->n; i++)
		if (!put_entry(w->s, db, &w->e[i], err))
			return false;
	return db_exec(db, w->s->postgres ? &st_pg_set_last : &st_set_last, DB_IN(in), NULL, err);
}

bool search_write(struct search *s, const struct search_entry *e, size_t n, int64_t last_event, struct err *err)
{
	const struct writing w = { s, e, n, last_event };

	return db_tx(s->db, "search_write", write_tx, &w, err);
}

bool search_last_event(struct search *s, int64_t *ret, struct err *err)
{
	struct arena *a = arena_new();
	int64_t last = 0;
	const struct db_out out[] = { db_to_i64(&last) };
	bool found, ok;

	ok = db_maybe(s->db, a, s->postgres ? &st_pg_last : &st_last, DB_NONE, DB_OUT(out), &found, err);
	(void)arena_free(a);
	if (ok)
		*ret = found ? last : 0;
	return ok;
}

static bool clear_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct search *s = ctx;
	const struct db_in in[] = { db_i64(0) };

	if (s->postgres)
		return db_exec(db, &st_pg_clear, DB_NONE, NULL, err) && db_exec(db, &st_pg_set_last, DB_IN(in), NULL, err);
	return db_exec(db, &st_clear_ft, DB_NONE, NULL, err) && db_exec(db, &st_clear, DB_NONE, NULL, err)
	    && db_exec(db, &st_set_last, DB_IN(in), NULL, err);
}

bool search_clear(struct search *s, struct err *err)
{
	return db_tx(s->db, "search_clear", clear_tx, s, err);
}

/* Tokens hold no quote marks: cut_text and the callers give letters, digits and characters only. */
static void put_token(struct buf *b, bool postgres, struct str token, bool prefix)
{
	buf_adds(b, postgres ? "'" : "\"");
	buf_add(b, token);
	buf_adds(b, postgres ? "'" : "\"");
	if (prefix)
		buf_adds(b, postgres ? ":*" : "*");
}

/* The 号 of 〔2026〕12号: a single character beside whole words of its phrase. It stands for the beginnings of a great many words, and
 * hits are compared with the phrase anyway. */
static bool is_beside(const struct cut_query *cut, size_t token)
{
	bool whole = false;

	for (size_t i = 0; i < cut->n; i++)
		whole = whole || !cut->prefix[i];
	for (size_t i = 0; i < cut->n_phrase; i++)
		if (str_eq(cut->phrase[i], cut->token[token]))
			return false;
	return whole && cut->prefix[token];
}

/* Only the words of what was typed; empty when there are none or one stands for many (a single character). */
static struct str words_text(struct arena *a, const struct cut_query *cut)
{
	struct buf b;

	buf_init(&b, a, QUERY_MAX);
	for (size_t i = 0; i < cut->n; i++) {
		if (is_beside(cut, i))
			continue;
		if (cut->prefix[i])
			return (struct str){ 0 };
		buf_adds(&b, b.n ? " AND " : "");
		put_token(&b, false, cut->token[i], false);
	}
	return buf_str(&b);
}

/* all: also the characters beside words. */
static struct str match_text(struct arena *a, bool postgres, const struct search_query *q, const struct cut_query *cut, bool all)
{
	const char *and = postgres ? " & " : " AND ", *or = postgres ? " | " : " OR ";
	struct buf b;

	buf_init(&b, a, QUERY_MAX);
	buf_adds(&b, "(");
	put_token(&b, postgres, str_of(side_token[q->side]), false);
	for (size_t i = 0; i < q->n_all; i++) {
		buf_adds(&b, and);
		put_token(&b, postgres, q->all[i], false);
	}
	for (size_t i = 0; i < cut->n; i++) {
		if (!all && is_beside(cut, i))
			continue;
		buf_adds(&b, and);
		put_token(&b, postgres, cut->token[i], cut->prefix[i]);
	}
	for (size_t i = 0; i < q->n_any; i++) {
		buf_adds(&b, i ? or : and);
		buf_adds(&b, i ? "" : "(");
		put_token(&b, postgres, q->any[i], false);
	}
	buf_adds(&b, q->n_any ? "))" : ")");
	for (size_t i = 0; i < q->n_none; i++) {
		buf_adds(&b, postgres ? " & !" : " NOT ");
		put_token(&b, postgres, q->none[i], false);
	}
	return buf_str(&b);
}

struct found {
	struct arena *a;
	const struct cut_query *cut;
	int64_t id, subject;
	struct str text;
	struct search_hit *hit;
	size_t n, limit;
	size_t seen;
	int64_t last;
};

static bool take(void *ctx, struct err *err)
{
	struct found *f = ctx;

	(void)err;
	f->seen++;
	f->last = f->id;
	if (f->n <= f->limit && cut_matches(f->a, f->cut, f->text))
		f->hit[f->n++] = (struct search_hit){ f->subject, f->text };
	return f->n <= f->limit;
}

/* Where the page before ended; one that left the index meanwhile ends the list. */
static bool key_before(struct search *s, struct arena *a, const struct search_query *q, int64_t *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(q->before), db_i64(q->side) };
	const struct db_out out[] = { db_to_i64(ret) };
	bool found;

	if (!q->before)
		return true;
	if (!db_maybe(s->db, a, s->postgres ? &st_pg_key : &st_key, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		*ret = 0;
	return true;
}

/* ---- one part of many ---- */

#define TIDY_PAGES 100

static bool changes(struct search *s, struct arena *a, int64_t *ret, struct err *err)
{
	const struct db_out out[] = { db_to_i64(ret) };

	return db_one(s->db, a, &st_changes, DB_NONE, DB_OUT(out), err);
}

/* A negative number of pages begins with everything, whatever its age; a call that found nothing to do changes one row. */
bool search_tidy(struct search *s, bool begin, bool *ret_more, struct err *err)
{
	const struct db_in in[] = { db_i64(begin ? -TIDY_PAGES : TIDY_PAGES) };
	struct arena *a = arena_new();
	int64_t before = 0, after = 0;
	bool ok;

	*ret_more = false;
	ok = s->postgres || (changes(s, a, &before, err) && db_exec(s->db, &st_merge, DB_IN(in), NULL, err)
			     && changes(s, a, &after, err));
	*ret_more = ok && after - before > 1;
	(void)arena_free(a);
	return ok;
}

/* ---- finding ---- */

static bool has_token(struct str tokens, struct str token)
{
	struct str one;

	while (str_cut(&tokens, ' ', &one))
		if (str_eq(one, token))
			return true;
	return false;
}

/* Side, filters and rights of an entry, as the index would have asked for them. */
static bool allowed(const struct search_query *q, struct str tokens)
{
	bool any = q->n_any == 0;

	if (!has_token(tokens, str_of(side_token[q->side])))
		return false;
	for (size_t i = 0; i < q->n_none; i++)
		if (has_token(tokens, q->none[i]))
			return false;
	for (size_t i = 0; i < q->n_all; i++)
		if (!has_token(tokens, q->all[i]))
			return false;
	for (size_t i = 0; i < q->n_any; i++)
		any = any || has_token(tokens, q->any[i]);
	return any;
}

struct few {
	int64_t id[SLICE], one;
	size_t n;
};

static bool add_id(void *ctx, struct err *err)
{
	struct few *x = ctx;

	(void)err;
	x->id[x->n++] = x->one;
	return true;
}

/* *ret_few: f has all that are allowed of the words' candidates, which are fewer than a slice; or, where nearly all are allowed
 * because no rights are asked for, a page full of the newest. */
static bool find_few(struct search *s, struct arena *a, const struct search_query *q, struct str words, int64_t before,
		     struct found *f, bool *ret_few, struct err *err)
{
	struct few x = { .n = 0 };
	struct str tokens;
	const struct db_in in[] = { db_str(words), db_i64(before), db_i64(SLICE), db_i64(q->side) };
	const struct db_out ids[] = { db_to_i64(&x.one) };
	const struct db_out out[] = { db_to_i64(&f->id), db_to_i64(&f->subject), db_to_str(&f->text), db_to_str(&tokens) };
	bool found;

	if (!db_each(s->db, a, &st_words, DB_IN(in), DB_OUT(ids), add_id, &x, err))
		return false;
	*ret_few = x.n < SLICE;
	for (size_t i = 0; (*ret_few || !q->n_any) && i < x.n; i++) {
		const struct db_in id[] = { db_i64(x.id[i]) };

		if (!db_maybe(s->db, a, &st_entry, DB_IN(id), DB_OUT(out), &found, err))
			return false;
		if (found && allowed(q, tokens) && !take(f, err))
			break;
	}
	*ret_few = *ret_few || f->n > f->limit;
	f->n = *ret_few ? f->n : 0;
	return true;
}

/* The candidates of a match, newest first, until the page is full. *ret_whole false: there were too many of them. */
static bool find_matches(struct search *s, struct arena *a, struct str match, int64_t before, struct found *f, bool *ret_whole,
			 struct err *err)
{
	const struct db_out out[] = { db_to_i64(&f->id), db_to_i64(&f->subject), db_to_str(&f->text) };
	size_t total = 0;

	f->n = 0;
	do {
		const struct db_in in[] = { db_str(match), db_i64(before), db_i64(SLICE) };

		f->seen = 0;
		if (!db_each(s->db, a, s->postgres ? &st_pg_find : &st_find, DB_IN(in), DB_OUT(out), take, f, err))
			return false;
		before = f->last;
		total += f->seen;
		*ret_whole = f->n > f->limit || f->seen < SLICE;
	} while (!*ret_whole && total < CANDIDATES);
	return true;
}

bool search_find(struct search *s, struct arena *a, const struct search_query *q, const struct search_hit **ret,
		 size_t *ret_n, bool *ret_more, struct err *err)
{
	struct cut_query cut;
	struct found f = { .a = a, .cut = &cut, .limit = (size_t)q->limit };
	int64_t before = INT64_MAX;
	struct str match, all, words;
	bool done = false;

	if (!key_before(s, a, q, &before, err))
		return false;
	cut_query(a, q->typed, &cut);
	match = match_text(a, s->postgres, q, &cut, false);
	all = match_text(a, s->postgres, q, &cut, true);
	words = s->postgres ? (struct str){ 0 } : words_text(a, &cut);
	f.hit = arena_many(a, f.limit + 1, struct search_hit); /* one more than asked tells whether there is a next page */
	if (words.n && !find_few(s, a, q, words, before, &f, &done, err))
		return false;
	if (!done && !find_matches(s, a, match, before, &f, &done, err))
		return false;
	if (!done && !str_eq(match, all) && !find_matches(s, a, all, before, &f, &done, err))
		return false;
	*ret_more = f.n > f.limit;
	*ret = f.hit;
	*ret_n = *ret_more ? f.limit : f.n;
	return true;
}
