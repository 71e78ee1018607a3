/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/organ_key.h"

#include "base/day.h"
#include "base/json.h"
#include "base/parse.h"
#include "log/note.h"

#define TEXT_MAX 4096
#define MINUTE_MS 60000
#define ZONE " +0800"

/* ---- keys ---- */

static const struct stmt st_keys = { "organ_keys",
	"SELECT id, organ, state, opened, COALESCE(ended, 0), fields FROM matter WHERE kind = 'signing_key' AND ($1 = 0 OR organ = $1) ORDER BY id LIMIT 10000" };

struct reading_keys {
	struct arena *a;
	struct organ_key row, *v;
	size_t n;
	int64_t ended;
	struct str state, fields;
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool read_key(struct reading_keys *x, struct organ_key *k, struct err *err)
{
	const struct json *doc;
	int64_t day;

	if (!json_read(x->a, x->fields, &doc, err))
		return false;
	k->active = str_is(x->state, "active");
	k->in_token = str_is(json_str(doc, "kept"), "token");
	k->name = json_str(doc, "title");
	k->place = json_str(doc, "place");
	k->ed25519 = json_str(doc, "ed25519");
	k->sm2 = json_str(doc, "sm2");
	if (!day_parse(json_str(doc, "valid_to"), &day))
		return err_set(err, ERR_BAD_INPUT, "签名密钥的有效期已不能读取");
	k->until = day_start(day + 1);
	if (x->ended)
		k->until = least(k->until, x->ended);
	k->n_key = k->sm2.n ? 2 : 1;
	return key_read(k->ed25519, &k->key[0], err) && (k->n_key == 1 || key_read(k->sm2, &k->key[1], err));
}

/* A row that was altered is told by mingfa verify; here its key counts for nothing. */
static bool key_row(void *ctx, struct err *err)
{
	struct reading_keys *x = ctx;
	struct organ_key k = x->row;
	struct err why = { 0 };

	(void)err;
	if (!read_key(x, &k, &why))
		return true;
	if (x->n % 64 == 0) {
		struct organ_key *more = arena_many(x->a, x->n + 64, struct organ_key);

		for (size_t i = 0; i < x->n; i++)
			more[i] = x->v[i];
		x->v = more;
	}
	x->v[x->n++] = k;
	return true;
}

bool organ_keys(struct db *db, struct arena *a, int64_t organ, const struct organ_key **ret, size_t *ret_n, struct err *err)
{
	struct reading_keys x = { .a = a };
	const struct db_in in[] = { db_i64(organ) };
	const struct db_out out[] = { db_to_i64(&x.row.id), db_to_i64(&x.row.organ), db_to_str(&x.state), db_to_i64(&x.row.from),
				      db_to_i64(&x.ended), db_to_str(&x.fields) };

	if (!db_each(db, a, &st_keys, DB_IN(in), DB_OUT(out), key_row, &x, err))
		return false;
	*ret = x.v;
	*ret_n = x.n;
	return true;
}

/* ---- what is signed ---- */

void paper_statement_put(struct buf *b, const struct paper_statement *s)
{
	buf_addf(b, "mingfa/paper/1\norgan %.*s\npaper %.*s\nnumber %.*s\nsha256 %.*s\nsm3 %.*s\nsigned ", STR_FMT(s->organ),
		 STR_FMT(s->paper), STR_FMT(s->number), STR_FMT(s->sha256), STR_FMT(s->sm3));
	time_put(b, s->at);
	buf_adds(b, ZONE "\n");
}

static bool take(struct str *rest, const char *word, struct str *ret)
{
	struct str line, head = str_of(word);

	if (!str_cut(rest, '\n', &line) || !str_starts(line, head))
		return false;
	*ret = str_sub(line, head.n, line.n);
	return true;
}

bool paper_statement_read(struct str text, struct paper_statement *ret, struct err *err)
{
	struct str rest = text, first, at;
	struct arena *a = arena_new();
	struct buf again;
	bool ok = take(&rest, "mingfa/paper/1", &first) && take(&rest, "organ ", &ret->organ) && take(&rest, "paper ", &ret->paper)
	       && take(&rest, "number ", &ret->number) && take(&rest, "sha256 ", &ret->sha256) && take(&rest, "sm3 ", &ret->sm3)
	       && take(&rest, "signed ", &at) && str_ends(at, STR(ZONE))
	       && time_parse(str_sub(at, 0, at.n - (sizeof(ZONE) - 1)), &ret->at);

	buf_init(&again, a, TEXT_MAX);
	if (ok)
		paper_statement_put(&again, ret);
	ok = ok && buf_ok(&again) && str_eq(buf_str(&again), text);
	(void)arena_free(a);
	return ok || err_set(err, ERR_BAD_INPUT, "签名文件的写法不对：开头应是 mingfa/paper/1，共七行");
}

/* Both halves of a key: one alone would do for whoever took the other away. */
static bool signed_by(struct arena *a, const struct note *n, const struct organ_key *k, bool *ret, struct err *err)
{
	bool half;

	*ret = true;
	for (size_t i = 0; i < k->n_key; i++) {
		if (!note_signed_by(a, n, &k->key[i], &half, NULL, err))
			return false;
		*ret = *ret && half;
	}
	return true;
}

bool paper_signature_check(struct arena *a, struct str note, const struct organ_key *key, size_t n, struct paper_statement *ret,
			   const struct organ_key **ret_key, struct err *err)
{
	struct note read;
	bool yes;

	if (!note_read(a, note, &read, err) || !paper_statement_read(read.text, ret, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!signed_by(a, &read, &key[i], &yes, err))
			return false;
		if (!yes)
			continue;
		*ret_key = &key[i];
		return (ret->at >= key[i].from - key[i].from % MINUTE_MS && ret->at < key[i].until)
		    || err_set(err, ERR_BAD_INPUT, "签名时间不在密钥“%.*s”的有效期内", STR_FMT(key[i].name));
	}
	return err_set(err, ERR_BAD_INPUT, "没有本机关密钥的完整签名");
}
