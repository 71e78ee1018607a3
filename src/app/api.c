/* SPDX-License-Identifier: MulanPSL-2.0 */
/* api.c - the JSON interface: reads, acts, and what stands around them. */
#include "app/api.h"

#include <openssl/evp.h>
#include <sodium.h>

#include "app/frame.h"
#include "app/index.h"
#include "app/token.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "blob/blob.h"
#include "web/session.h"

#define PAGE 50
#define FILES_MOST 40
#define FILTERS_MOST 8
#define PASSED_MOST 50

bool api_asked(const struct req *r)
{
	return str_starts(r->path, STR(API_PATH));
}

/* ---- who asks ---- */

static struct str bearer(const struct req *r)
{
	return str_starts(r->authorization, STR("Bearer ")) ? str_trim(str_sub(r->authorization, 7, r->authorization.n))
							     : (struct str){ 0 };
}

bool api_gate(struct req *r, const struct session **ret, struct err *err)
{
	struct str token = bearer(r);
	bool stale;

	*ret = NULL;
	if (!token.n)
		return true;
	if (token_is(token))
		return token_session(r, token, ret, err);
	if (!session_find(r->db, r->a, token, now_of(r), ret, &stale, err))
		return false;
	if (*ret && stale)
		gate_touch(r, token);
	if (*ret && (*ret)->must_change)
		return err_set(err, ERR_LOCKED, "这是第一次登录，请先在网页上换成自己的密码");
	return true;
}

void api_error(struct req *r, const struct err *err)
{
	struct api_out out;

	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	json_open(&out.o, "error", '{');
	json_out_str(&out.o, "key", str_of(err_key(err->code)));
	json_out_str(&out.o, "say", str_of(err->msg));
	json_close(&out.o, '}');
	json_close(&out.o, '}');
	if (err->code == ERR_SIGN_IN)
		reply_header(r, "WWW-Authenticate", STR("Bearer"));
	(void)reply_json(r, err_status(err->code), buf_str(&out.b));
}

/* A token may be narrower than its person: kinds, and reading alone. */
static bool token_lets(const struct req *r, struct str kind, bool acts, struct err *err)
{
	struct str rest = r->session->kinds, one;
	bool named = !rest.n;

	if (acts && r->session->reads_only)
		return err_set(err, ERR_FORBIDDEN, "这个令牌只能读取，不能办理");
	while (str_cut(&rest, ' ', &one))
		named = named || str_eq(one, kind);
	return named || err_set(err, ERR_FORBIDDEN, "这个令牌不含“%.*s”这一类办件", STR_FMT(kind));
}

/* The body as an object. */
static bool body_object(struct req *r, const struct json **ret, struct err *err)
{
	struct err broken = { 0 };

	if (!str_starts(r->content_type, STR("application/json")))
		return err_set(err, ERR_BAD_INPUT, "请用 application/json 发送");
	if (!json_read(r->a, r->body, ret, &broken) || (*ret)->type != JSON_OBJECT)
		return err_set(err, ERR_BAD_INPUT, "发送的内容应是一个 JSON 对象");
	return true;
}

/* ---- session ---- */

bool api_session(struct req *r, struct err *err)
{
	const struct json *j;
	const struct session_from from = { r->address, r->agent };
	struct api_out out;
	struct str token;

	if (!body_object(r, &j, err)
	    || !session_login(r->db, r->writer, r->a, str_trim(json_str(j, "login")), json_str(j, "password"), &from,
			      now_of(r), &token, err))
		return false;
	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	json_out_str(&out.o, "token", token);
	json_out_i64(&out.o, "idle_minutes", SESSION_IDLE_MS / 60000);
	api_put_time(&out.o, "expires", now_of(r) + SESSION_MOST_MS);
	json_close(&out.o, '}');
	return api_reply(r, 200, &out, err);
}

static bool end_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	(void)a;
	return session_end(db, bearer(ctx), err);
}

static bool end_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_json(r, 200, STR("{\"ended\":true}"));
}

