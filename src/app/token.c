/* SPDX-License-Identifier: MulanPSL-2.0 */
/* token.c - tokens of organs: who they let in, and the page on which the security administrator issues them. */
#include "app/token.h"

#include <sodium.h>

#include "app/input.h"
#include "base/day.h"
#include "base/uuid.h"
#include "pages.h"

#define PREFIX "mfk_"
#define SECRET 32
#define LINES 100

bool token_is(struct str token)
{
	return str_starts(token, STR(PREFIX)) && token.n == sizeof(PREFIX) - 1 + (size_t)2 * SECRET;
}

static struct str hex(struct arena *a, const unsigned char *p, size_t n)
{
	char *out = arena_alloc(a, 2 * n + 1);

	sodium_bin2hex(out, 2 * n + 1, p, n);
	return (struct str){ out, 2 * n };
}

static struct str digest_of(struct arena *a, struct str token)
{
	unsigned char d[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(d, (const unsigned char *)token.p, token.n);
	return hex(a, d, sizeof(d));
}

static const struct stmt st_token = { "token_find",
	"SELECT m.id FROM matter_key_text k JOIN matter m ON m.id = k.matter"
	" WHERE k.field = 'api_token.digest' AND k.text = $1 AND m.state = 'valid'" };
static const struct stmt st_holder = { "token_holder",
	"SELECT p.name, COALESCE(a.id, 0), COALESCE(a.disabled, 0) FROM person p LEFT JOIN account a ON a.person = p.id"
	" WHERE p.id = $1 AND p.active = 1" };

static struct val value_of(const struct matter_view *m, const char *id)
{
	const struct field *f = kind_field(m->snap->kind, str_of(id));

	return f ? m->field[f->index].v : VAL_NULL;
}

bool token_session(struct req *r, struct str token, const struct session **ret, struct err *err)
{
	static const struct actor program = { .sort = ACTOR_SYSTEM };
	struct session *s = arena_one(r->a, struct session);
	const struct db_in in[] = { db_str(digest_of(r->a, token)) };
	struct matter_view m;
	int64_t id = 0, disabled = 0;
	const struct db_out out[] = { db_to_i64(&id) };
	const struct db_out who[] = { db_to_str(&s->name), db_to_i64(&s->account), db_to_i64(&disabled) };
	struct val valid_to;
	bool found;

	*ret = NULL;
	if (!db_maybe(r->db, r->a, &st_token, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return true;
	if (!matter_see(app_of(r)->engine, r->db, r->a, &program, id, SEE_FIELDS, &m, err))
		return false;
	s->person = value_of(&m, "holder").i;
	s->organ = value_of(&m, "for_organ").i;
	s->kinds = value_of(&m, "kinds").t == T_TEXT ? value_of(&m, "kinds").s : (struct str){ 0 };
	s->reads_only = !str_is(value_of(&m, "scope").s, "act");
	s->token = true;
	valid_to = value_of(&m, "valid_to");
	/* The timer may be a second late: the day itself decides. */
	if (valid_to.t != T_DATE || day_at(now_of(r)) > valid_to.i)
		return true;
	{
		const struct db_in person[] = { db_i64(s->person) };

		if (!db_maybe(r->db, r->a, &st_holder, DB_IN(person), DB_OUT(who), &found, err))
			return false;
	}
	*ret = found && !disabled ? s : NULL;
	return true;
}

/* ---- the page ---- */

static bool add_line(struct req *r, const struct val_names *names, const struct list_row *x, struct token_line *l,
		     struct err *err)
{
	const struct actor who = actor_of(r);
	struct matter_view m;
	struct buf b;

	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, x->snap->id, SEE_FIELDS, &m, err))
		return false;
	*l = (struct token_line){ .title = value_of(&m, "title").s, .state = x->state_name,
				  .href = str_fmt(r->a, "/m/%.*s", STR_FMT(x->snap->code)),
				  .kinds = value_of(&m, "kinds").t == T_TEXT ? value_of(&m, "kinds").s : STR("不限") };
	l->asks = str_is(x->snap->state->id, "asked");
	l->scope = str_is(value_of(&m, "scope").s, "act") ? STR("读取和办理") : STR("只能读取");
	buf_init(&b, r->a, 400);
	val_put_cn(&b, r->a, value_of(&m, "holder"), names);
	buf_adds(&b, "（");
	val_put_cn(&b, r->a, value_of(&m, "for_organ"), names);
	buf_adds(&b, "）");
	l->holder = buf_str(&b);
	buf_init(&b, r->a, 40);
	val_put_cn(&b, r->a, value_of(&m, "valid_to"), names);
	l->valid_to = buf_str(&b);
	return true;
}

/* own: only what is in force, or asked for, in this person's own name. */
static bool lines(struct req *r, bool own, const struct token_line **ret, size_t *ret_n, struct err *err)
{
	const struct actor who = actor_of(r);
	const struct list_query q = { .who = who, .kind = STR("api_token"), .order = LIST_OPENED, .limit = LINES };
	const struct list_row *row;
	struct token_line *l;
	struct val_names names;
	size_t n, kept = 0;

	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &row, &n, err)
	    || !matter_names(app_of(r)->engine, r->db, r->a, &who, &names, err))
		return false;
	l = arena_many(r->a, n, struct token_line);
	for (size_t i = 0; i < n; i++) {
		const struct snap *m = row[i].snap;
		const struct field *f = kind_field(m->kind, STR("holder"));

		if (own && (m->state->end || !f || m->field[f->index].i != who.person))
			continue;
		if (!add_line(r, &names, &row[i], &l[kept++], err))
			return false;
	}
	*ret = l;
	*ret_n = kept;
	return true;
}

