/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/upload.h"

#include <assert.h>

#include "app/act.h"
#include "base/day.h"
#include "base/json.h"
#include "base/log.h"
#include "blob/blob.h"
#include "blob/spool.h"
#include "web/tus.h"

#define SWEEP_MS 60000
#define COMPLAIN_MS 60000

static_assert(SPOOL_ID == TUS_ID && SPOOL_PARTS == TUS_PARTS && SPOOL_META == TUS_META, "what is read can be kept");

/* One request that brings bytes. */
struct sending {
	struct tus_ask ask;
	struct spool_view want, v;
	struct spool_chunk *chunk;
};

static struct spool *spool_of(const struct req *r)
{
	return app_of(r)->spool;
}

/* ---- rights ---- */

/* Asked of the engine as when the form is opened: whoever gets no form sends no files for it. */
static bool may_send(struct req *r, const struct form_data *meta, struct spool_view *v, struct err *err)
{
	struct str code = form_value(meta, "matter"), kind = form_value(meta, "kind");
	struct act act = { .who = actor_of(r), .version = -1, .kind = kind, .received = now_of(r),
			   .action = code.n ? form_value(meta, "action") : STR("open") };
	struct matter_view m;
	struct act_result tried = { 0 };

	if (code.n && (!matter_by_code(r->db, r->a, code, &act.matter, err)
		       || !matter_see(app_of(r)->engine, r->db, r->a, &act.who, act.matter, 0, &m, err)))
		return false;
	if (code.n)
		act.kind = m.snap->kind->id;
	if (!act.kind.n || !act.action.n)
		return err_set(err, ERR_BAD_INPUT, "Upload-Metadata 须写明 matter 和 action，或者 kind");
	if (!matter_try(app_of(r)->engine, r->db, r->a, &act, &tried, err))
		return false;
	if (act_blocked(tried.refused, tried.n_refused))
		return err_set(err, ERR_FORBIDDEN, "%.*s", STR_FMT(tried.refused[0].say));
	v->matter = act.matter;
	(void)snprintf(v->form, sizeof(v->form), "%.*s", STR_FMT(code.n ? act.action : act.kind));
	return true;
}

static bool read_want(struct req *r, struct sending *x, struct err *err)
{
	struct str name = str_trim(form_value(&x->ask.meta, "filename"));

	x->want = (struct spool_view){ .person = r->session->person, .length = x->ask.length,
				       .sort = x->ask.concat == TUS_FINAL ? SPOOL_JOINED
					       : x->ask.concat == TUS_PARTIAL ? SPOOL_PART : SPOOL_ALONE };
	(void)snprintf(x->want.name, sizeof(x->want.name), "%.*s", STR_FMT(str_head(name.n ? name : STR("未命名"), 120)));
	(void)snprintf(x->want.meta, sizeof(x->want.meta), "%.*s", STR_FMT(x->ask.metadata));
	for (size_t i = 0; i < x->ask.n_part; i++)
		(void)snprintf(x->want.part[i], sizeof(x->want.part[i]), "%.*s", STR_FMT(x->ask.part[i]));
	x->want.n_part = (int)x->ask.n_part;
	return may_send(r, &x->ask.meta, &x->want, err);
}

/* ---- bytes ---- */

static bool create_begin(struct req *r, struct err *err)
{
	struct sending *x = arena_one(r->a, struct sending);

	r->body_to = x;
	if (!tus_create(r, &x->ask, err))
		return false;
	if (x->ask.length > SPOOL_FILE_MOST || (x->ask.length >= 0 && x->ask.coming > x->ask.length))
		return err_set(err, ERR_TOO_LARGE, x->ask.length > SPOOL_FILE_MOST ? "单个文件不能超过8 GB"
							      : "传来的内容比说定的长度多");
	return read_want(r, x, err);
}

static bool begin_piece(struct req *r, struct sending *x, struct str id, int64_t offset, struct err *err)
{
	const struct spool_sum sum = { x->ask.sum.algorithm, x->ask.sum.digest, x->ask.sum.n };

	return spool_begin(spool_of(r), id, r->session->person, offset, x->ask.length, x->ask.sum.n ? &sum : NULL, &x->chunk, err);
}

/* With the first byte the upload comes to be. */
static bool create_part(struct req *r, struct str data, struct err *err)
{
	struct sending *x = r->body_to;

	if (!x->chunk && (!spool_create(spool_of(r), &x->want, false, now_of(r), &x->v, err)
			  || !begin_piece(r, x, str_of(x->v.id), 0, err)))
		return false;
	return spool_add(x->chunk, data, err);
}