bool api_session_end(struct req *r, struct err *err)
{
	if (r->session->token)
		return err_set(err, ERR_FORBIDDEN, "机关的令牌由安全管理员撤销，不能用退出结束");
	return req_write(r, end_run, r, end_after);
}

/* ---- kinds ---- */

static void put_choices(struct json_out *o, const struct enum_def *values)
{
	json_open(o, "of", '{');
	for (size_t i = 0; values && i < values->n; i++) {
		json_key(o, values->v[i].id);
		json_out_str(o, NULL, values->v[i].name);
	}
	json_close(o, '}');
}

static void put_field(struct req *r, struct json_out *o, const struct field *f)
{
	json_key(o, f->id);
	json_open(o, NULL, '{');
	json_out_str(o, "name", f->name);
	json_out_str(o, "type", str_of(type_name(f->type.tag)));
	if (f->type.values)
		put_choices(o, f->type.values);
	if (f->type.kind)
		json_out_str(o, "kind", f->type.kind->id);
	if (f->has_is)
		json_out_bool(o, "computed", true);
	if (f->help.n)
		json_out_str(o, "help", f->help);
	if (f->type.tag == T_ROWS) {
		json_open(o, "columns", '{');
		for (size_t i = 0; i < f->type.n_row; i++)
			put_field(r, o, &f->type.row[i]);
		json_close(o, '}');
	}
	if (f->node)
		api_put_cites(r, o, f->node);
	json_close(o, '}');
}

static void put_action(struct req *r, struct json_out *o, const struct action *ac)
{
	json_key(o, ac->id);
	json_open(o, NULL, '{');
	json_out_str(o, "name", ac->name);
	json_open(o, "from", '[');
	for (size_t i = 0; i < ac->n_from; i++)
		json_out_str(o, NULL, ac->from[i]->id);
	json_close(o, ']');
	if (ac->to == TO_STATE)
		json_out_str(o, "to", ac->to_state->id);
	json_open(o, "form", '[');
	for (size_t i = 0; i < ac->n_form; i++) {
		json_open(o, NULL, '{');
		json_out_str(o, "field", ac->form[i].field->id);
		json_out_bool(o, "required", ac->form[i].required);
		json_close(o, '}');
	}
	json_close(o, ']');
	api_put_cites(r, o, ac->node);
	json_close(o, '}');
}

bool api_kinds(struct req *r, struct err *err)
{
	const struct law *law;
	struct api_out out;

	if (!frame_law(r, &law, err))
		return false;
	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	json_out_str(&out.o, "pack", law->pack);
	json_open(&out.o, "kinds", '[');
	for (size_t i = 0; i < law->n_kind; i++) {
		json_open(&out.o, NULL, '{');
		json_out_str(&out.o, "kind", law->kind[i].id);
		json_out_str(&out.o, "name", law->kind[i].name);
		json_close(&out.o, '}');
	}
	json_close(&out.o, ']');
	json_close(&out.o, '}');
	return api_reply(r, 200, &out, err);
}

static bool kind_asked(struct req *r, struct str id, const struct kind **ret, struct err *err)
{
	const struct law *law;

	if (!frame_law(r, &law, err))
		return false;
	*ret = law_kind(law, id);
	return *ret || err_set(err, ERR_NOT_FOUND, "没有名为“%.*s”的办件种类", STR_FMT(str_head(id, 40)));
}

bool api_kind(struct req *r, struct err *err)
{
	const struct kind *k;
	struct api_out out;

	if (!kind_asked(r, req_param(r, "kind"), &k, err))
		return false;
	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	json_out_str(&out.o, "kind", k->id);
	json_out_str(&out.o, "name", k->name);
	json_open(&out.o, "states", '{');
	for (size_t i = 0; i < k->n_state; i++) {
		json_key(&out.o, k->state[i].id);
		json_out_str(&out.o, NULL, k->state[i].name);
	}
	json_close(&out.o, '}');
	json_open(&out.o, "fields", '{');
	for (size_t i = 0; i < k->n_field; i++)
		put_field(r, &out.o, &k->field[i]);
	json_close(&out.o, '}');
	json_open(&out.o, "actions", '{');
	for (size_t i = 0; i < k->n_action; i++)
		put_action(r, &out.o, &k->action[i]);
	json_close(&out.o, '}');
	api_put_cites(r, &out.o, k->node);
	json_close(&out.o, '}');
	return api_reply(r, 200, &out, err);
}

