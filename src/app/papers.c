/* SPDX-License-Identifier: MulanPSL-2.0 */
/* papers.c - draws queued papers. One thread: opening the fonts is dear, drawing is not. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "base/log.h"
#include "base/parse.h"
#include "log/log.h"
#include "matter/document.h"
#include "paper/draw.h"

#define PAPERS_A_ROUND 20
#define ROW_MOST ((int64_t)256 * 1024) /* larger ones are files: the database's pages stay few */

struct drawing {
	struct app *app;
	int64_t document;
	struct document_pdf pdf;
	struct str why; /* not empty: it could not be drawn */
};

static struct str digest(struct arena *a, const EVP_MD *md, struct str s)
{
	unsigned char d[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char *hex;

	(void)EVP_Digest(s.p, s.n, d, &n, md, NULL);
	hex = arena_alloc(a, 2 * (size_t)n + 1);
	parse_put_hex(hex, d, n);
	return str_of(hex);
}

/* Writes DIR/blobs/ab/abcd… by a temporary name; a row never points at a missing file. */
static bool store_file(struct app *app, struct arena *a, struct str sha256, struct str data, struct err *err)
{
	char *folder = str_cstr(a, str_fmt(a, "%s/blobs/%.2s", app->dir, sha256.p));
	char *path = str_cstr(a, str_fmt(a, "%s/%.*s", folder, STR_FMT(sha256)));
	char *part = str_cstr(a, str_fmt(a, "%s.part", path));
	size_t done = 0;
	int fd;

	(void)mkdir(folder, 0700);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	while (fd >= 0 && done < data.n) {
		ssize_t n = write(fd, data.p + done, data.n - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd < 0 || done < data.n || fsync(fd) != 0 || close(fd) != 0 || rename(part, path) != 0) {
		(void)err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "文书文件未能写入磁盘");
		return err_wrap(err, "%s: %s", path, strerror(errno));
	}
	return true;
}

static bool draw(struct app *app, struct arena *a, const struct document *d, struct document_pdf *ret, struct err *err)
{
	const struct draw_job job = { .blocks = d->content, .title = d->name, .author = d->organ, .at = d->created };
	struct str pdf;

	if (!draw_pdf(a, &job, &pdf, err))
		return false;
	*ret = (struct document_pdf){ .sha256 = digest(a, EVP_sha256(), pdf), .sm3 = digest(a, EVP_sm3(), pdf),
				      .size = (int64_t)pdf.n };
	if (ret->size < ROW_MOST) {
		ret->place = STR("row");
		ret->data = pdf;
		return true;
	}
	ret->place = STR("file");
	return store_file(app, a, ret->sha256, pdf, err);
}

static bool record(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct drawing *w = ctx;

	if (w->why.n)
		return document_failed(w->app->engine, db, a, w->document, w->why, err);
	return document_frozen(w->app->engine, db, a, w->document, &w->pdf, err);
}

struct write_alone {
	struct arena *a;
	struct drawing *w;
};

static bool record_alone(struct db *db, const void *ctx, struct err *err)
{
	const struct write_alone *alone = ctx;

	return record(db, alone->a, alone->w, err) && log_append(db, alone->a, NULL, err);
}

/* Through the writer when it runs; in a transaction of one's own while the program is being set up. */
static bool write_outcome(struct app *app, struct arena *a, struct drawing *w, struct err *err)
{
	const struct write_alone alone = { a, w };
	struct db *db;
	bool ok;

	if (app->writer)
		return writer_run(app->writer, "paper", record, w, err);
	if (!db_open(app->db, DB_WRITE, &db, err))
		return false;
	ok = db_tx(db, "paper", record_alone, &alone, err);
	db_close(db);
	return ok;
}

static bool one_paper(struct app *app, struct arena *a, const struct document *d, struct err *err)
{
	struct drawing w = { .app = app, .document = d->id };
	struct err why = { 0 };

	if (!draw(app, a, d, &w.pdf, &why)) {
		log_line(LOG_WARNING, "paper %lld (%.*s) was not drawn: %s", (long long)d->id, STR_FMT(d->paper),
			 why.detail);
		w.why = str_dup(a, str_of(why.msg));
	}
	return write_outcome(app, a, &w, err);
}

void papers_work(struct app *app, struct follower *f)
{
	struct arena *a;
	const struct document *d = NULL;
	struct err err = { 0 };
	struct db *db;
	size_t n = 0;
	bool ok;

	if (f->stop)
		return; /* what is queued is drawn after the next start */
	if (!db_open(app->db, DB_READ, &db, &err))
		return; /* the database is away: the next round asks again */
	a = arena_new();
	ok = document_queued(app->engine, db, a, PAPERS_A_ROUND, &d, &n, &err);
	db_close(db);
	for (size_t i = 0; ok && i < n && !f->stop; i++)
		ok = one_paper(app, a, &d[i], &err);
	if (!ok)
		log_line(LOG_WARNING, "papers: %s (%s)", err.msg, err.detail);
	f->more = ok && n == PAPERS_A_ROUND;
	(void)arena_free(a);
}
