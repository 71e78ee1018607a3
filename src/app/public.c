/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/public.h"

#include "app/ops.h"
#include "base/day.h"
#include "base/uuid.h"
#include "blob/blob.h"
#include "log/log.h"
#include "pages.h"
#include "web/asset.h"

#define ORGANS_MOST 200 /* a county has some 60 organs that enforce */
#define TEXT_MOST ((size_t)256 * 1024)

const struct actor anyone = { .sort = ACTOR_PUBLIC };

/* ---- every page ---- */

static const struct stmt st_bureau = { "public_bureau", "SELECT id FROM organ WHERE short = 'justice' ORDER BY id LIMIT 1" };

bool public_bureau(struct req *r, struct matter_view *ret)
{
	int64_t id;
	const struct db_out out[] = { db_to_i64(&id) };
	struct err no = { 0 };
	bool found;

	return r->db && db_maybe(r->db, r->a, &st_bureau, DB_NONE, DB_OUT(out), &found, &no) && found
	    && matter_see(app_of(r)->engine, r->db, r->a, &anyone, id, SEE_FIELDS, ret, &no);
}

/* The address of this page with its query, as a path of this site. */
static struct str here_of(struct req *r)
{
	struct buf b;

	buf_init(&b, r->a, 4000);
	buf_add(&b, r->path);
	for (size_t i = 0; i < r->query.n; i++) {
		buf_addc(&b, i ? '&' : '?');
		form_escape(&b, r->query.v[i].name);
		buf_addc(&b, '=');
		form_escape(&b, r->query.v[i].value);
	}
	return r->method == METHOD_GET && buf_ok(&b) ? buf_str(&b) : STR("/");
}

static struct str only_digits(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a, 100);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			buf_addc(&b, s.p[i]);
	return buf_str(&b);
}

void public_frame_fill(struct req *r, struct str title, enum door door, struct public_frame *f)
{
	struct engine *e = app_of(r)->engine;
	const struct law *l = NULL;
	struct matter_view bureau;
	struct err no = { 0 };
	const bool has_bureau = public_bureau(r, &bureau);
	int64_t def;

	*f = (struct public_frame){ .title = title, .door = door, .css = asset_url(r->a, "public.css"),
				    .site = STR("行政执法公示"), .here = here_of(r),
				    .large = str_is(req_cookie(r, "large"), "1") };
	if (r->db && engine_law_of_organ(e, r->db, r->a, has_bureau ? bureau.snap->id : 0, &l, &def, &no) && !str_is(l->pack, "national"))
		f->site = str_fmt(r->a, "%.*s行政执法公示", STR_FMT(l->name));
	f->practice = app_of(r)->practice;
	if (f->practice)
		f->site = str_fmt(r->a, "%.*s（练习）", STR_FMT(f->site));
	f->notice = ops_notice(app_of(r), r->a);
	if (engine_shifted(e))
		f->shifted = public_day(r->a, day_at(engine_now(e)));
	if (has_bureau) {
		f->gov = public_setting(r, bureau.snap->id, 0, "gov_site");
		f->phone = public_text(r, &bureau, "phone");
		f->tel = str_fmt(r->a, "tel:%.*s", STR_FMT(only_digits(r->a, f->phone)));
	}
}

bool public_reply(struct req *r, int status, const struct html *h, struct err *err)
{
	if (!html_ok(h))
		return err_set(err, ERR_TOO_LARGE, "这一页的内容过多，请缩小范围");
	return reply_html(r, status, html_str(h));
}

/* The bytes' own digest: a page that reads the same is the same, whatever it was made from. */
static struct str etag_of(struct arena *a, struct str body)
{
	struct log_digest d;
	struct buf b;

	log_digest_of(body, &d);
	buf_init(&b, a, 40);
	buf_addc(&b, '"');
	for (size_t i = 0; i < 12; i++)
		buf_addf(&b, "%02x", d.sha256[i]);
	buf_addc(&b, '"');
	return buf_str(&b);
}

bool public_kept(struct req *r, const char *type, struct str body, int64_t changed)
{
	struct str etag = etag_of(r->a, body), date;
	struct buf b;

	buf_init(&b, r->a, 40);
	if (changed)
		time_put_http(&b, changed);
	date = buf_str(&b);

	reply_header(r, "Cache-Control", STR("no-cache"));
	reply_header(r, "Vary", STR("Cookie"));
	reply_header(r, "ETag", etag);
	if (date.n)
		reply_header(r, "Last-Modified", date);
	if (r->if_none_match.n ? str_find(r->if_none_match, etag, 0) != SIZE_MAX
			       : date.n && str_eq(r->if_modified_since, date))
		return reply_not_modified(r);
	return reply_text(r, 200, type, body);
}

