/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/signing.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/day.h"
#include "base/log.h"
#include "base/small.h"
#include "log/note.h"
#include "log/token.h"
#include "matter/document.h"

#define PEM_MOST ((size_t)8 * 1024)
#define PASS_MOST ((size_t)64 * 1024)
#define PAPERS_A_ROUND 50 /* 4 ms each with a PKCS #8 key, perhaps 100 with a token */
#define COMPLAIN_MS 60000
#define NOTE_OF_PAPER 8192

/* ---- passphrases ---- */

bool key_pass_load(struct arena *a, const char *file, struct str *ret, struct err *err)
{
	const char *set = getenv("MINGFA_KEY_PASS");
	bool found;

	*ret = str_dup(a, str_of(set ? set : ""));
	if (!file)
		return true;
	if (!small_get(a, file, PASS_MOST, ret, &found, err))
		return false;
	return found || err_set(err, ERR_USAGE, "没有口令文件 %s", file);
}

struct str key_pass_of(struct arena *a, struct str text, struct str organ_name)
{
	const struct str own = str_fmt(a, "%.*s=", STR_FMT(organ_name));
	struct str rest = text, line, first = { 0 };
	bool any = false;

	while (str_cut(&rest, '\n', &line)) {
		line = str_ends(line, STR("\r")) ? str_sub(line, 0, line.n - 1) : line;
		if (str_starts(line, own))
			return str_sub(line, own.n, line.n);
		if (!any)
			first = line;
		any = true;
	}
	return first;
}

/* ---- private halves ---- */

static char *file_of(struct arena *a, const char *dir, const struct key *ed25519, int half)
{
	return str_cstr(a, str_fmt(a, "%s/keys/sign-%08" PRIx32 "%s.pem", dir, ed25519->id, half ? "-sm2" : ""));
}

static bool half_of(struct arena *a, const char *dir, const struct organ_key *k, struct str pass, int half, struct signer **ret,
		    struct err *err)
{
	struct str pem;
	bool found;

	if (half == 0 && k->in_token) {
		if (!token_signer(a, k->place, k->name, pass, false, ret, err))
			return false;
	} else {
		const char *path = file_of(a, dir, &k->key[0], half);

		if (!small_get(a, path, PEM_MOST, &pem, &found, err))
			return false;
		if (!found)
			return err_set(err, ERR_NOT_FOUND, "没有私钥文件 %s", path);
		if (!signer_pem(a, k->key[half].type, k->name, pem, pass, ret, err))
			return err_wrap(err, "%s", path);
	}
	return signer_key(*ret)->id == k->key[half].id
	    || err_set(err, ERR_BAD_INPUT, "私钥与登记的密钥“%.*s”不相符", STR_FMT(k->name));
}

bool signing_signers(struct arena *a, const char *dir, const struct organ_key *k, struct str pass, struct signer *ret[2],
		     struct err *err)
{
	for (size_t i = 0; i < k->n_key; i++)
		if (!half_of(a, dir, k, pass, (int)i, &ret[i], err))
			return false;
	return true;
}

static struct str vkey(struct arena *a, const struct key *k)
{
	struct buf b;

	buf_init(&b, a, 1024);
	key_put(&b, k);
	return buf_str(&b);
}

static bool make_file(struct arena *a, const char *dir, struct organ_key *k, struct str pass, int half, struct err *err)
{
	static const enum key_type type[2] = { KEY_ED25519, KEY_SM2 };
	struct signer *s;
	struct str pem;

	if (!signer_new_pem(a, type[half], pass, &pem, err) || !signer_pem(a, type[half], k->name, pem, pass, &s, err))
		return false;
	k->key[half] = *signer_key(s);
	return small_put(a, file_of(a, dir, &k->key[0], half), pem, false, err);
}

bool signing_make(struct arena *a, const char *dir, struct str name, struct str uri, struct str pass, struct organ_key *ret,
		  struct err *err)
{
	struct signer *s;

