/* SPDX-License-Identifier: MulanPSL-2.0 */
/* indexer.c - the thread that follows events into the full-text index (decision 17): up to 100 events a round,
 * at most 2 s behind, by connections of its own. What it wrote can be made again from the first event. */
#include <stdlib.h>

#include "app/app.h"
#include "app/index.h"
#include "app/party.h"
#include "base/day.h"
#include "base/log.h"

#define EVENTS_A_ROUND 100 /* with their papers some megabytes */
#define TEXT_MOST ((size_t)64 * 1024) /* of one matter, before the index keeps its beginning */
#define TOKENS_MOST ((size_t)16 * 1024)
#define READERS_MOST 200              /* principals of a matter: an entry's tokens stay small */

struct indexer {
	struct app *app;
	struct db *db;
	struct search *search;
	struct arena *a;
	size_t untidy;   /* entries written since the index was one part; after a start it may be that many */
	bool tidying;
	struct err said; /* what the log was told last: a database that is away is one line, not one a second */
};

/* A matter is taken at its newest event: filled from the first one, the index is written once a matter. */
static const struct stmt st_events = { "indexer_events",
	"SELECT e.id, e.matter, CASE WHEN EXISTS (SELECT 1 FROM event n WHERE n.matter = e.matter AND n.seq > e.seq)"
	" THEN 0 ELSE 1 END FROM event e WHERE e.id > $1 ORDER BY e.id LIMIT $2" };
static const struct stmt st_newest = { "indexer_newest", "SELECT COALESCE(MAX(id), 0) FROM event" };
static const struct stmt st_readers = { "indexer_readers", "SELECT principal FROM matter_reader WHERE matter = $1" };

struct entries {
	struct search_entry *v;
	size_t n, cap;
};

static void put(struct entries *to, struct arena *a, const struct search_entry *e)
{
	if (to->n == to->cap) {
		struct search_entry *more = arena_many(a, to->cap ? 2 * to->cap : 64, struct search_entry);

		for (size_t i = 0; i < to->n; i++)
			more[i] = to->v[i];
		to->cap = to->cap ? 2 * to->cap : 64;
		to->v = more;
	}
	to->v[to->n++] = *e;
}

/* ---- one matter ---- */

struct tokens {
	struct arena *a;
	struct buf b;
	struct str principal;
	int n;
};

static void add_token(struct tokens *t, const char *prefix, struct str s)
{
	buf_addc(&t->b, ' ');
	buf_adds(&t->b, prefix);
	buf_add(&t->b, s);
}

static bool add_reader(void *ctx, struct err *err)
{
	struct tokens *t = ctx;

	(void)err;
	if (++t->n <= READERS_MOST)
		add_token(t, "", index_principal_token(t->a, t->principal));
	return true;
}

static const struct field_view *seen(const struct matter_view *v, const char *id)
{
	for (size_t i = 0; i < v->n_field; i++)
		if (str_is(v->field[i].def->id, id) && !v->field[i].hidden)
			return &v->field[i];
	return NULL;
}

static int64_t day_of_field(const struct matter_view *v, const char *id, int64_t otherwise)
{
	const struct field_view *f = seen(v, id);

	return f && f->v.t == T_DATE ? f->v.i : otherwise;
}

static void add_plain_tokens(struct tokens *t, const struct matter_view *v, int64_t year_day)
{
	add_token(t, "k_", v->snap->kind->id);
	add_token(t, "s_", v->snap->state->id);
	if (v->snap->organ)
		add_token(t, "o_", str_fmt(t->a, "%lld", (long long)v->snap->organ));
	add_token(t, "y_", str_fmt(t->a, "%d", day_ymd(year_day).year));
}

enum weight { FIRST, SHORT, LONG, NEVER };

/* References would bring the titles of matters that the reader may not see. */
static enum weight weight_of(const struct type *t, enum search_side side)
{
	switch (t->tag) {
	case T_PARTY:
	case T_USCC:
	case T_IDCARD:
		return FIRST;
	case T_TEXT:
	case T_PHONE:
	case T_ENUM:
	case T_PICKS:
		return SHORT;
	case T_USER:
	case T_USERS:
		return side == SEARCH_WORKING ? SHORT : NEVER;
	case T_NOTE:
		return LONG;
	default:
		return NEVER;
	}
}

static void add_field(struct buf *b, struct arena *a, const struct field_view *f, const struct val_names *names,
		      enum search_side side)
{
	size_t before = b->n;

	val_put_cn(b, a, f->v, names);
	if (f->v.t == T_PARTY && side == SEARCH_WORKING) {
		buf_addc(b, ' ');
		buf_add(b, f->v.party->code);
	}
	if (b->n > before)
		buf_addc(b, ' ');
}