bool public_reply_kept(struct req *r, const struct html *h, int64_t changed, struct err *err)
{
	if (!html_ok(h))
		return err_set(err, ERR_TOO_LARGE, "这一页的内容过多，请缩小范围");
	return public_kept(r, "text/html; charset=utf-8", html_str(h), changed);
}

struct str public_origin(const struct req *r)
{
	const struct app *app = app_of(r);

	if (app->site)
		return str_of(app->site);
	return str_fmt(r->a, "http://%.*s", STR_FMT(r->host.n ? r->host : STR("localhost")));
}

/* ---- large print ---- */

#define YEAR_S ((int64_t)365 * 24 * 3600)

/* A wish of this browser, nothing else: a link can set it, and it leads back to where it was pressed. */
bool large_set(struct req *r, struct err *err)
{
	struct str to = req_query(r, "to");
	bool local = to.n && to.p[0] == '/' && !(to.n > 1 && (to.p[1] == '/' || to.p[1] == '\\'));

	(void)err;
	for (size_t i = 0; i < to.n; i++)
		local = local && (unsigned char)to.p[i] > 0x20 && (unsigned char)to.p[i] < 0x7f;
	if (str_is(req_query(r, "on"), "1"))
		reply_cookie(r, "large", STR("1"), YEAR_S);
	else
		reply_cookie(r, "large", STR(""), 0);
	return reply_see_other(r, local ? to : STR("/"));
}