	*ret = (struct organ_key){ .name = name, .place = uri, .in_token = uri.n > 0, .n_key = 2 };
	if (pass.n < KEY_PASS_MIN)
		return err_set(err, ERR_USAGE, "没有给出口令，或者口令不到%d个字：把它写在文件里，用 --key-pass 文件 给出，或者放在环境变量 "
			       "MINGFA_KEY_PASS 里", KEY_PASS_MIN);
	if (!uri.n && !make_file(a, dir, ret, pass, 0, err))
		return false;
	if (uri.n) {
		if (!token_signer(a, uri, name, pass, true, &s, err))
			return false;
		ret->key[0] = *signer_key(s);
	}
	if (!make_file(a, dir, ret, pass, 1, err))
		return false;
	ret->ed25519 = vkey(a, &ret->key[0]);
	ret->sm2 = vkey(a, &ret->key[1]);
	return true;
}

/* ---- following ---- */

struct signing {
	struct app *app;
	struct arena *a;
	int64_t document[PAPERS_A_ROUND];
	struct str note[PAPERS_A_ROUND];
	size_t n;
};

static bool sign_one(struct signing *x, const struct unsigned_paper *p, struct signer *const signer[2], size_t n_signer, struct err *err)
{
	const struct paper_statement s = { p->organ_name, p->name, p->number, p->sha256, p->sm3, engine_now(x->app->engine) };
	struct buf text, b;

	buf_init(&text, x->a, NOTE_OF_PAPER);
	paper_statement_put(&text, &s);
	buf_init(&b, x->a, NOTE_OF_PAPER);
	buf_add(&b, buf_str(&text));
	buf_addc(&b, '\n');
	for (size_t i = 0; i < n_signer; i++)
		if (!note_sign(signer[i], buf_str(&text), 0, &b, err))
			return false;
	if (!buf_ok(&text) || !buf_ok(&b))
		return err_set(err, ERR_TOO_LARGE, "文书的名称或者文号太长，不能签名");
	x->document[x->n] = p->document;
	x->note[x->n++] = buf_str(&b);
	return true;
}

static bool record(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct signing *x = ctx;

	for (size_t i = 0; i < x->n; i++)
		if (!document_signed(x->app->engine, db, a, x->document[i], x->note[i], err))
			return false;
	return true;
}

/* The papers of one organ; *ret_more: there may be others. Keys are read anew each time: a passphrase or a token that came
 * meanwhile counts. */
static bool sign_papers_of(struct app *app, struct db *db, struct arena *a, const struct organ_key *k, bool *ret_more, struct err *err)
{
	struct signing x = { .app = app, .a = a };
	const struct unsigned_paper *p;
	struct signer *signer[2];
	size_t n;

	if (!document_unsigned(app->engine, db, a, k->organ, PAPERS_A_ROUND, &p, &n, err) || !n)
		return err->code == ERR_NONE;
	if (!signing_signers(a, app->dir, k, key_pass_of(a, app->key_pass, p[0].organ_name), signer, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!sign_one(&x, &p[i], signer, k->n_key, err))
			return false;
	*ret_more = *ret_more || n == PAPERS_A_ROUND;
	return writer_run(app->writer, "sign", record, &x, err);
}

static void complain(struct follower *f, const struct organ_key *k, const struct err *err)
{
	if (f->done_at && time_monotonic() - f->done_at < COMPLAIN_MS)
		return;
	f->done_at = time_monotonic();
	log_line(LOG_WARNING, "papers wait for their signature (%.*s): %s", STR_FMT(k->name), err->msg);
}

static bool round_of(struct app *app, struct follower *f, struct db *db, struct arena *a, struct err *err)
{
	const struct organ_key *k;
	size_t n;
	bool waiting;

	if (!document_sign_waits(db, a, &waiting, err) || !waiting)
		return err->code == ERR_NONE;
	if (!organ_keys(db, a, 0, &k, &n, err))
		return false;
	for (size_t i = 0; i < n && !f->stop; i++) {
		struct err why = { 0 };

		if (k[i].active && k[i].until > engine_now(app->engine) && !sign_papers_of(app, db, a, &k[i], &f->more, &why))
			complain(f, &k[i], &why);
	}
	return true;
}

void signing_work(struct app *app, struct follower *f)
{
	struct arena *a = arena_new();
	struct err err = { 0 };
	struct db *db = NULL;

	f->more = false;
	if (!f->stop && db_open(app->db, DB_READ, &db, &err) && !round_of(app, f, db, a, &err))
		log_line(LOG_WARNING, "signing: %s (%s)", err.msg, err.detail);
	db_close(db);
	(void)arena_free(a);
}