bool tokens_own(struct req *r, const struct token_line **ret, size_t *ret_n, struct err *err)
{
	return lines(r, true, ret, ret_n, err);
}

static bool page(struct req *r, int status, struct token_view *v, struct err *err)
{
	struct html h;

	if (!frame_load(r, STR("接口令牌"), &v->frame, err) || !lines(r, false, &v->line, &v->n_line, err))
		return false;
	frame_crumb(&v->frame, STR("接口令牌"), (struct str){ 0 });
	v->request = uuid_new(r->a, now_of(r));
	html_init(&h, r->a, HTML_MAX);
	page_tokens(&h, v);
	return frame_reply(r, status, &h, err);
}

bool tokens_show(struct req *r, struct err *err)
{
	struct token_view v = { .scope = STR("read") };

	return page(r, 200, &v, err);
}

/* ---- issuing ---- */

struct issuing {
	struct req *r;
	struct token_view v;
	struct str secret;
	struct act act;
	struct act_result result;
};

static const struct stmt st_login = { "token_login",
	"SELECT p.id, COALESCE(p.organ, 0) FROM account a JOIN person p ON p.id = a.person WHERE a.login = $1" };

static bool issue_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct issuing *x = ctx;

	x->result = (struct act_result){ 0 };
	return matter_open(app_of(x->r)->engine, db, a, &x->act, &x->result, err);
}

static bool issue_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct issuing *x = ctx;

	if (!ok) {
		(void)err_set(err, failed->code, "%s", failed->msg);
		return err_wrap(err, "%s", failed->detail);
	}
	if (x->result.n_refused) {
		x->v.error = x->result.refused[0].say;
		return page(r, 422, &x->v, err);
	}
	/* Of a form that was sent twice the first secret counts; the second was never kept. */
	if (x->result.repeated)
		return reply_see_other(r, STR("/admin/tokens"));
	x->v = (struct token_view){ .secret = x->secret, .scope = STR("read"), .asks = str_is(x->v.scope, "act") };
	return page(r, 200, &x->v, err);
}

static struct form_entry entry(const char *field, struct val v)
{
	return (struct form_entry){ str_of(field), v };
}

/* The form's words as values; what does not fit is said at once. */
static bool fill(struct issuing *x, const struct kind *k, int64_t person, int64_t organ)
{
	struct form_entry *e = arena_many(x->r->a, 7, struct form_entry);
	const struct field *until = kind_field(k, STR("valid_to"));
	struct err wrong = { 0 };
	struct val day;
	size_t n = 0;

	if (!person) {
		x->v.error = str_fmt(x->r->a, "没有登录名为“%.*s”的人员", STR_FMT(str_head(x->v.login, 40)));
		return false;
	}
	if (!val_parse(x->r->a, &until->type, x->v.valid_to, &day, &wrong)) {
		x->v.error = str_fmt(x->r->a, "有效期至：%s", wrong.msg);
		return false;
	}
	e[n++] = entry("title", val_text(T_TEXT, x->v.title));
	e[n++] = entry("for_organ", val_i64(T_ORGAN, organ));
	e[n++] = entry("holder", val_i64(T_USER, person));
	e[n++] = entry("scope", (struct val){ .t = T_ENUM, .s = str_is(x->v.scope, "act") ? STR("act") : STR("read"),
					      .values = kind_field(k, STR("scope"))->type.values });
	e[n++] = entry("valid_to", day);
	e[n++] = entry("digest", val_text(T_TEXT, digest_of(x->r->a, x->secret)));
	if (x->v.kinds.n)
		e[n++] = entry("kinds", val_text(T_TEXT, x->v.kinds));
	x->act.form = (struct form){ e, n };
	return true;
}

static struct str new_secret(struct arena *a)
{
	unsigned char raw[SECRET];

	randombytes_buf(raw, sizeof(raw));
	return str_fmt(a, PREFIX "%.*s", STR_FMT(hex(a, raw, sizeof(raw))));
}

bool tokens_post(struct req *r, struct err *err)
{
	struct issuing *x = arena_one(r->a, struct issuing);
	const struct db_in in[] = { db_str(str_trim(req_form(r, "login"))) };
	int64_t person = 0, organ = 0;
	const struct db_out out[] = { db_to_i64(&person), db_to_i64(&organ) };
	const struct law *law;
	const struct kind *k;
	bool found;

	x->r = r;
	x->v = (struct token_view){ .title = str_trim(req_form(r, "title")), .login = in[0].s,
				    .kinds = str_trim(req_form(r, "kinds")), .valid_to = str_trim(req_form(r, "valid_to")),
				    .scope = req_form(r, "scope") };
	if (!uuid_valid(req_form(r, "request")))
		return err_set(err, ERR_BAD_INPUT, "这个表单已经失效，请重新打开后再填写");
	if (!frame_law(r, &law, err) || !db_maybe(r->db, r->a, &st_login, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	k = law_kind(law, STR("api_token"));
	if (!k)
		return err_set(err, ERR_NOT_FOUND, "本地的规则包没有接口令牌");
	x->secret = new_secret(r->a);
	x->act = (struct act){ .who = actor_of(r), .kind = k->id, .action = STR("open"), .version = -1,
			       .request = req_form(r, "request"), .received = now_of(r) };
	if (!fill(x, k, person, organ))
		return page(r, 422, &x->v, err);
	return req_write(r, issue_run, x, issue_after);
}