static bool patch_begin(struct req *r, struct err *err)
{
	struct sending *x = arena_one(r->a, struct sending);

	r->body_to = x;
	if (!tus_patch(r, &x->ask, err) || !spool_find(spool_of(r), req_param(r, "id"), r->session->person, &x->v, err)
	    || !begin_piece(r, x, req_param(r, "id"), x->ask.offset, err))
		return false;
	if (x->v.length >= 0 && x->ask.coming > x->v.length - x->ask.offset)
		return err_set(err, ERR_TOO_LARGE, "传来的内容比说定的长度多");
	return true;
}

static bool patch_part(struct req *r, struct str data, struct err *err)
{
	struct sending *x = r->body_to;

	return spool_add(x->chunk, data, err);
}

static void broken(struct req *r)
{
	struct sending *x = r->body_to;

	if (x && x->chunk)
		spool_break(x->chunk);
	if (x)
		x->chunk = NULL;
}

const struct stream upload_creating = { create_begin, create_part, broken };
const struct stream upload_going_on = { patch_begin, patch_part, broken };

/* ---- sealing ---- */

struct sealing {
	struct blob blob;
	struct spool_view v;
	int64_t now;
};

static bool seal_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct sealing *x = ctx;

	(void)a;
	return blob_put(db, &x->blob, x->now, err)
	    && upload_put(db, x->v.person, x->v.matter, str_of(x->v.form), x->blob.sha256, x->now, err);
}

/* One that was claimed: its file goes to the store, its rows into the database; then it is sealed. */
static bool seal(struct app *app, const char *claimed, const atomic_bool *stop, struct err *err)
{
	struct arena *a = arena_new();
	struct str id = str_dup(a, str_of(claimed));
	struct sealing x = { .now = engine_now(app->engine) };
	bool ok = spool_digest(app->spool, id, stop, &x.v, err);

	x.blob = (struct blob){ .sha256 = str_of(x.v.sha256), .sm3 = str_of(x.v.sm3), .size = x.v.length };
	ok = ok && blob_adopt(a, app->dir, str_cstr(a, spool_path(app->spool, a, id)), &x.blob, err)
	     && writer_run(app->writer, "upload", seal_run, &x, err);
	if (ok)
		spool_sealed(app->spool, id, x.now);
	else
		spool_unclaim(app->spool, id);
	(void)arena_free(a);
	return ok;
}

/* What was reckoned while it came is sealed before it is acknowledged; else the thread behind does it soon. */
static void seal_soon(struct req *r, struct spool_view *v)
{
	static const atomic_bool never = false;
	struct err err = { 0 };

	if (v->state != SPOOL_WHOLE || v->sort == SPOOL_PART)
		return;
	if (!spool_claim(spool_of(r), str_of(v->id), true, v))
		app_wake(app_of(r));
	else if (!seal(app_of(r), v->id, &never, &err))
		log_line(LOG_WARNING, "upload %s waits to be sealed: %s (%s)", v->id, err.msg, err.detail);
	if (!spool_find(spool_of(r), str_of(v->id), r->session->person, v, &err))
		v->state = SPOOL_WHOLE;
}

void uploads_work(struct app *app, struct follower *f)
{
	struct spool_view v;
	struct err err = { 0 };

	if (f->stop || !app->writer)
		return;
	if (spool_claim(app->spool, (struct str){ 0 }, false, &v)) {
		f->more = seal(app, v.id, &f->stop, &err);
		if (!f->more && err.code)
			log_line(LOG_WARNING, "upload %s waits to be sealed: %s (%s)", v.id, err.msg, err.detail);
	}
	if (time_monotonic() - f->done_at > SWEEP_MS) {
		spool_sweep(app->spool, engine_now(app->engine));
		f->done_at = time_monotonic();
	}
}

/* ---- answers ---- */

static void put_head(struct req *r, const struct spool_view *v)
{
	struct buf b;

	reply_header(r, "Tus-Resumable", STR(TUS_VERSION));
	if (!v)
		return;
	reply_header(r, "Upload-Offset", str_fmt(r->a, "%lld", (long long)v->offset));
	if (v->state == SPOOL_GROWING) {
		buf_init(&b, r->a, 40);
		time_put_http(&b, v->expires);
		reply_header(r, "Upload-Expires", buf_str(&b));
	}
}

static struct str concat_text(struct arena *a, const struct spool_view *v)
{
	struct buf b;

	buf_init(&b, a, 2000);
	buf_adds(&b, v->sort == SPOOL_PART ? "partial" : "final;");
	for (int i = 0; i < v->n_part; i++)
		buf_addf(&b, "%s" UPLOAD_PATH "/%s", i ? " " : "", v->part[i]);
	return buf_str(&b);
}

bool upload_options(struct req *r, struct err *err)
{
	(void)err;
	put_head(r, NULL);
	reply_header(r, "Tus-Version", STR(TUS_VERSION));
	reply_header(r, "Tus-Extension", STR(TUS_EXTENSIONS));
	reply_header(r, "Tus-Max-Size", str_fmt(r->a, "%lld", (long long)SPOOL_FILE_MOST));
	reply_header(r, "Tus-Checksum-Algorithm", STR(TUS_CHECKSUMS));
	return reply_text(r, 204, "text/plain; charset=utf-8", (struct str){ 0 });
}