/* ---- lists ---- */

static const char *light_key(enum light l)
{
	static const char *const key[] = { "none", "green", "yellow", "red", "paused", "met", "met_late" };

	return key[l];
}

static void put_head(struct json_out *o, const struct snap *s, struct str title)
{
	json_out_str(o, "id", s->code);
	json_out_str(o, "kind", s->kind->id);
	json_out_str(o, "title", title);
	json_out_str(o, "state", s->state->id);
	json_out_str(o, "state_name", s->state->name);
	json_out_i64(o, "version", s->version);
	api_put_time(o, "opened", s->opened);
}

static void put_numbers(struct json_out *o, const struct snap *s)
{
	json_open(o, "numbers", '{');
	for (size_t i = 0; i < s->kind->n_number; i++) {
		if (!s->number[i].n)
			continue;
		json_key(o, s->kind->number[i].id);
		json_out_str(o, NULL, s->number[i]);
	}
	json_close(o, '}');
}

static void put_clock(struct json_out *o, const struct clock_view *c)
{
	json_open(o, NULL, '{');
	json_out_str(o, "clock", c->def->id);
	json_out_str(o, "name", c->def->name);
	json_out_i64(o, "run", c->run);
	json_out_str(o, "light", str_of(light_key(c->light)));
	if (c->v.due)
		api_put_time(o, "due", c->v.due);
	json_out_bool(o, "provisional", c->provisional);
	json_out_str(o, "say", c->chip);
	json_close(o, '}');
}

static void put_row(struct json_out *o, const struct list_row *x)
{
	json_open(o, NULL, '{');
	put_head(o, x->snap, x->title);
	put_numbers(o, x->snap);
	json_out_str(o, "organ", x->organ_name);
	json_out_str(o, "holder", x->holder);
	if (x->clock.def) {
		json_open(o, "clocks", '[');
		put_clock(o, &x->clock);
		json_close(o, ']');
	}
	json_close(o, '}');
}

/* cursor: key and code of the last row. */
static bool read_cursor(struct req *r, struct str text, struct list_query *q)
{
	struct err no = { 0 };
	struct str key;

	return !text.n || (str_cut(&text, '.', &key) && parse_i64(key, 0, INT64_MAX, &q->after_key)
			   && matter_by_code(r->db, r->a, text, &q->after_id, &no));
}

