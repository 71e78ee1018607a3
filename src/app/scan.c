/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/scan.h"

#include <string.h>

#include "app/case.h"
#include "app/media.h"
#include "base/uuid.h"
#include "blob/blob.h"
#include "pages.h"

#define UUID 36
#define FILES_MOST 200 /* of one field: what an officer scans in a visit is a handful */

struct sheet_scan {
	struct str code, action; /* of the matter; of its action */
	struct blob blob;
	struct str name;
	int64_t matter;
	bool read, filed; /* its code was read; it is filed */
	struct str why, title;
};
struct scanning {
	struct req *r;
	struct app *app;
	struct actor who;
	struct sheet_scan v[SCANS_AT_ONCE];
	size_t n;
};

/* ---- what the code says ---- */

/* /m/{code}/do/{action} */
static bool split_address(struct str q, struct str *ret_code, struct str *ret_action)
{
	const size_t head = STR("/m/").n, tail = head + UUID;
	struct str action = str_sub(q, tail + STR("/do/").n, q.n);

	if (!str_starts(q, STR("/m/")) || q.n <= tail + STR("/do/").n || !str_eq(str_sub(q, tail, tail + STR("/do/").n), STR("/do/")))
		return false;
	for (size_t i = 0; i < action.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", action.p[i]))
			return false;
	*ret_code = str_sub(q, head, tail);
	*ret_action = action;
	return uuid_valid(*ret_code);
}

bool scan_is_address(struct str q)
{
	struct str code, action;

	return split_address(q, &code, &action);
}

/* All codes of a file name one form. */
static void take_codes(struct sheet_scan *s, struct str text)
{
	struct str line, code, action;

	while (str_cut(&text, '\n', &line)) {
		if (!split_address(line, &code, &action))
			continue;
		if (s->read && (!str_eq(code, s->code) || !str_eq(action, s->action))) {
			s->why = STR("这个文件里有几件办件或者几种纸，系统不能拆开。下一步：一种纸扫成一个文件");
			return;
		}
		s->code = code;
		s->action = action;
		s->read = true;
	}
	if (!s->read)
		s->why = STR("没有认出离线取证包上的二维码。下一步：铺平重扫（JPG、PNG 或者扫描仪的 PDF），或者在下面照着输入码下面的一行字");
}

/* ---- filing ---- */

static const struct field *only_files(const struct action *ac)
{
	return ac && ac->n_form == 1 && ac->form[0].field->type.tag == T_FILES ? ac->form[0].field : NULL;
}

static bool has_digest(struct val files, struct str digest)
{
	for (size_t i = 0; files.t == T_FILES && files.list && i < files.list->n; i++)
		if (str_eq(files.list->v[i].file->digest, digest))
			return true;
	return false;
}

static struct val with_file(struct arena *a, struct val files, const struct sheet_scan *s)
{
	const size_t n = files.t == T_FILES && files.list ? files.list->n : 0;
	struct val *v = arena_many(a, n + 1, struct val);
	struct file_ref *x = arena_one(a, struct file_ref);

	for (size_t i = 0; i < n; i++)
		v[i] = files.list->v[i];
	*x = (struct file_ref){ .name = s->name, .digest = s->blob.sha256, .media = s->blob.media, .size = s->blob.size };
	v[n] = (struct val){ .t = T_FILE, .file = x };
	return val_list(a, T_FILES, v, n + 1);
}

struct filing {
	struct scanning *x;
	struct sheet_scan *s;
	struct arena *a;
	struct act_result result;
};

static bool act_once(struct filing *f, struct db *db, const struct matter_view *m, const struct field *field, struct err *err)
{
	struct sheet_scan *s = f->s;
	const int64_t now = engine_now(f->x->app->engine);
	struct val files = m->snap->field[field->index];
	const struct form_entry e[] = { { field->id, with_file(f->a, files, s) } };
	const struct act act = { .who = f->x->who, .matter = m->snap->id, .version = -1, .action = s->action, .form = { e, 1 } };

	if (has_digest(files, s->blob.sha256)) {
		s->why = STR("同一个文件已经归入过");
		return true;
	}
	if (files.t == T_FILES && files.list && files.list->n >= FILES_MOST) {
		s->why = STR("这一项的文件已经太多");
		return true;
	}
	if (!blob_put(db, &s->blob, now, err) || !upload_put(db, f->x->who.person, m->snap->id, s->action, s->blob.sha256, now, err)
	    || !matter_act(f->x->app->engine, db, f->a, &act, &f->result, err))
		return false;
	return !f->result.n_refused || err_set(err, ERR_REFUSED, "没有归入");
}

static bool file_one(struct db *db, void *ctx, struct err *err)
{
	struct filing *f = ctx;
	struct sheet_scan *s = f->s;
	struct err hidden = { 0 };
	const struct field *field;
	struct matter_view m;

	if (!matter_by_code(db, f->a, s->code, &s->matter, &hidden)
	    || !matter_see(f->x->app->engine, db, f->a, &f->x->who, s->matter, SEE_FIELDS, &m, &hidden)) {
		s->why = STR("码上的办件查不到，或者本人无权查看。下一步：请承办人归入");
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	}
	s->title = str_dup(f->x->r->a, m.title);
	field = only_files(kind_action(m.snap->kind, s->action));
	if (!field) {
		s->why = STR("这个码不是离线取证包上的。下一步：在办件里办理");
		return true;
	}
	return act_once(f, db, &m, field, err);
}

static bool file_all(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct scanning *x = ctx;

	for (size_t i = 0; i < x->n; i++) {
		struct sheet_scan *s = &x->v[i];
		struct filing f = { .x = x, .s = s, .a = a };
		struct err why = { 0 };

		if (s->why.n)
			continue;
		if (db_point(db, file_one, &f, &why))
			s->filed = !s->why.n;
		else if (why.code == ERR_REFUSED && f.result.n_refused)
			s->why = str_dup(x->r->a, f.result.refused[0].say);
		else
			return err_set(err, why.code, "%s", why.msg);
	}
	return true;
}

/* ---- pages ---- */

static bool page(struct req *r, int status, struct scan_view *v, struct err *err)
{
	struct html h;

	if (!frame_load(r, STR("扫描归件"), &v->frame, err))
		return false;
	frame_crumb(&v->frame, STR("扫描归件"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_scan(&h, v);
	return frame_reply(r, status, &h, err);
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct scanning *x = ctx;
	struct scan_line *l = arena_many(r->a, x->n, struct scan_line);
	struct scan_view v = { .line = l, .n_line = x->n };

	if (!ok) {
		*err = *failed;
		return false;
	}
	for (size_t i = 0; i < x->n; i++) {
		const struct sheet_scan *s = &x->v[i];

		l[i] = (struct scan_line){ .name = s->name, .says = s->filed ? STR("已归入") : STR("没有归入"), .why = s->why, .title = s->title };
		if (s->title.n)
			l[i].href = str_fmt(r->a, "/m/%.*s/evidence", STR_FMT(s->code));
		v.n_filed += s->filed;
	}
	return page(r, v.n_filed == x->n ? 200 : 422, &v, err);
}

static bool take_file(struct scanning *x, const struct form_pair *p, struct str typed, struct err *err)
{
	struct sheet_scan *s = &x->v[x->n++];
	struct str text;

	*s = (struct sheet_scan){ .name = str_head(p->filename, 100) };
	if (!media_codes(x->r->a, p->value, &text, err))
		return false;
	take_codes(s, text);
	if (!s->read && scan_is_address(typed)) {
		s->why = (struct str){ 0 };
		take_codes(s, typed);
	}
	return s->why.n || blob_prepare(x->r->a, x->app->dir, p->value, &s->blob, err);
}

bool scan_show(struct req *r, struct err *err)
{
	struct scan_view v = { .n_line = 0 };

	return page(r, 200, &v, err);
}

bool scan_post(struct req *r, struct err *err)
{
	struct scanning *x = arena_one(r->a, struct scanning);
	struct scan_view v = { .n_line = 0 };

	*x = (struct scanning){ .r = r, .app = app_of(r), .who = actor_of(r) };
	for (size_t i = 0; i < r->form.n; i++) {
		const struct form_pair *p = &r->form.v[i];

		if (!p->file || !p->value.n || !str_is(p->name, "sheet"))
			continue;
		if (x->n == SCANS_AT_ONCE)
			v.error = str_fmt(r->a, "一次最多%d个文件", SCANS_AT_ONCE);
		else if (!take_file(x, p, str_trim(req_form(r, "typed")), err))
			return false;
	}
	if (!x->n)
		v.error = STR("没有选择文件");
	return v.error.n ? page(r, 422, &v, err) : req_write(r, file_all, x, after);
}