bool a11y_show(struct req *r, struct err *err)
{
	struct a11y_view v = { 0 };
	struct html h;

	public_frame_fill(r, STR("无障碍说明"), DOOR_HOME, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_a11y(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* ---- what the organs' packs have ---- */

static bool has_kind(const struct kind *const *kind, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(kind[i]->id, id))
			return true;
	return false;
}

bool public_kinds(struct req *r, const struct kind *const **ret, size_t *ret_n, struct err *err)
{
	const struct law *const *law;
	const struct kind **kind;
	size_t n, most = 0;

	if (!engine_laws_in_use(app_of(r)->engine, r->db, r->a, &law, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		most += law[i]->n_kind;
	kind = arena_many(r->a, most, const struct kind *);
	*ret_n = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < law[i]->n_kind; k++)
			if (!has_kind(kind, *ret_n, law[i]->kind[k].id))
				kind[(*ret_n)++] = &law[i]->kind[k];
	*ret = kind;
	return true;
}

bool public_kind(struct req *r, struct str id, const struct kind **ret, struct err *err)
{
	const struct law *const *law;
	size_t n;

	if (!engine_laws_in_use(app_of(r)->engine, r->db, r->a, &law, &n, err))
		return false;
	*ret = NULL;
	for (size_t i = 0; i < n && !*ret; i++)
		*ret = law_kind(law[i], id);
	return true;
}

/* ---- one matter ---- */

bool public_see(struct req *r, struct str code, const char *kind, unsigned parts, struct matter_view *ret,
		struct err *err)
{
	struct matter_view v;
	struct err no = { 0 };
	int64_t id;

	if (!uuid_valid(code))
		return err_set(err, ERR_NOT_FOUND, "地址不完整或者有误");
	if (!matter_by_code(r->db, r->a, code, &id, &no)
	    || !matter_see(app_of(r)->engine, r->db, r->a, &anyone, id, parts, &v, &no)) {
		if (no.code == ERR_NOT_FOUND)
			return err_set(err, ERR_NOT_FOUND, "没有找到这条信息");
		*err = no;
		return false;
	}
	if (!str_is(v.snap->kind->id, kind))
		return err_set(err, ERR_NOT_FOUND, "没有找到这条信息");
	*ret = v;
	return true;
}

const struct field_view *public_field(const struct matter_view *v, const char *id)
{
	for (size_t i = 0; i < v->n_field; i++)
		if (str_is(v->field[i].def->id, id))
			return v->field[i].hidden || val_is_null(v->field[i].v) ? NULL : &v->field[i];
	return NULL;
}

static bool names_a_matter(enum type_tag t)
{
	return t == T_REF || t == T_REFS || t == T_USER || t == T_USERS;
}

struct str public_text(struct req *r, const struct matter_view *v, const char *id)
{
	const struct field_view *f = public_field(v, id);
	struct err no = { 0 };
	struct val_names names;
	struct buf b;

	if (!f || names_a_matter(f->def->type.tag) || !matter_names(app_of(r)->engine, r->db, r->a, &anyone, &names, &no))
		return (struct str){ 0 };
	buf_init(&b, r->a, TEXT_MOST);
	val_put_cn(&b, r->a, f->v, &names);
	return str_trim(buf_str(&b));
}

struct str public_iso(struct req *r, const struct matter_view *v, const char *id)
{
	const struct field_view *f = public_field(v, id);
	struct buf b;

	buf_init(&b, r->a, 20);
	if (f && f->v.t == T_DATE)
		day_put(&b, f->v.i);
	return buf_str(&b);
}

void public_fact(struct fact *f, size_t *n, const char *name, struct str text, bool note)
{
	if (text.n)
		f[(*n)++] = (struct fact){ .name = str_of(name), .text = text, .note = note };
}

struct str public_day(struct arena *a, int64_t day)
{
	struct buf b;

	buf_init(&b, a, 40);
	day_put_cn(&b, day);
	return buf_str(&b);
}

struct str public_setting(struct req *r, int64_t organ, int64_t day, const char *setting)
{
	struct err no = { 0 };
	struct val v;
	struct buf b;

	if (!matter_setting(app_of(r)->engine, r->db, r->a, organ, day ? day : day_at(now_of(r)), str_of(setting), &v, &no))
		return (struct str){ 0 };
	buf_init(&b, r->a, 1000);
	if (!val_is_null(v))
		val_put_cn(&b, r->a, v, NULL);
	return buf_str(&b);
}

/* ---- files ---- */

bool public_files(struct req *r, const char *name, struct public_sending *s, struct val *ret, struct err *err)
{
	struct val *file = arena_many(r->a, PUBLIC_FILES, struct val);

	s->n_blob = 0;
	for (size_t i = 0; i < r->form.n; i++) {
		const struct form_pair *p = &r->form.v[i];
		struct file_ref *x = arena_one(r->a, struct file_ref);
		struct blob *b = &s->blob[s->n_blob];

		if (!p->file || !p->value.n || !str_is(p->name, name))
			continue;
		if (s->n_blob == PUBLIC_FILES || p->value.n > PUBLIC_FILE_MAX)
			return err_set(err, ERR_TOO_LARGE, "证据材料最多5个，每个不超过10 MB");
		blob_digest(r->a, p->value, b);
		s->content[s->n_blob] = p->value;
		*x = (struct file_ref){ .name = str_head(p->filename, 100), .digest = b->sha256, .media = b->media, .size = b->size };
		file[s->n_blob++] = (struct val){ .t = T_FILE, .file = x };
	}
	*ret = s->n_blob ? val_list(r->a, T_FILES, file, s->n_blob) : VAL_NULL;
	return true;
}

bool public_try(struct req *r, struct public_sending *s, struct err *err)
{
	if (!matter_try(s->app->engine, r->db, r->a, &s->act, &s->result, err))
		return false;
	for (size_t i = 0; !s->result.n_refused && i < s->n_blob; i++)
		if (!blob_prepare(r->a, s->app->dir, s->content[i], &s->blob[i], err))
			return false;
	return true;
}

struct putting {
	struct public_sending *s;
	struct arena *a;
};

static bool put_and_act(struct db *db, void *ctx, struct err *err)
{
	struct putting *p = ctx;
	struct public_sending *s = p->s;

	for (size_t i = 0; i < s->n_blob; i++)
		if (!blob_put(db, &s->blob[i], s->act.received, err))
			return false;
	if (!(s->act.matter ? matter_act(s->app->engine, db, p->a, &s->act, &s->result, err)
			    : matter_open(s->app->engine, db, p->a, &s->act, &s->result, err)))
		return false;
	return !s->result.n_refused || err_set(err, ERR_REFUSED, "申请未被接受");
}

bool public_send(struct db *db, struct arena *a, struct public_sending *s, struct err *err)
{
	struct putting p = { s, a };
	struct err why = { 0 };

	s->result = (struct act_result){ 0 };
	if (db_point(db, put_and_act, &p, &why) || (why.code == ERR_REFUSED && s->result.n_refused))
		return true;
	*err = why;
	return false;
}

bool public_open(struct db *db, struct arena *a, struct public_sending *s, struct err *err)
{
	return public_send(db, a, s, err)
	    && (s->result.n_refused
		|| matter_receipt(s->app->engine, db, a, s->result.matter, &s->number, &s->query_code, err));
}

const struct public_fault *public_faults(struct req *r, const struct public_sending *s, size_t *ret_n)
{
	struct public_fault *f = arena_many(r->a, PUBLIC_FAULTS, struct public_fault);

	*ret_n = 0;
	for (size_t i = 0; i < s->result.n_refused && *ret_n < PUBLIC_FAULTS; i++) {
		const struct refusal *x = &s->result.refused[i];

		f[(*ret_n)++] = (struct public_fault){ x->field.n ? x->field : x->way, x->say };
	}
	return f;
}

/* ---- search ---- */

bool public_find(struct req *r, const struct public_query *q, const struct search_hit **ret, size_t *ret_n,
		 bool *ret_more, struct err *err)
{
	struct str all[4 + ARRAY_LEN(q->only)] = { str_fmt(r->a, "k_%s", q->kind) };
	struct search_query sq = { .side = SEARCH_PUBLIC, .typed = str_head(q->typed, 100), .all = all, .n_all = 1,
				   .any = q->either, .n_any = q->n_either, .limit = q->limit };

	if (q->state)
		all[sq.n_all++] = str_fmt(r->a, "s_%s", q->state);
	if (q->organ)
		all[sq.n_all++] = str_fmt(r->a, "o_%lld", (long long)q->organ);
	if (q->year.n)
		all[sq.n_all++] = str_fmt(r->a, "y_%.*s", STR_FMT(q->year));
	for (size_t i = 0; i < q->n_only; i++)
		all[sq.n_all++] = q->only[i];
	if (q->after.n && (!uuid_valid(q->after) || !matter_by_code(r->db, r->a, q->after, &sq.before, err)))
		return err_set(err, ERR_NOT_FOUND, "这一页已经不在了，请从第一页重新查看");
	return app_search(app_of(r), r->a, &sq, ret, ret_n, ret_more, err);
}

bool public_organs(struct req *r, const struct organ_known **ret, size_t *ret_n, struct err *err)
{
	const struct list_query q = { .who = anyone, .kind = STR("organ"), .order = LIST_OPENED, .limit = ORGANS_MOST };
	const struct list_row *row;
	struct organ_known *o;
	size_t n;

	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &row, &n, err))
		return false;
	o = arena_many(r->a, n, struct organ_known);
	/* Oldest first: the order in which they were registered does not change. */
	for (size_t i = 0; i < n; i++) {
		o[i].id = row[n - 1 - i].snap->id;
		if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, o[i].id, SEE_FIELDS, &o[i].v, err))
			return false;
	}
	*ret = o;
	*ret_n = n;
	return true;
}

