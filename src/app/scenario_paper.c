/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The papers that scenarios make, drawn into a folder: the first of each template, for eyes and for validators. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/scenario_play.h"
#include "blob/blob.h"
#include "law/kind.h"
#include "matter/document.h"
#include "paper/draw.h"

static const struct stmt st_made = { "scenario_made",
	"SELECT d.paper, d.content, d.created, m.def, m.kind FROM document d JOIN matter m ON m.id = d.matter ORDER BY d.id" };

struct made {
	struct engine *e;
	struct db *db;
	struct arena *a;
	const char *folder;
	struct str paper, content, kind;
	int64_t at, def;
};

static bool to_file(const struct made *m, int fd, struct str content, struct err *err)
{
	bool ok = write(fd, content.p, content.n) == (ssize_t)content.n;

	(void)close(fd);
	return ok || err_set(err, ERR_IO, "文书写不进 %s：%s", m->folder, strerror(errno));
}

/* -1 with EEXIST for one that another scenario drew already. */
static int new_file(const struct made *m, struct str template, const char *suffix)
{
	char *path = str_cstr(m->a, str_fmt(m->a, "%s/%.*s%s", m->folder, STR_FMT(template), suffix));

	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
}

static bool draw_made(void *ctx, struct err *err)
{
	const struct made *m = ctx;
	struct draw_job job = { .blocks = m->content, .author = STR("场景"), .at = m->at };
	const struct law *l;
	const struct paper *p;
	struct str pdf, ofd;
	int fd;

	if (!engine_law(m->e, m->db, m->a, m->def, &l, err))
		return false;
	p = kind_paper(law_kind(l, m->kind), m->paper);
	fd = p ? new_file(m, p->template_id, ".pdf") : -1;
	if (fd < 0)
		return !p || errno == EEXIST || err_set(err, ERR_IO, "文书写不进 %s：%s", m->folder, strerror(errno));
	job.title = p->name;
	if (!draw_pdf(m->a, &job, &pdf, err) || !draw_ofd(m->a, &job, &ofd, err)) {
		(void)close(fd);
		return false;
	}
	return to_file(m, fd, pdf, err) && to_file(m, new_file(m, p->template_id, ".ofd"), ofd, err);
}

bool scenario_draw(struct engine *e, struct db *db, struct arena *a, const char *folder, struct err *err)
{
	struct made m = { .e = e, .db = db, .a = a, .folder = folder };
	const struct db_out out[] = { db_to_str(&m.paper), db_to_str(&m.content), db_to_i64(&m.at), db_to_i64(&m.def),
				      db_to_str(&m.kind) };

	return db_each(db, a, &st_made, DB_NONE, DB_OUT(out), draw_made, &m, err);
}

/* Each is stored as a row, whatever its size: a scenario has no folder, and is taken back. */
static bool freeze(struct play *p, const struct document *d, struct err *err)
{
	const struct draw_job job = { .blocks = d->content, .title = d->name, .author = d->organ, .at = d->created };
	struct str pdf;
	struct blob b;

	if (!draw_pdf(p->a, &job, &pdf, err))
		return false;
	blob_digest(p->a, pdf, &b);
	b.place = STR("row");
	b.data = pdf;
	return blob_put(p->st.db, &b, engine_now(p->st.e), err)
	    && document_frozen(p->st.e, p->st.db, p->a, d->id, b.sha256, b.sm3, err);
}

#define DRAWN_AT_ONCE 20

bool play_drawn(struct play *p, const struct ynode *y)
{
	const struct document *d;
	size_t n;
	struct err err = { 0 };

	do {
		if (!document_queued(p->st.e, p->st.db, p->a, DRAWN_AT_ONCE, &d, &n, &err))
			return play_broke(p, y, &err);
		for (size_t i = 0; i < n; i++)
			if (!freeze(p, &d[i], &err))
				return play_broke(p, y, &err);
	} while (n == DRAWN_AT_ONCE);
	return true;
}
