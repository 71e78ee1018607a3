/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/import_page.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/uuid.h"
#include "pages.h"

#define FAULTS_SHOWN 100
#define KEPT_SECONDS (24 * 3600)

bool import_offered(struct req *r, struct str kind)
{
	size_t n;

	return import_columns(r->a, app_of(r), kind, &n) != NULL;
}

/* Whether this person opens such matters at all; the rows are asked again, one by one. */
static bool may_open(struct req *r, const struct kind *k, struct err *err)
{
	const struct act act = { .who = actor_of(r), .kind = k->id, .action = STR("open"), .version = -1 };
	struct act_result result;

	if (!matter_try(app_of(r)->engine, r->db, r->a, &act, &result, err))
		return false;
	for (size_t i = 0; i < result.n_refused; i++)
		if (result.refused[i].sort == REFUSED_RIGHT)
			return err_set(err, ERR_FORBIDDEN, "%.*s", STR_FMT(result.refused[i].say));
	return true;
}

static bool begin(struct req *r, struct import_view *v, struct err *err)
{
	struct str id = req_param(r, "kind");
	const struct law *l;
	const struct kind *k;

	if (!frame_law(r, &l, err))
		return false;
	k = law_kind(l, id);
	v->column = k ? import_columns(r->a, app_of(r), id, &v->n_column) : NULL;
	if (!v->column)
		return err_set(err, ERR_NOT_FOUND, "这一类不能从表格导入");
	v->kind = k->name;
	v->kind_id = id;
	return may_open(r, k, err);
}

static bool show(struct req *r, int status, struct import_view *v, struct err *err)
{
	struct html h;

	if (!frame_load(r, str_fmt(r->a, "导入%.*s", STR_FMT(v->kind)), &v->frame, err))
		return false;
	frame_crumb(&v->frame, v->kind, str_fmt(r->a, "/k/%.*s", STR_FMT(v->kind_id)));
	frame_crumb(&v->frame, STR("导入"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_import(&h, v);
	return frame_reply(r, status, &h, err);
}

bool import_show(struct req *r, struct err *err)
{
	struct import_view v = { 0 };

	return begin(r, &v, err) && show(r, 200, &v, err);
}

/* An empty table with the headings. */
bool import_template(struct req *r, struct err *err)
{
	struct import_view v = { 0 };
	struct buf b;

	if (!begin(r, &v, err))
		return false;
	buf_init(&b, r->a, 64 * 1024);
	buf_adds(&b, "\xEF\xBB\xBF");
	for (size_t i = 0; i < v.n_column; i++) {
		buf_adds(&b, i ? "," : "");
		import_put_cell(&b, v.column[i].heading);
	}
	buf_adds(&b, "\r\n");
	return reply_file(r, "text/csv; charset=utf-8", buf_str(&b), str_fmt(r->a, "导入%.*s.csv", STR_FMT(v.kind)), true);
}

/* ---- the file between preview and import: kept in spool/, under a name that only its uploader is told ---- */

static char *kept_path(struct req *r, struct str token)
{
	return str_cstr(r->a, str_fmt(r->a, "%s/spool/import-%lld-%.*s.csv", app_of(r)->dir,
				      (long long)r->session->person, STR_FMT(token)));
}

/* Previews that nobody followed: personal data does not lie about for longer than a day. */
static void sweep(struct req *r)
{
	struct str folder = str_fmt(r->a, "%s/spool", app_of(r)->dir);
	DIR *d = opendir(folder.p);
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		char *path = str_cstr(r->a, str_fmt(r->a, "%.*s/%s", STR_FMT(folder), e->d_name));

		if (str_starts(str_of(e->d_name), STR("import-")) && stat(path, &st) == 0 && time(NULL) - st.st_mtime > KEPT_SECONDS)
			(void)unlink(path);
	}
	if (d)
		(void)closedir(d);
}

static bool keep(struct req *r, struct str text, struct str *ret_token, struct err *err)
{
	struct str token = uuid_new(r->a, now_of(r));
	int fd;
	FILE *f;
	bool ok;

	sweep(r);
	fd = open(kept_path(r, token), O_WRONLY | O_CREAT | O_EXCL, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "wb");
	ok = f && fwrite(text.p, 1, text.n, f) == text.n;

	if (f && fclose(f) != 0)
		ok = false;
	if (!ok) {
		(void)err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "文件没有存下来，请稍后再试");
		return err_wrap(err, "%s", strerror(errno));
	}
	*ret_token = token;
	return true;
}

static bool take_kept(struct req *r, struct str token, struct str *ret, struct err *err)
{
	struct buf b;
	char chunk[65536];
	size_t n;
	FILE *f = uuid_valid(token) ? fopen(kept_path(r, token), "rb") : NULL;

	if (!f)
		return err_set(err, ERR_NOT_FOUND, "核对过的文件已经不在了，请重新选择文件");
	buf_init(&b, r->a, IMPORT_PAGE_BODY);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&b, (struct str){ chunk, n });
	(void)fclose(f);
	*ret = buf_str(&b);
	return true;
}