static bool reserved(struct str name)
{
	static const char *const own[] = { "kind", "q", "due", "mine", "order", "cursor" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (str_is(name, own[i]))
			return true;
	return false;
}

static bool read_query(struct req *r, const struct kind *k, struct list_filter *filter, struct list_query *q,
		       struct err *err)
{
	struct str due = req_query(r, "due"), order = req_query(r, "order");

	*q = (struct list_query){ .who = actor_of(r), .kind = k ? k->id : (struct str){ 0 }, .filter = filter,
				  .mine = str_is(req_query(r, "mine"), "true"), .order = LIST_DUE, .limit = PAGE };
	if (str_is(order, "updated"))
		q->order = LIST_UPDATED;
	else if (str_is(order, "opened"))
		q->order = LIST_OPENED;
	q->light = str_is(due, "red") ? LIGHT_RED : str_is(due, "yellow") ? LIGHT_YELLOW
		 : str_is(due, "green") ? LIGHT_GREEN : LIGHT_NONE;
	for (size_t i = 0; i < r->query.n; i++) {
		if (reserved(r->query.v[i].name))
			continue;
		if (q->n_filter == FILTERS_MOST)
			return err_set(err, ERR_BAD_INPUT, "一次最多用%d个条件", FILTERS_MOST);
		filter[q->n_filter++] = (struct list_filter){ r->query.v[i].name, r->query.v[i].value };
	}
	return read_cursor(r, req_query(r, "cursor"), q) || err_set(err, ERR_BAD_INPUT, "cursor 应是上一次回答里的 next");
}

static bool by_filters(struct req *r, const struct kind *k, struct api_out *out, struct err *err)
{
	struct list_filter filter[FILTERS_MOST];
	const struct list_row *row;
	struct list_query q;
	size_t n;

	if (!read_query(r, k, filter, &q, err) || !matter_list(app_of(r)->engine, r->db, r->a, &q, &row, &n, err))
		return false;
	json_open(&out->o, "matters", '[');
	for (size_t i = 0; i < n; i++)
		put_row(&out->o, &row[i]);
	json_close(&out->o, ']');
	if (n == PAGE)
		json_out_str(&out->o, "next", str_fmt(r->a, "%lld.%.*s", (long long)row[n - 1].key,
						       STR_FMT(row[n - 1].snap->code)));
	return true;
}

static bool put_hit(struct req *r, struct json_out *o, const struct search_hit *hit, struct str *ret_code, struct err *err)
{
	const struct actor who = actor_of(r);
	struct err hidden = { 0 };
	struct matter_view m;

	/* The index may be two seconds behind: each hit is seen again through the engine. */
	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, hit->subject, SEE_CLOCKS, &m, &hidden))
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	*ret_code = m.snap->code;
	json_open(o, NULL, '{');
	put_head(o, m.snap, m.title);
	put_numbers(o, m.snap);
	json_out_str(o, "organ", m.organ_name);
	json_out_str(o, "holder", m.holder);
	json_open(o, "clocks", '[');
	for (size_t i = 0; i < m.n_clock; i++)
		put_clock(o, &m.clock[i]);
	json_close(o, ']');
	json_close(o, '}');
	return true;
}

static bool by_text(struct req *r, const struct kind *k, struct str q, struct api_out *out, struct err *err)
{
	const struct actor who = actor_of(r);
	struct index_query iq = { .typed = q, .kind = k ? k->id : (struct str){ 0 }, .who = &who, .limit = PAGE };
	struct str cursor = req_query(r, "cursor"), last = { 0 };
	const struct search_hit *hit;
	size_t n;
	bool more;

	if ((cursor.n && !matter_by_code(r->db, r->a, cursor, &iq.before, err)) || !index_find(r, &iq, &hit, &n, &more, err))
		return false;
	json_open(&out->o, "matters", '[');
	for (size_t i = 0; i < n; i++)
		if (!put_hit(r, &out->o, &hit[i], &last, err))
			return false;
	json_close(&out->o, ']');
	if (more && last.n)
		json_out_str(&out->o, "next", last);
	return true;
}

bool api_matters(struct req *r, struct err *err)
{
	struct str q = str_trim(req_query(r, "q")), kind = req_query(r, "kind");
	const struct kind *k = NULL;
	struct api_out out;

	if ((kind.n && !kind_asked(r, kind, &k, err)) || !token_lets(r, kind, false, err))
		return false;
	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	if (!(q.n ? by_text(r, k, q, &out, err) : by_filters(r, k, &out, err)))
		return false;
	json_close(&out.o, '}');
	return api_reply(r, 200, &out, err);
}

/* ---- one matter ---- */

static bool see(struct req *r, unsigned parts, bool acts, struct matter_view *m, struct err *err)
{
	const struct actor who = actor_of(r);
	int64_t id;

	return matter_by_code(r->db, r->a, req_param(r, "id"), &id, err)
	    && matter_see(app_of(r)->engine, r->db, r->a, &who, id, parts, m, err)
	    && token_lets(r, m->snap->kind->id, acts, err);
}

static void put_fields(struct api_names *n, struct json_out *o, const struct matter_view *m)
{
	json_open(o, "fields", '{');
	for (size_t i = 0; i < m->n_field; i++) {
		if (m->field[i].hidden || val_is_null(m->field[i].v))
			continue;
		json_key(o, m->field[i].def->id);
		api_put_val(n, o, m->field[i].v);
	}
	json_close(o, '}');
	json_open(o, "masked", '[');
	for (size_t i = 0; i < m->n_field; i++)
		if (!m->field[i].hidden && m->field[i].masked)
			json_out_str(o, NULL, m->field[i].def->id);
	json_close(o, ']');
}