bool public_organ_choice(struct req *r, const struct choice **ret, size_t *ret_n, int64_t *ret_id, struct err *err)
{
	struct str chosen = req_query(r, "organ");
	const struct organ_known *o;
	struct choice *c;
	size_t n;

	*ret_id = 0;
	if (!public_organs(r, &o, &n, err))
		return false;
	c = arena_many(r->a, n + 1, struct choice);
	c[0] = (struct choice){ .name = STR("不限") };
	for (size_t i = 0; i < n; i++) {
		c[i + 1] = (struct choice){ o[i].v.snap->code, public_text(r, &o[i].v, "name"),
					    chosen.n && str_eq(chosen, o[i].v.snap->code) };
		if (c[i + 1].on)
			*ret_id = o[i].id;
	}
	if (chosen.n && !*ret_id)
		return err_set(err, ERR_NOT_FOUND, "没有找到所选的机关");
	*ret = c;
	*ret_n = n + 1;
	return true;
}

static void link_part(struct buf *b, const char *name, struct str value)
{
	if (!value.n)
		return;
	buf_addc(b, str_chr(buf_str(b), '?', 0) == SIZE_MAX ? '?' : '&');
	buf_adds(b, name);
	buf_addc(b, '=');
	form_escape(b, value);
}

struct str public_page_link(struct req *r, const char *path, struct str after)
{
	static const char *const kept[] = { "q", "type", "change", "year", "organ", "by" };
	struct buf b;

	buf_init(&b, r->a, 2000);
	buf_adds(&b, path);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		link_part(&b, kept[i], req_query(r, kept[i]));
	link_part(&b, "after", after);
	return buf_str(&b);
}

/* ---- errors ---- */

void public_error(struct req *r, const struct err *err)
{
	struct public_error_view v = { .heading = str_of(err_heading(err->code)), .text = str_of(err->msg) };
	int status = err_status(err->code);
	struct html h;

	if (status >= 500)
		v.hint = STR("请过一会儿再试。急需办理的，可以直接联系执法机关。");
	if (err->code == ERR_NOT_FOUND) {
		v.heading = STR("没有找到这一页");
		v.hint = STR("地址可能不完整，或者这条信息已经不再公开。");
	}
	v.decisions = err->code == ERR_NOT_FOUND;
	public_frame_fill(r, v.heading, DOOR_HOME, &v.frame);
	if (err->code == ERR_TOO_MANY) {
		v.hint = STR("这是为了不让机器连续查询而设的，同一个单位、同一个网络里的人合在一起计算，不是您做错了什么。"
			     "过了这段时间就能接着办。急需的，可以打电话或者到窗口办理。");
		v.again = r->method == METHOD_GET ? v.frame.here : r->path;
	}
	html_init(&h, r->a, HTML_MAX);
	page_public_error(&h, &v);
	(void)reply_html(r, status, html_str(&h));
}