/* Numbers, whom it concerns, short texts, long ones: what is cut off at the end matters least. */
static struct str text_of(struct arena *a, const struct matter_view *v, const struct val_names *names,
			  enum search_side side)
{
	struct buf b;

	buf_init(&b, a, TEXT_MOST);
	for (size_t i = 0; side == SEARCH_WORKING && i < v->snap->kind->n_number; i++) {
		buf_add(&b, v->snap->number[i]);
		buf_addc(&b, ' ');
	}
	for (int w = FIRST; w < NEVER; w++)
		for (size_t i = 0; i < v->n_field; i++) {
			const struct field_view *f = &v->field[i];

			if (!f->hidden && !(f->masked && side == SEARCH_WORKING)
			    && weight_of(&f->def->type, side) == (enum weight)w)
				add_field(&b, a, f, names, side);
		}
	return str_trim(buf_str(&b));
}

static bool reader_tokens(struct indexer *x, int64_t matter, struct str *ret, struct err *err)
{
	struct tokens t = { .a = x->a };
	const struct db_in in[] = { db_i64(matter) };
	const struct db_out out[] = { db_to_str(&t.principal) };

	buf_init(&t.b, x->a, TOKENS_MOST);
	if (!db_each(x->db, x->a, &st_readers, DB_IN(in), DB_OUT(out), add_reader, &t, err))
		return false;
	*ret = buf_str(&t.b);
	return true;
}

/* What every reader of the matter sees: fields with a sight of their own only once they are open to all. The
 * import is let in everywhere and holds no right to any field. */
static bool working_entry(struct indexer *x, struct matter_view *v, struct str readers, struct search_entry *ret,
			  struct err *err)
{
	static const struct actor nobody = { .sort = ACTOR_PUBLIC }; /* readers of this matter may not see the one named */
	struct tokens t = { .a = x->a };
	struct val_names names;

	if (!matter_names(x->app->engine, x->db, x->a, &nobody, &names, err))
		return false;
	buf_init(&t.b, x->a, TOKENS_MOST + readers.n);
	add_plain_tokens(&t, v, day_at(v->snap->opened));
	buf_add(&t.b, readers);
	*ret = (struct search_entry){ .subject = v->snap->id, .side = SEARCH_WORKING, .day = day_at(v->snap->opened),
				      .text = text_of(x->a, v, &names, SEARCH_WORKING), .tokens = buf_str(&t.b) };
	if (!ret->text.n)
		ret->text = v->snap->kind->name;
	return true;
}

/* A party that every reader sees, by name and code; empty where there is none. */
static void party_entries(struct indexer *x, const struct matter_view *v, struct str readers, struct entries *to)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_field && n < INDEX_PARTIES; i++) {
		const struct field_view *f = &v->field[i];
		struct search_entry e = { .subject = INDEX_PARTY(v->snap->id, n), .side = SEARCH_PARTIES,
					  .day = day_at(v->snap->opened) };

		if (!party_leads(f->def))
			continue;
		n++;
		if (!f->hidden && !f->masked && f->v.t == T_PARTY) {
			e.text = str_fmt(x->a, "%.*s %.*s", STR_FMT(f->v.party->name), STR_FMT(f->v.party->code));
			e.tokens = str_fmt(x->a, "%.*s%.*s", STR_FMT(index_party_token(x->a, f->v.party)), STR_FMT(readers));
		}
		put(to, x->a, &e);
	}
}

static struct str narrow_tokens(struct indexer *x, const struct paper_entry *p)
{
	struct tokens t = { .a = x->a };

	buf_init(&t.b, x->a, TOKENS_MOST);
	for (size_t i = 0; i < p->n_who && i < READERS_MOST; i++)
		add_token(&t, "", index_principal_token(x->a, p->who[i]));
	return buf_str(&t.b);
}

static void put_pieces(struct indexer *x, const struct paper_entry *p, struct str tokens, struct entries *to)
{
	const struct str head = str_head(str_fmt(x->a, "%.*s %.*s", STR_FMT(p->name), STR_FMT(p->number)), INDEX_PIECE_REPEAT);
	struct str rest = paper_plain(x->a, p->content);

	for (int n = 0; n < INDEX_PIECES && (rest.n || !n); n++) {
		const struct str piece = str_head(rest, INDEX_PIECE_STEP + INDEX_PIECE_REPEAT);
		const struct search_entry e = { .subject = INDEX_PIECE(p->id, n), .side = SEARCH_PAPERS, .day = day_at(p->made),
						.text = str_fmt(x->a, "%.*s\n%.*s", STR_FMT(head), STR_FMT(piece)),
						.tokens = tokens };

		put(to, x->a, &e);
		rest = piece.n == rest.n ? (struct str){ 0 } : str_sub(rest, str_head(rest, INDEX_PIECE_STEP).n, rest.n);
	}
	if (rest.n)
		log_line(LOG_WARNING, "search: the end of paper %lld is not indexed: it has more than %d characters",
			 (long long)p->id, INDEX_PIECES * INDEX_PIECE_STEP);
}