static void put_refusals(struct req *r, struct json_out *o, const struct refusal *v, size_t n)
{
	json_open(o, "refused", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(o, NULL, '{');
		json_out_str(o, "say", v[i].say);
		api_put_cites(r, o, v[i].node);
		if (v[i].facts.n)
			json_out_str(o, "facts", v[i].facts);
		if (v[i].field.n)
			json_out_str(o, "field", v[i].field);
		if (v[i].way.n)
			json_out_str(o, "way", v[i].way);
		if (v[i].target.n)
			json_out_str(o, "target", v[i].target);
		json_out_bool(o, "can_pass", v[i].can_pass);
		if (v[i].can_pass && v[i].node)
			json_out_str(o, "check", v[i].node->path);
		json_close(o, '}');
	}
	json_close(o, ']');
}

static void put_actions(struct req *r, struct json_out *o, const struct matter_view *m)
{
	json_open(o, "actions", '[');
	for (size_t i = 0; i < m->n_action; i++) {
		json_open(o, NULL, '{');
		json_out_str(o, "action", m->action[i].def->id);
		json_out_str(o, "name", m->action[i].def->name);
		json_out_bool(o, "can", m->action[i].can);
		put_refusals(r, o, m->action[i].refused, m->action[i].n_refused);
		json_close(o, '}');
	}
	json_close(o, ']');
}

static void put_around(struct json_out *o, const struct matter_view *m)
{
	json_open(o, "clocks", '[');
	for (size_t i = 0; i < m->n_clock; i++)
		put_clock(o, &m->clock[i]);
	json_close(o, ']');
	json_open(o, "papers", '[');
	for (size_t i = 0; i < m->n_paper; i++) {
		json_open(o, NULL, '{');
		json_out_str(o, "id", m->paper[i].code);
		json_out_str(o, "name", m->paper[i].name);
		json_out_str(o, "number", m->paper[i].number);
		json_out_str(o, "state", m->paper[i].state);
		json_out_str(o, "digest", m->paper[i].digest);
		json_out_str(o, "corrected_by", m->paper[i].correction);
		json_close(o, '}');
	}
	json_close(o, ']');
	json_open(o, "links", '[');
	for (size_t i = 0; i < m->n_link; i++) {
		json_open(o, NULL, '{');
		json_out_str(o, "id", m->link[i].code);
		json_out_str(o, "relation", m->link[i].relation);
		json_out_str(o, "title", m->link[i].title);
		json_close(o, '}');
	}
	json_close(o, ']');
}

bool api_matter(struct req *r, struct err *err)
{
	struct api_names names;
	struct matter_view m;
	struct api_out out;

	if (!see(r, SEE_ALL & ~(unsigned)SEE_EVENTS, false, &m, err) || !api_names_init(r, &names, err))
		return false;
	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	put_head(&out.o, m.snap, m.title);
	put_numbers(&out.o, m.snap);
	json_out_str(&out.o, "organ", m.organ_name);
	json_out_str(&out.o, "holder", m.holder);
	put_fields(&names, &out.o, &m);
	put_around(&out.o, &m);
	put_actions(r, &out.o, &m);
	json_close(&out.o, '}');
	return api_reply(r, 200, &out, err);
}

static void put_event(struct api_names *names, struct json_out *o, const struct event_view *e)
{
	json_open(o, NULL, '{');
	json_out_i64(o, "seq", e->seq);
	api_put_time(o, "at", e->at);
	json_out_str(o, "action", e->action);
	json_out_str(o, "name", e->action_name);
	json_out_str(o, "actor", e->actor_name);
	json_out_str(o, "organ", e->organ_name);
	json_out_str(o, "role", e->role);
	if (e->reason.n)
		json_out_str(o, "reason", e->reason);
	json_open(o, "set", '{');
	for (size_t i = 0; i < e->n_changed; i++) {
		json_key(o, e->changed[i]->id);
		api_put_val(names, o, e->value[i]);
	}
	json_close(o, '}');
	json_close(o, '}');
}

