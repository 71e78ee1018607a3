/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/log_proof.h"

#include "base/base64.h"
#include "log/log.h"

#define EXTRA_MOST 4096 /* an event with some twenty files */

static bool head_above(struct db *db, struct arena *a, const struct event_proof *p, struct str *ret_note, int64_t *ret_size,
		       int64_t *ret_at, bool *ret_found, struct err *err)
{
	return log_checkpoint_cosigned(db, a, p->o.log, p->index + 1, ret_note, ret_size, ret_at, ret_found, err)
	       && (*ret_found
		   || log_checkpoint_newest(db, a, p->o.log, p->index + 1, ret_note, ret_size, ret_at, ret_found, err));
}

static bool file_of(struct db *db, struct arena *a, struct event_proof *p, struct str note, struct err *err)
{
	struct tlog_proof t = { .index = p->index, .checkpoint = note };
	struct log_store s;
	struct note read;
	struct checkpoint c;
	struct buf b;

	log_store_init(&s, db, a, &p->o);
	if (!log_prove_inclusion(&s.nodes, p->index, p->size, &t.path, err) || !note_read(a, note, &read, err)
	    || !checkpoint_read(read.text, &c, err))
		return false;
	for (size_t i = 0; i < LOG_HASH; i++)
		p->root[i] = c.root[i];
	p->n_witness = read.n - 2; /* the log's own two lines come first */
	if (p->entry.n <= EXTRA_MOST)
		t.extra = p->entry;
	buf_init(&b, a, TLOG_PROOF_MAX);
	tlog_proof_put(&b, &t);
	p->file = buf_str(&b);
	return true;
}

static bool place(struct db *db, struct arena *a, int64_t event, struct event_proof *p, bool *ret_found, struct err *err)
{
	int64_t log;
	bool known;

	*p = (struct event_proof){ .index = 0 };
	return log_place(db, a, event, &log, &p->index, &p->entry, ret_found, err)
	       && (!*ret_found || log_origin_load(db, a, log, &p->o, &known, err));
}

static void put_hash(struct buf *b, const unsigned char h[LOG_HASH])
{
	base64_put(b, (struct str){ (const char *)h, LOG_HASH });
	buf_addc(b, '\n');
}

/* Entry 0 of the next log: what the tree came to when it ended. */
static bool end_of(struct str entry, struct checkpoint *ret, struct err *err)
{
	struct str rest = entry, word, line[3];

	if (!str_cut(&rest, '\n', &word) || !str_is(word, "mingfa/renew/1"))
		return err_set(err, ERR_DB, "另起的日志没有记下前一份的末尾");
	for (int i = 0; i < 3; i++)
		if (!str_cut(&rest, '\n', &line[i]))
			return err_set(err, ERR_DB, "另起的日志没有记下前一份的末尾");
	return checkpoint_read((struct str){ line[0].p, (size_t)(line[2].p + line[2].n + 1 - line[0].p) }, ret, err);
}

/* No head of its log covers it, and the log goes on under another name. */
static bool ended(struct db *db, struct arena *a, struct event_proof *p, struct err *err)
{
	struct event_proof first = { .index = 0 };
	struct checkpoint end;
	struct log_proof path;
	struct log_store s;
	struct str note;
	struct buf b;
	bool found, covered;

	if (!log_origin_load(db, a, p->o.log + 1, &first.o, &found, err) || !found)
		return err->code == ERR_NONE;
	first.entry = first.o.entry;
	log_store_init(&s, db, a, &p->o);
	if (!end_of(first.entry, &end, err) || !log_prove_inclusion(&s.nodes, p->index, end.size, &path, err)
	    || !head_above(db, a, &first, &note, &first.size, &first.at, &covered, err))
		return false;
	if (covered && !file_of(db, a, &first, note, err))
		return false;
	buf_init(&b, a, 2 * TLOG_PROOF_MAX);
	buf_addf(&b, "mingfa/ended-log/1\n%.*s\n%lld\n", STR_FMT(end.origin), (long long)end.size);
	put_hash(&b, end.root);
	buf_addf(&b, "index %lld\n", (long long)p->index);
	for (size_t i = 0; i < path.n; i++)
		put_hash(&b, path.hash[i]);
	buf_addc(&b, '\n');
	buf_add(&b, first.file);
	p->next = first.o.origin;
	p->file = covered ? buf_str(&b) : (struct str){ 0 };
	p->at = first.at;
	p->size = end.size;
	p->n_witness = first.n_witness;
	for (size_t i = 0; i < LOG_HASH; i++)
		p->root[i] = end.root[i];
	return true;
}

bool event_proof_load(struct db *db, struct arena *a, int64_t event, struct event_proof *ret, bool *ret_found,
		      struct err *err)
{
	struct str note;
	bool covered;

	if (!place(db, a, event, ret, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	if (!head_above(db, a, ret, &note, &ret->size, &ret->at, &covered, err))
		return false;
	return covered ? file_of(db, a, ret, note, err) : ended(db, a, ret, err);
}

bool event_proof_kept(struct db *db, struct arena *a, int64_t event, const struct event_proof *last, struct event_proof *ret,
		      bool *ret_found, struct err *err)
{
	int64_t least;
	struct str note;
	bool covered;

	if (!place(db, a, event, ret, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	least = last && last->o.log == ret->o.log ? last->index : ret->index;
	if (!log_checkpoint_oldest(db, a, ret->o.log, least + 1, &note, &ret->size, &ret->at, &covered, err))
		return false;
	return !covered || file_of(db, a, ret, note, err);
}

static const struct stmt st_opened = { "log_opened",
	"SELECT " LOG_ACT_SELECT ", b.salt, b.body FROM " LOG_ACT_FROM " JOIN event_body b ON b.event = e.id WHERE e.id = $1" };

bool event_opened(struct db *db, struct arena *a, int64_t event, struct str *ret_act, struct str *ret_salt, bool *ret_found,
		  struct err *err)
{
	struct log_act act;
	struct str body;
	struct db_out out[LOG_ACT_COLUMNS + 2];
	const struct db_in in[] = { db_i64(event) };

	log_act_out(&act, out);
	out[LOG_ACT_COLUMNS] = db_to_bytes(ret_salt);
	out[LOG_ACT_COLUMNS + 1] = db_to_str(&body);
	if (!db_maybe(db, a, &st_opened, DB_IN(in), DB_OUT(out), ret_found, err))
		return false;
	if (*ret_found)
		*ret_act = str_fmt(a, "%.*s\n%.*s", STR_FMT(log_act_head(a, &act)), STR_FMT(body));
	return true;
}