bool upload_create(struct req *r, struct err *err)
{
	struct sending *x = r->body_to;
	struct spool_chunk *chunk = x->chunk;

	x->chunk = NULL;
	if (chunk ? !spool_end(chunk, now_of(r), &x->v, err)
		  : !spool_create(spool_of(r), &x->want, true, now_of(r), &x->v, err))
		return false;
	seal_soon(r, &x->v);
	put_head(r, &x->v);
	reply_header(r, "Location", str_fmt(r->a, UPLOAD_PATH "/%s", x->v.id));
	return reply_text(r, 201, "text/plain; charset=utf-8", (struct str){ 0 });
}

bool upload_patch(struct req *r, struct err *err)
{
	struct sending *x = r->body_to;
	struct spool_chunk *chunk = x->chunk;

	x->chunk = NULL;
	if (!spool_end(chunk, now_of(r), &x->v, err))
		return false;
	seal_soon(r, &x->v);
	put_head(r, &x->v);
	return reply_text(r, 204, "text/plain; charset=utf-8", (struct str){ 0 });
}

static struct str how_far(struct arena *a, const struct spool_view *v)
{
	static const char *const states[] = { "none", "growing", "checking", "sealed", "expired" };
	struct json_out o = { 0 };
	struct buf b;

	buf_init(&b, a, 4000);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_str(&o, "state", str_of(states[v->state]));
	json_out_i64(&o, "offset", v->offset);
	json_out_i64(&o, "length", v->length);
	json_out_str(&o, "name", str_of(v->name));
	if (v->state == SPOOL_SEALED)
		json_out_str(&o, "kept", str_fmt(a, "%s %s", v->sha256, v->name));
	json_close(&o, '}');
	return buf_str(&b);
}

const struct sent_view *upload_waiting(struct req *r, int64_t matter, struct str form, struct str field, size_t *ret_n)
{
	struct spool_view *all = arena_many(r->a, SPOOL_PERSON, struct spool_view);
	struct sent_view *v = arena_many(r->a, SPOOL_PERSON, struct sent_view);
	size_t n = app_of(r)->spool ? spool_list(spool_of(r), r->session->person, matter, all, SPOOL_PERSON) : 0;
	struct form_data meta = { .n = 0 };
	struct err err = { 0 };

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct spool_view *x = &all[i];

		if (form.n && (!str_is(form, x->form) || !tus_metadata(r->a, str_of(x->meta), &meta, &err)
			       || !str_eq(form_value(&meta, "field"), field)))
			continue;
		v[*ret_n].id = str_of(x->id);
		v[*ret_n].name = str_of(x->name);
		v[*ret_n].mark = form_value(&meta, "mark");
		v[*ret_n].growing = x->state == SPOOL_GROWING;
		v[(*ret_n)++].says = x->state != SPOOL_GROWING ? STR("正在校验")
			: x->length > 0 ? str_fmt(r->a, "已传%lld%%", (long long)(100 * x->offset / x->length)) : STR("刚开始传");
	}
	return v;
}

bool upload_show(struct req *r, struct err *err)
{
	struct spool_view v;
	struct str id = req_param(r, "id");

	if (!r->head)
		return spool_find(spool_of(r), id, r->session->person, &v, err) && reply_json(r, 200, how_far(r->a, &v));
	if (!tus_version(r, err) || !spool_settle(spool_of(r), id, r->session->person, &v, err))
		return false;
	put_head(r, &v);
	if (v.length >= 0)
		reply_header(r, "Upload-Length", str_fmt(r->a, "%lld", (long long)v.length));
	else
		reply_header(r, "Upload-Defer-Length", STR("1"));
	if (v.meta[0])
		reply_header(r, "Upload-Metadata", str_dup(r->a, str_of(v.meta)));
	if (v.sort != SPOOL_ALONE)
		reply_header(r, "Upload-Concat", concat_text(r->a, &v));
	return reply_text(r, 200, "text/plain; charset=utf-8", (struct str){ 0 });
}

bool upload_delete(struct req *r, struct err *err)
{
	if (!tus_version(r, err) || !spool_drop(spool_of(r), req_param(r, "id"), r->session->person, err))
		return false;
	put_head(r, NULL);
	return reply_text(r, 204, "text/plain; charset=utf-8", (struct str){ 0 });
}

void upload_error(struct req *r, const struct err *err)
{
	put_head(r, NULL);
	if (err->code == ERR_VERSION)
		reply_header(r, "Tus-Version", STR(TUS_VERSION));
	(void)reply_text(r, err_status(err->code), "text/plain; charset=utf-8", str_dup(r->a, str_of(err->msg)));
}