bool api_events(struct req *r, struct err *err)
{
	struct api_names names;
	struct matter_view m;
	struct api_out out;

	if (!see(r, SEE_EVENTS, false, &m, err) || !api_names_init(r, &names, err))
		return false;
	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	json_open(&out.o, "events", '[');
	for (size_t i = 0; i < m.n_event; i++)
		put_event(&names, &out.o, &m.event[i]);
	json_close(&out.o, ']');
	json_close(&out.o, '}');
	return api_reply(r, 200, &out, err);
}

static const struct stmt st_paper = { "api_paper", "SELECT COALESCE(blob, '') FROM document WHERE code = $1" };

bool api_paper(struct req *r, struct err *err)
{
	struct str code = req_param(r, "paper"), blob = { 0 }, media, bytes;
	const struct db_in in[] = { db_str(code) };
	const struct db_out out[] = { db_to_str(&blob) };
	struct matter_view m;
	bool found = false;

	if (!see(r, SEE_PAPERS, false, &m, err))
		return false;
	for (size_t i = 0; i < m.n_paper; i++) {
		found = found || str_eq(m.paper[i].code, code);
		if (str_eq(m.paper[i].code, code) && m.paper[i].removed)
			return err_set(err, ERR_GONE, "这份文书已按销毁清册销毁，只留下摘要");
	}
	if (!found || !db_one(r->db, r->a, &st_paper, DB_IN(in), DB_OUT(out), err))
		return found ? false : err_set(err, ERR_NOT_FOUND, "本件没有这份文书");
	if (!blob.n)
		return err_set(err, ERR_NOT_FOUND, "文书正在制作，请稍后再取");
	return blob_get(r->db, r->a, &app_of(r)->blobs, blob, &media, &bytes, err)
	    && reply_file(r, "application/pdf", bytes, str_fmt(r->a, "%.*s.pdf", STR_FMT(code)), true);
}

/* ---- acts ---- */

struct acting {
	struct req *r;
	const struct kind *kind;
	const struct action *ac;
	struct act act;
	struct str key; /* Idempotency-Key */
	struct blob blob[FILES_MOST];
	size_t n_blob;
	struct act_result result;
};