/* What was let go is found no more: its pieces are empty, which drops them. */
static void drop_pieces(struct indexer *x, const struct paper_entry *p, struct entries *to)
{
	for (int n = 0; n < INDEX_PIECES; n++) {
		const struct search_entry e = { .subject = INDEX_PIECE(p->id, n), .side = SEARCH_PAPERS, .day = day_at(p->made) };

		put(to, x->a, &e);
	}
}

static bool paper_entries(struct indexer *x, const struct matter_view *v, struct str readers, struct entries *to,
			  struct err *err)
{
	const struct paper_entry *p;
	size_t n;

	if (!matter_papers(x->app->engine, x->db, x->a, v->snap->id, &p, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct str who = p[i].narrow ? narrow_tokens(x, &p[i]) : readers;

		if (!p[i].content.n)
			drop_pieces(x, &p[i], to);
		else
			put_pieces(x, &p[i], str_fmt(x->a, "k_%.*s%.*s", STR_FMT(v->snap->kind->id), STR_FMT(who)), to);
	}
	return true;
}

/* What the list of a kind can be narrowed by: e_category_licence_act. */
static void add_filter_tokens(struct tokens *t, const struct matter_view *v)
{
	const struct kind *k = v->snap->kind;

	for (size_t i = 0; i < k->list.n_filters; i++) {
		const struct field_view *f = seen(v, str_cstr(t->a, k->list.filters[i]));

		if (f && f->v.t == T_ENUM)
			add_token(t, "e_", str_fmt(t->a, "%.*s_%.*s", STR_FMT(k->list.filters[i]), STR_FMT(f->v.s)));
	}
}

/* The public's text: nothing when the matter is not open to it. */
static bool public_entry(struct indexer *x, int64_t matter, struct search_entry *ret, struct err *err)
{
	static const struct actor who = { .sort = ACTOR_PUBLIC };
	struct tokens t = { .a = x->a };
	struct matter_view v;
	struct val_names names;
	struct err no = { 0 };
	int64_t opened;

	*ret = (struct search_entry){ .subject = matter, .side = SEARCH_PUBLIC };
	if (!matter_see(x->app->engine, x->db, x->a, &who, matter, SEE_FIELDS, &v, &no)) {
		if (no.code != ERR_NOT_FOUND)
			*err = no;
		return no.code == ERR_NOT_FOUND;
	}
	if (!matter_names(x->app->engine, x->db, x->a, &who, &names, err))
		return false;
	opened = day_at(v.snap->opened);
	buf_init(&t.b, x->a, TOKENS_MOST);
	/* A decision belongs to the year in which it was made, and is new on the day on which it was published. */
	add_plain_tokens(&t, &v, day_of_field(&v, "decided_on", day_of_field(&v, "published_on", opened)));
	add_filter_tokens(&t, &v);
	ret->day = day_of_field(&v, "published_on", day_of_field(&v, "decided_on", opened));
	ret->text = text_of(x->a, &v, &names, SEARCH_PUBLIC);
	if (str_blank(ret->text)) /* a plan is figures and a table: an entry without text would be dropped, and the list lacks it */
		ret->text = v.snap->kind->name;
	ret->tokens = buf_str(&t.b);
	return true;
}

/* ---- a round ---- */

struct batch {
	int64_t event, matter, newest;
	int64_t last;
	int64_t matters[EVENTS_A_ROUND];
	size_t n, events;
};

static bool add_event(void *ctx, struct err *err)
{
	struct batch *b = ctx;

	(void)err;
	b->last = b->event;
	b->events++;
	if (b->newest)
		b->matters[b->n++] = b->matter;
	return true;
}

/* One broken matter must not hold up all others: it is left out and named. */
static bool gone_for_good(enum err_code code)
{
	return code == ERR_LAW || code == ERR_BUG || code == ERR_BAD_INPUT || code == ERR_NOT_FOUND;
}

/* The import is let in everywhere and holds no right to any field. */
static bool matter_entries(struct indexer *x, int64_t matter, struct entries *to, struct err *err)
{
	static const struct actor anyone = { .sort = ACTOR_IMPORT };
	struct search_entry working, open;
	struct matter_view v;
	struct str readers;

	if (!matter_see(x->app->engine, x->db, x->a, &anyone, matter, SEE_FIELDS, &v, err)
	    || !reader_tokens(x, matter, &readers, err) || !working_entry(x, &v, readers, &working, err)
	    || !public_entry(x, matter, &open, err) || !paper_entries(x, &v, readers, to, err))
		return false;
	put(to, x->a, &working);
	put(to, x->a, &open);
	party_entries(x, &v, readers, to);
	return true;
}

static bool put_matter(struct indexer *x, int64_t matter, struct entries *to, struct err *err)
{
	const size_t before = to->n;
	struct err why = { 0 };

	if (matter_entries(x, matter, to, &why))
		return true;
	to->n = before;
	if (!gone_for_good(why.code)) {
		*err = why;
		return false;
	}
	log_line(LOG_WARNING, "search: matter %lld was left out: %s (%s)", (long long)matter, why.msg, why.detail);
	return true;
}

/* While nothing waits: what was written in many parts becomes one (search_tidy). */
static bool tidy(struct indexer *x, bool *ret_more, struct err *err)
{
	const bool begin = !x->tidying && x->untidy >= SEARCH_TIDY_AFTER;

	if (!begin && !x->tidying)
		return true;
	if (!search_tidy(x->search, begin, &x->tidying, err))
		return false;
	x->untidy = x->tidying ? x->untidy : 0;
	*ret_more = x->tidying;
	return true;
}

static bool round_of(struct indexer *x, bool *ret_more, struct err *err)
{
	struct batch b = { 0 };
	struct entries to = { .n = 0 };

	if (!search_last_event(x->search, &b.last, err))
		return false;
	{
		const struct db_in in[] = { db_i64(b.last), db_i64(EVENTS_A_ROUND) };
		const struct db_out out[] = { db_to_i64(&b.event), db_to_i64(&b.matter), db_to_i64(&b.newest) };

		if (!db_each(x->db, x->a, &st_events, DB_IN(in), DB_OUT(out), add_event, &b, err))
			return false;
	}
	*ret_more = b.events == EVENTS_A_ROUND;
	atomic_store(&x->app->indexed, b.last);
	if (!b.events)
		return tidy(x, ret_more, err);
	for (size_t i = 0; i < b.n; i++)
		if (!put_matter(x, b.matters[i], &to, err))
			return false;
	x->untidy += to.n;
	*ret_more = *ret_more || x->untidy >= SEARCH_TIDY_AFTER; /* a round with nothing to write tidies */
	return search_write(x->search, to.v, to.n, b.last, err);
}

/* An index that knows events which the database has not was made for another one (a restored backup). */
static bool check_index(struct indexer *x, struct err *err)
{
	int64_t newest = 0, last;
	const struct db_out out[] = { db_to_i64(&newest) };

	if (!db_one(x->db, x->a, &st_newest, DB_NONE, DB_OUT(out), err) || !search_last_event(x->search, &last, err))
		return false;
	return last <= newest || search_clear(x->search, err);
}

static void give_back(struct indexer *x)
{
	search_close(x->search);
	db_close(x->db);
	x->search = NULL;
	x->db = NULL;
}

static bool connect(struct indexer *x, struct err *err)
{
	if (x->db)
		return true;
	x->untidy = SEARCH_TIDY_AFTER;
	x->tidying = false;
	return db_open(x->app->db, DB_READ, &x->db, err) && search_open(x->app->search_db, DB_WRITE, &x->search, err)
	    && check_index(x, err);
}

static void say(struct indexer *x, const struct err *err)
{
	if (err->code == x->said.code)
		return;
	x->said = *err;
	log_line(LOG_WARNING, "search: %s (%s)", err->msg, err->detail);
}

void indexer_work(struct app *app, struct follower *f)
{
	struct indexer *x = f->priv;
	struct err err = { 0 };

	if (!x) {
		x = calloc(1, sizeof(*x)); /* not of the program's arena, which belongs to one thread */
		if (!x)
			abort();
		f->priv = x;
		x->app = app;
		x->a = arena_new();
	}
	if (f->stop) {
		give_back(x);
		(void)arena_free(x->a);
		free(x);
		f->priv = NULL;
		return;
	}
	if (!connect(x, &err) || !round_of(x, &f->more, &err)) {
		say(x, &err);
		give_back(x); /* the next round begins with fresh connections */
		f->more = false;
	} else {
		x->said = (struct err){ 0 };
	}
	arena_reset(x->a);
}
