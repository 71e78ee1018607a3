/* SPDX-License-Identifier: MulanPSL-2.0 */
/* package_log.c - what an archive package holds of the record log: of each act its proof, its entry, and the act opened.
 * Notes (批注) stay closed: they are proved, not shown (they are no part of the dossier). */
#include "app/app.h"
#include "app/job.h"
#include "app/log_proof.h"
#include "app/package.h"
#include "base/base64.h"
#include "matter/reading.h"

#define ACTS_MOST 5000 /* of a matter and its children */
#define PROVED_MOST ((size_t)4 << 20)

struct acts {
	struct job *j;
	const struct package_held *held;
	size_t n_held;
	int64_t *event;
	bool *closed;
	size_t n;
	struct zip_entry *v;
	size_t n_v;
	struct buf proved;
	/* the row being read */
	int64_t id;
	struct str action, digest, salt;
	struct str no;
};

static const struct stmt st_acts = { "package_acts",
	"SELECT e.id, e.action FROM event e JOIN leaf l ON l.event = e.id WHERE e.matter = $1"
	" AND e.action NOT IN (" READING_ACTIONS ") ORDER BY e.id" };
static const struct stmt st_files = { "package_files",
	"SELECT digest, salt FROM event_file WHERE event = $1 ORDER BY n" };

static bool add_act(void *ctx, struct err *err)
{
	struct acts *x = ctx;

	if (x->n == ACTS_MOST)
		return err_set(err, ERR_TOO_LARGE, "本件的办理记录超过%d条，装不进一个归档包", ACTS_MOST);
	x->closed[x->n] = str_is(x->action, "note");
	x->event[x->n++] = x->id;
	return true;
}

static struct str base64(struct arena *a, struct str bytes)
{
	struct buf b;

	buf_init(&b, a, BASE64_LEN(bytes.n));
	base64_put(&b, bytes);
	return buf_str(&b);
}

static void put(struct acts *x, const char *end, struct str content)
{
	x->v[x->n_v++] = (struct zip_entry){ str_fmt(x->j->a, "log/%.*s%s", STR_FMT(x->no), end), content };
}

static void prove(struct acts *x, struct str salt, struct str name)
{
	buf_addf(&x->proved, "%.*s %.*s %.*s\n", STR_FMT(x->no), STR_FMT(salt), STR_FMT(name));
}

/* Where a file with this digest stands in the package, if it does. */
static void prove_held(struct acts *x, struct str digest, struct str salt)
{
	for (size_t i = 0; i < x->n_held; i++)
		if (str_eq(x->held[i].sha256, digest))
			prove(x, salt, x->held[i].name);
}

static bool file_row(void *ctx, struct err *err)
{
	struct acts *x = ctx;

	(void)err;
	prove_held(x, x->digest, base64(x->j->a, x->salt));
	return true;
}

/* A frozen paper's digest stands in the act's text; salt `-` says so. */
static void prove_papers(struct acts *x, struct str act)
{
	for (size_t i = 0; i < x->n_held; i++)
		if (str_find(act, x->held[i].sha256, 0) != SIZE_MAX)
			prove(x, STR("-"), x->held[i].name);
}

static bool open_act(struct acts *x, size_t i, struct err *err)
{
	const struct db_in in[] = { db_i64(x->event[i]) };
	const struct db_out out[] = { db_to_str(&x->digest), db_to_bytes(&x->salt) };
	struct str act, salt;
	bool opened;

	if (!x->closed[i]) {
		if (!event_opened(x->j->db, x->j->a, x->event[i], &act, &salt, &opened, err))
			return false;
		if (opened) {
			put(x, ".act", act);
			prove(x, base64(x->j->a, salt), str_fmt(x->j->a, "log/%.*s.act", STR_FMT(x->no)));
			prove_papers(x, act);
		}
	}
	return db_each(x->j->db, x->j->a, &st_files, DB_IN(in), DB_OUT(out), file_row, x, err);
}

static bool put_act(struct acts *x, size_t i, const struct event_proof *last, struct err *err)
{
	struct event_proof p;
	bool found;

	if (!event_proof_kept(x->j->db, x->j->a, x->event[i], last, &p, &found, err))
		return false;
	if (!p.file.n)
		return err_set(err, ERR_CONFLICT, "记录日志还没有签到本件的最后一步，一般几秒钟内签好，请稍后再生成");
	x->no = str_fmt(x->j->a, "%04zu", i + 1);
	put(x, ".tlog-proof", p.file);
	put(x, ".entry", p.entry);
	return open_act(x, i, err);
}

static bool all_acts(struct acts *x, struct err *err)
{
	struct event_proof last;
	size_t newest = 0;
	bool found;

	for (size_t i = 0; i < x->n; i++)
		newest = x->event[i] > x->event[newest] ? i : newest;
	if (!event_proof_kept(x->j->db, x->j->a, x->event[newest], NULL, &last, &found, err))
		return false;
	x->v = arena_many(x->j->a, 3 * x->n + 2, struct zip_entry);
	for (size_t i = 0; i < x->n; i++)
		if (!put_act(x, i, &last, err))
			return false;
	x->v[x->n_v++] = (struct zip_entry){ STR("log/proved.txt"), buf_str(&x->proved) };
	x->v[x->n_v++] = (struct zip_entry){ STR("log/key"), str_fmt(x->j->a, "%.*s\n%.*s\n", STR_FMT(last.o.ed25519), STR_FMT(last.o.sm2)) };
	return buf_ok(&x->proved) || err_set(err, ERR_TOO_LARGE, "本件的存证太多，装不进一个归档包");
}

bool package_log(struct job *j, const struct dossier *d, const struct package_held *held, size_t n_held, struct package_log *ret,
		 struct err *err)
{
	struct acts x = { .j = j, .held = held, .n_held = n_held, .event = arena_many(j->a, ACTS_MOST, int64_t),
			  .closed = arena_many(j->a, ACTS_MOST, bool) };
	const struct db_out out[] = { db_to_i64(&x.id), db_to_str(&x.action) };

	buf_init(&x.proved, j->a, PROVED_MOST);
	for (size_t i = 0; i < d->n_matter; i++) {
		const struct db_in in[] = { db_i64(d->matter[i]) };

		if (!db_each(j->db, j->a, &st_acts, DB_IN(in), DB_OUT(out), add_act, &x, err))
			return false;
	}
	if (x.n && !all_acts(&x, err))
		return false;
	*ret = (struct package_log){ x.v, x.n_v };
	return true;
}