/* Contents of files come in the form itself, in base64: a digest alone would let anyone attach what he only knows of. */
static bool take_content(struct acting *x, const struct json *j, struct file_ref *ret, struct err *err)
{
	struct str content = json_str(j, "content"), name = str_trim(json_str(j, "name"));
	unsigned char *bytes = arena_alloc(x->r->a, content.n + 1);
	struct blob *b = &x->blob[x->n_blob];
	size_t n;

	if (!name.n || !content.n)
		return err_set(err, ERR_BAD_INPUT, "每份文件须有 name 和 content（base64）");
	if (x->n_blob == FILES_MOST)
		return err_set(err, ERR_TOO_LARGE, "一次最多%d份文件", FILES_MOST);
	if (sodium_base642bin(bytes, content.n, content.p, content.n, "\r\n", &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return err_set(err, ERR_BAD_INPUT, "“%.*s”的 content 不是 base64", STR_FMT(str_head(name, 60)));
	if (!blob_prepare(x->r->a, app_of(x->r)->dir, (struct str){ (char *)bytes, n }, b, err))
		return false;
	x->n_blob++;
	*ret = (struct file_ref){ .name = str_head(name, 120), .digest = b->sha256, .media = b->media, .size = b->size };
	return true;
}

static bool take_files(struct acting *x, const struct json *list, struct val *ret, struct err *err)
{
	struct val *v = arena_many(x->r->a, list->n + 1, struct val);
	const struct json *j;
	size_t n = 0;

	if (list->type != JSON_ARRAY)
		return err_set(err, ERR_BAD_INPUT, "文件一项应是一个数组");
	json_each(j, list) {
		struct file_ref *f = arena_one(x->r->a, struct file_ref);

		if (!take_content(x, j, f, err))
			return false;
		v[n++] = (struct val){ .t = T_FILE, .file = f };
	}
	*ret = val_list(x->r->a, T_FILES, v, n);
	return true;
}

static bool read_files(struct acting *x, const struct json *form, struct err *err)
{
	struct form_entry *e = (struct form_entry *)x->act.form.v;

	for (size_t i = 0; i < x->act.form.n; i++)
		if (e[i].v.t == T_FILES
		    && !take_files(x, json_get(form, str_cstr(x->r->a, e[i].field)), &e[i].v, err))
			return false;
	return true;
}

/* What is named must be seen: a code alone brings no title of a matter that one does not see. */
static bool ref_seen(struct acting *x, int64_t id, bool *ret, struct err *err)
{
	struct err hidden = { 0 };
	struct matter_view m;

	*ret = matter_see(app_of(x->r)->engine, x->r->db, x->r->a, &x->act.who, id, 0, &m, &hidden);
	return *ret || hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
}

static bool refs_seen(struct acting *x, struct err *err)
{
	for (size_t i = 0; i < x->act.form.n; i++) {
		const struct val v = x->act.form.v[i].v;
		const struct val_list one = { &v, 1 }, *l = v.t == T_REFS ? v.list : v.t == T_REF ? &one : NULL;

		for (size_t j = 0; l && j < l->n; j++) {
			bool seen;

			if (!ref_seen(x, l->v[j].i, &seen, err))
				return false;
			if (!seen)
				return err_set(err, ERR_BAD_INPUT, "“%.*s”中没有找到所选的对象", STR_FMT(x->act.form.v[i].field));
		}
	}
	return true;
}

static void read_passed(struct acting *x, const struct json *passed)
{
	struct passed *p = arena_many(x->r->a, PASSED_MOST, struct passed);
	const struct json *j;

	json_each(j, passed)
		if (x->act.n_passed < PASSED_MOST && j->type == JSON_STRING && str_trim(j->text).n)
			p[x->act.n_passed++] = (struct passed){ j->key, str_trim(j->text) };
	x->act.passed = p;
}

/* The key and what was sent with it: the same key with another body is found by its beginning. */
static bool read_key(struct acting *x, struct err *err)
{
	unsigned char digest[16];

	if (!x->r->request_key.n)
		return true;
	if (!uuid_valid(x->r->request_key))
		return err_set(err, ERR_BAD_INPUT, "Idempotency-Key 应是一个 UUID");
	x->key = str_fmt(x->r->a, "api:%.*s:", STR_FMT(x->r->request_key));
	(void)crypto_generichash(digest, sizeof(digest), (const unsigned char *)x->r->body.p, x->r->body.n,
				 (const unsigned char *)x->r->path.p, x->r->path.n < 64 ? x->r->path.n : 64);
	{
		char hex[2 * sizeof(digest) + 1];

		sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
		x->act.request = str_fmt(x->r->a, "%.*s%s", STR_FMT(x->key), hex);
	}
	return true;
}

static bool reply_refused(struct req *r, const struct refusal *v, size_t n, struct err *err)
{
	struct api_out out;

	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	put_refusals(r, &out.o, v, n);
	json_close(&out.o, '}');
	return api_reply(r, 422, &out, err);
}

static const struct stmt st_key = { "api_key", "SELECT request FROM event WHERE request >= $1 AND request < $2 LIMIT 1" };

static bool key_fits(struct acting *x, struct db *db, struct arena *a, struct err *err)
{
	/* A letter behind the last hexadecimal digit: signs stand in another order in each language that a database may use. */
	struct str end = str_fmt(a, "%.*sg", STR_FMT(x->key)), used = { 0 };
	const struct db_in in[] = { db_str(x->key), db_str(end) };
	const struct db_out out[] = { db_to_str(&used) };
	bool found;

	if (!x->key.n)
		return true;
	if (!db_maybe(db, a, &st_key, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	return !found || str_eq(used, x->act.request)
	    || err_set(err, ERR_CONFLICT, "这个 Idempotency-Key 已经用于另一项内容");
}

/* Under which drafts and uploads of this form stand. */
static struct str form_key(const struct acting *x)
{
	return x->act.matter ? x->ac->id : x->kind->id;
}

/* A refusal is an error of the job, so that the files that came with it go too. */
static bool act_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct acting *x = ctx;
	struct engine *e = app_of(x->r)->engine;

	x->result = (struct act_result){ 0 };
	if (!key_fits(x, db, a, err))
		return false;
	for (size_t i = 0; i < x->n_blob; i++)
		if (!blob_put(db, &x->blob[i], x->act.received, err)
		    || !upload_put(db, x->act.who.person, x->act.matter, form_key(x), x->blob[i].sha256, x->act.received, err))
			return false;
	if (!(x->act.matter ? matter_act(e, db, a, &x->act, &x->result, err)
			    : matter_open(e, db, a, &x->act, &x->result, err)))
		return false;
	if (x->result.n_refused)
		return err_set(err, ERR_REFUSED, "暂不能办理");
	return !x->n_blob || draft_drop(db, x->act.who.person, x->act.matter, form_key(x), err);
}

static bool act_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct acting *x = ctx;
	struct api_out out;

	if (!ok && failed->code == ERR_REFUSED && x->result.n_refused)
		return reply_refused(r, x->result.refused, x->result.n_refused, err);
	if (!ok) {
		(void)err_set(err, failed->code, "%s", failed->msg);
		return err_wrap(err, "%s", failed->detail);
	}
	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	json_out_str(&out.o, "id", x->result.code.n ? x->result.code : req_param(r, "id"));
	json_out_i64(&out.o, "version", x->result.version);
	json_out_bool(&out.o, "repeated", x->result.repeated);
	json_close(&out.o, '}');
	return api_reply(r, x->act.matter ? 200 : 201, &out, err);
}

/* The rest of an act: its form, files, reasons. */
static bool act_begin(struct acting *x, const struct json *body, struct err *err)
{
	const struct json *form = json_get(body, "form");
	const struct refusal *wrong;
	size_t n;

	x->act.who = actor_of(x->r);
	x->act.received = now_of(x->r);
	x->act.action = x->ac->id;
	x->act.kind = x->kind->id;
	x->act.reason = str_trim(json_str(body, "reason"));
	read_passed(x, json_get(body, "passed"));
	if (!read_key(x, err)
	    || !form_of_json(x->r->db, x->r->a, x->kind, x->ac, form, NULL, &x->act.form, &wrong, &n, err))
		return false;
	if (n)
		return reply_refused(x->r, wrong, n, err);
	return refs_seen(x, err) && read_files(x, form, err) && req_write(x->r, act_run, x, act_after);
}

static bool begin(struct req *r, struct acting **ret, const struct json **ret_body, struct err *err)
{
	*ret = arena_one(r->a, struct acting);
	(*ret)->r = r;
	return body_object(r, ret_body, err);
}

bool api_open(struct req *r, struct err *err)
{
	const struct json *body;
	struct acting *x;
	struct str parent;

	if (!begin(r, &x, &body, err) || !kind_asked(r, json_str(body, "kind"), &x->kind, err)
	    || !token_lets(r, x->kind->id, true, err))
		return false;
	x->ac = kind_action(x->kind, STR("open"));
	parent = json_str(body, "parent");
	if (parent.n && !matter_by_code(r->db, r->a, parent, &x->act.parent, err))
		return false;
	x->act.version = -1;
	return act_begin(x, body, err);
}

bool api_act(struct req *r, struct err *err)
{
	const struct json *body;
	struct matter_view m;
	struct acting *x;

	if (!begin(r, &x, &body, err) || !see(r, 0, true, &m, err))
		return false;
	x->kind = m.snap->kind;
	x->ac = kind_action(x->kind, req_param(r, "action"));
	if (!x->ac || str_is(x->ac->id, "open"))
		return err_set(err, ERR_NOT_FOUND, "这类办件没有这种办理");
	x->act.matter = m.snap->id;
	x->act.version = json_i64(body, "version", -1);
	return act_begin(x, body, err);
}