static const struct form_pair *sent_file(const struct req *r)
{
	for (size_t i = 0; i < r->form.n; i++)
		if (r->form.v[i].file && r->form.v[i].value.n)
			return &r->form.v[i];
	return NULL;
}

/* ---- preview and import ---- */

static void fill(struct req *r, const struct import *im, struct import_view *v)
{
	struct import_fault *f = arena_many(r->a, FAULTS_SHOWN, struct import_fault);

	v->read = true;
	v->organ = im->organ_name;
	v->encoding = str_of(im->encoding);
	v->rows = (int64_t)im->table.rows;
	v->opened = im->opened;
	v->known = im->known;
	v->refused = im->refused;
	v->ignored = im->ignored;
	v->n_ignored = im->n_ignored;
	for (size_t i = 0; i < im->table.rows && v->n_fault < FAULTS_SHOWN; i++)
		if (im->row[i].outcome == IMPORT_REFUSED)
			f[v->n_fault++] = (struct import_fault){ im->table.line[i], im->row[i].why };
	v->fault = f;
	v->more_faults = im->refused > (int64_t)v->n_fault;
}

static const struct stmt st_organ_code = { "import_own_organ", "SELECT name FROM organ WHERE id = $1" };

static bool own_organ(struct req *r, struct str *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(r->session->organ) };
	const struct db_out out[] = { db_to_str(ret) };

	return db_one(r->db, r->a, &st_organ_code, DB_IN(in), DB_OUT(out), err);
}

static bool run(struct req *r, struct str text, const char *name, bool dry, struct import **ret, struct err *err)
{
	struct str organ;

	if (!own_organ(r, &organ, err)
	    || !import_open(r->a, app_of(r), req_param(r, "kind"), text, name, organ, r->db, ret, err))
		return false;
	if ((*ret)->table.rows > IMPORT_PAGE_ROWS)
		return err_set(err, ERR_TOO_LARGE, "一次最多导入%d行。请分成几个文件，或者由系统管理员用命令导入", IMPORT_PAGE_ROWS);
	(*ret)->who = actor_of(r);
	return import_run(*ret, r->db, dry ? NULL : r->writer, NULL, NULL, err);
}

/* What is wrong with the file as a whole stands on the page, above the field. */
static bool back(struct req *r, struct import_view *v, const struct err *why, struct err *err)
{
	if (why->code != ERR_BAD_INPUT && why->code != ERR_TOO_LARGE && why->code != ERR_USAGE
	    && why->code != ERR_NOT_FOUND) {
		*err = *why;
		return false;
	}
	v->error = str_of(why->msg);
	return show(r, err_status(why->code), v, err);
}

/* It broke off on the way: what was done is done, and the same file may come again. */
static bool broken(struct req *r, struct import_view *v, const struct import *im, const struct err *why, struct err *err)
{
	if (!im || !im->opened)
		return back(r, v, why, err);
	v->error = str_fmt(r->a, "%s。已导入%lld行，其余还没有导入。请稍后再选同一个文件核对、导入，已导入的不会重复", why->msg,
			   (long long)im->opened);
	return show(r, err_status(why->code), v, err);
}

bool import_post(struct req *r, struct err *err)
{
	const struct form_pair *file = sent_file(r);
	struct str kept = req_form(r, "kept"), text = { 0 };
	struct import_view v = { 0 };
	struct import *im = NULL;
	struct err why = { 0 };

	if (!begin(r, &v, err))
		return false;
	if (!file && !kept.n) {
		(void)err_set(&why, ERR_BAD_INPUT, "还没有选择文件");
		return back(r, &v, &why, err);
	}
	v.file = file ? file->filename : req_form(r, "file_name");
	if (file)
		text = file->value;
	else if (!take_kept(r, kept, &text, &why))
		return back(r, &v, &why, err);
	if (!run(r, text, str_cstr(r->a, str_head(v.file, 100)), file != NULL, &im, &why))
		return broken(r, &v, im, &why, err);
	v.done = !file;
	if (!v.done && !keep(r, text, &v.kept, err))
		return false;
	/* Imported, the file stays for the table of refused rows only as long as there are some. */
	if (v.done && im->refused)
		v.kept = kept;
	else if (v.done)
		(void)unlink(kept_path(r, kept));
	fill(r, im, &v);
	return show(r, 200, &v, err);
}

/* The refused rows of a kept file, by trying again: what was imported meanwhile is known and not among them. */
bool import_refused(struct req *r, struct err *err)
{
	struct import_view v = { 0 };
	struct import *im;
	struct str text;

	if (!begin(r, &v, err) || !take_kept(r, req_param(r, "token"), &text, err)
	    || !run(r, text, "refused", true, &im, err))
		return false;
	return reply_file(r, "text/csv; charset=utf-8", import_refused_csv(r->a, im),
			  str_fmt(r->a, "未导入的%.*s.csv", STR_FMT(v.kind)), true);
}
