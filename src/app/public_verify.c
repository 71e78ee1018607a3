/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 核验文书: is this the paper that the organ issued? Whoever holds the file is told number, organ, date, signature and what
 * became of it; it is read, compared by its digests and thrown away. By number alone only what is published is told: of
 * anything else the answer is the same as if it did not exist. */
#include "app/public.h"

#include <inttypes.h>

#include "app/app.h"
#include "app/shown.h"
#include "base/day.h"
#include "matter/organ_key.h"
#include "pages.h"

#define NUMBER_MOST 100
#define FACTS_MOST 12
#define NUMBERED_MOST 20 /* papers of one number: a decision and its copies */

static const struct stmt st_file = { "verify_by_file",
	"SELECT d.id, d.matter, m.organ, d.created, d.paper, d.number, COALESCE(d.signature, ''), COALESCE(d.corrected_by, 0), d.blob, b.sm3,"
	" COALESCE(o.name, ''), m.def, m.kind FROM document d JOIN blob b ON b.digest = d.blob JOIN matter m ON m.id = d.matter"
	" LEFT JOIN organ o ON o.id = m.organ WHERE d.blob = $1 AND d.state = 'frozen'"
	" ORDER BY CASE WHEN d.signature IS NULL THEN 1 ELSE 0 END, d.id LIMIT 1" };
/* What was published about the matter of a paper, or with the paper itself; newest first. */
static const struct stmt st_public = { "verify_public",
	"SELECT x.id, x.code FROM matter x WHERE x.kind = 'disclosure' AND (x.id = $1 OR EXISTS (SELECT 1 FROM link l WHERE l.source = x.id"
	" AND l.target = $1 AND l.field IN ('decision', 'spot_decision'))) AND x.state <> 'superseded' ORDER BY x.id DESC LIMIT 5" };
static const struct stmt st_number = { "verify_by_number",
	"SELECT DISTINCT d.matter FROM document d WHERE d.number = $1 AND d.state = 'frozen' ORDER BY d.matter LIMIT 20" };

struct issued {
	int64_t document, matter, organ, created, corrected_by, def;
	struct str paper, number, signature, sha256, sm3, organ_name, kind;
};

static struct str paper_name(struct req *r, const struct issued *x)
{
	const struct law *l = NULL;
	const struct kind *k;
	const struct paper *p;
	struct err no = { 0 };

	if (!engine_law(app_of(r)->engine, r->db, r->a, x->def, &l, &no))
		return x->paper;
	k = law_kind(l, x->kind);
	p = k ? kind_paper(k, x->paper) : NULL;
	return p ? p->name : x->paper;
}

/* ---- the signature ---- */

static bool signature_of(struct req *r, const struct issued *x, struct verify_view *v, struct err *err)
{
	const struct organ_key *key, *by = NULL;
	struct paper_statement said;
	struct err why = { 0 };
	size_t n;

	if (!x->signature.n) {
		v->sign = SIGN_NONE;
		return true;
	}
	if (!organ_keys(r->db, r->a, x->organ, &key, &n, err))
		return false;
	if (!paper_signature_check(r->a, x->signature, key, n, &said, &by, &why)) {
		v->sign = SIGN_BAD;
		v->sign_says = str_dup(r->a, str_of(why.msg));
		return true;
	}
	v->sign = str_eq(said.sha256, x->sha256) && str_eq(said.sm3, x->sm3) && str_eq(said.number, x->number) ? SIGN_GOOD : SIGN_BAD;
	if (v->sign == SIGN_BAD)
		v->sign_says = STR("签的是另一份文书");
	v->sign_says = v->sign == SIGN_GOOD ? str_fmt(r->a, "%.*s用密钥“%.*s”于%.*s签名", STR_FMT(said.organ), STR_FMT(by->name),
						      STR_FMT(shown_time(r->a, said.at)))
					    : v->sign_says;
	return true;
}

/* ---- what became of it ---- */

struct looking {
	struct req *r;
	int64_t id;
	struct str code, href; /* code: of the row in hand */
	struct matter_view m;
	bool found;
};

static bool look(void *ctx, struct err *err)
{
	struct looking *x = ctx;
	struct err no = { 0 };

	(void)err;
	if (!x->found && matter_see(app_of(x->r)->engine, x->r->db, x->r->a, &anyone, x->id, SEE_FIELDS, &x->m, &no)) {
		x->found = true;
		x->href = str_fmt(x->r->a, "/decisions/%.*s", STR_FMT(x->code));
	}
	return true;
}

static bool published_of(struct req *r, int64_t matter, struct looking *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(matter) };
	const struct db_out out[] = { db_to_i64(&ret->id), db_to_str(&ret->code) };

	*ret = (struct looking){ .r = r };
	return db_each(r->db, r->a, &st_public, DB_IN(in), DB_OUT(out), look, ret, err);
}

static void fate_of(struct req *r, const struct looking *p, struct verify_view *v)
{
	struct str state = p->m.snap->state->id;

	v->href = p->href;
	if (str_is(state, "taken_down")) {
		v->gone = str_fmt(r->a, "这份决定的公开信息已于%.*s撤下", STR_FMT(public_text(r, &p->m, "withdrawn_on")));
		v->gone_why = public_text(r, &p->m, "public_reason");
	} else if (!str_is(state, "published") && !str_is(state, "historic")) {
		v->gone = STR("这份决定的效力已有变化，执法机关正在办理撤下");
	}
}

/* ---- by file ---- */

static const struct stmt st_correction = { "verify_correction", "SELECT paper, number, created FROM document WHERE id = $1" };

static bool correction_of(struct req *r, const struct issued *x, struct verify_view *v, struct err *err)
{
	struct issued by = { .def = x->def, .kind = x->kind };
	const struct db_in in[] = { db_i64(x->corrected_by) };
	const struct db_out out[] = { db_to_str(&by.paper), db_to_str(&by.number), db_to_i64(&by.created) };

	if (!x->corrected_by)
		return true;
	if (!db_one(r->db, r->a, &st_correction, DB_IN(in), DB_OUT(out), err))
		return false;
	v->gone = str_fmt(r->a, "这份文书已于%.*s由《%.*s》%.*s更正", STR_FMT(public_day(r->a, day_at(by.created))),
			  STR_FMT(paper_name(r, &by)), STR_FMT(by.number));
	v->gone_why = STR("与更正书一并使用");
	return true;
}

static bool found_file(struct req *r, const struct issued *x, struct verify_view *v, struct err *err)
{
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);
	struct looking p;

	v->outcome = VERIFY_ISSUED;
	public_fact(f, &v->n_fact, "文书", paper_name(r, x), false);
	public_fact(f, &v->n_fact, "文号", x->number, false);
	public_fact(f, &v->n_fact, "制发机关", x->organ_name, false);
	public_fact(f, &v->n_fact, "制作日期", public_day(r->a, day_at(x->created)), false);
	v->fact = f;
	if (!correction_of(r, x, v, err) || !signature_of(r, x, v, err) || !published_of(r, x->matter, &p, err))
		return false;
	if (p.found && !v->gone.n)
		fate_of(r, &p, v);
	return true;
}

static bool by_file(struct req *r, struct str content, struct verify_view *v, struct err *err)
{
	struct issued x = { 0 };
	struct blob b;
	bool found;

	blob_digest(r->a, content, &b);
	const struct db_in in[] = { db_str(b.sha256) };
	const struct db_out out[] = { db_to_i64(&x.document), db_to_i64(&x.matter), db_to_i64(&x.organ), db_to_i64(&x.created),
				      db_to_str(&x.paper), db_to_str(&x.number), db_to_str(&x.signature), db_to_i64(&x.corrected_by),
				      db_to_str(&x.sha256), db_to_str(&x.sm3), db_to_str(&x.organ_name), db_to_i64(&x.def),
				      db_to_str(&x.kind) };

	v->sha256 = b.sha256;
	v->sm3 = b.sm3;
	v->outcome = VERIFY_OTHER;
	if (!db_maybe(r->db, r->a, &st_file, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	return !found || !str_eq(x.sm3, b.sm3) || found_file(r, &x, v, err);
}

/* ---- by number ---- */

struct numbered {
	struct req *r;
	int64_t matter, v[NUMBERED_MOST];
	size_t n;
};

static bool take(void *ctx, struct err *err)
{
	struct numbered *x = ctx;

	(void)err;
	x->v[x->n++] = x->matter;
	return true;
}

static void published_facts(struct req *r, const struct looking *p, struct verify_view *v)
{
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);

	v->outcome = VERIFY_PUBLISHED;
	public_fact(f, &v->n_fact, "决定", public_text(r, &p->m, "title"), false);
	public_fact(f, &v->n_fact, "文号", public_text(r, &p->m, "decision_no"), false);
	public_fact(f, &v->n_fact, "机关", p->m.organ_name, false);
	public_fact(f, &v->n_fact, "决定日期", public_text(r, &p->m, "decided_on"), false);
	v->fact = f;
	fate_of(r, p, v);
}

/* Only a number that the published text itself has is answered. */
static bool by_number(struct req *r, struct verify_view *v, struct err *err)
{
	struct numbered x = { .r = r };
	const struct db_in in[] = { db_str(v->number) };
	const struct db_out out[] = { db_to_i64(&x.matter) };
	struct looking p;

	v->outcome = VERIFY_UNKNOWN;
	if (!db_each(r->db, r->a, &st_number, DB_IN(in), DB_OUT(out), take, &x, err))
		return false;
	for (size_t i = 0; i < x.n && v->outcome == VERIFY_UNKNOWN; i++) {
		if (!published_of(r, x.v[i], &p, err))
			return false;
		if (p.found && str_eq(public_text(r, &p.m, "decision_no"), v->number))
			published_facts(r, &p, v);
	}
	return true;
}

/* ---- the pages ---- */

static bool page(struct req *r, int status, struct verify_view *v, struct err *err)
{
	struct matter_view bureau;
	struct html h;

	public_frame_fill(r, STR("核验文书"), DOOR_HOME, &v->frame);
	if (public_bureau(r, &bureau))
		v->phone = public_text(r, &bureau, "phone");
	html_init(&h, r->a, HTML_MAX);
	page_public_verify(&h, v);
	return public_reply(r, status, &h, err);
}

bool verify_show(struct req *r, struct err *err)
{
	struct verify_view v = { .outcome = VERIFY_ASKS };

	return page(r, 200, &v, err);
}

bool verify_send(struct req *r, struct err *err)
{
	struct verify_view v = { .number = str_head(str_trim(req_form(r, "number")), NUMBER_MOST) };
	const struct form_pair *file = NULL;

	for (size_t i = 0; i < r->form.n; i++)
		if (r->form.v[i].file && r->form.v[i].value.n && str_is(r->form.v[i].name, "file"))
			file = &r->form.v[i];
	if (file && file->value.n > VERIFY_FILE_MAX)
		return err_set(err, ERR_TOO_LARGE, "文件超过20 MB，本机关制发的文书没有这么大");
	if (!file && !v.number.n) {
		v.outcome = VERIFY_EMPTY;
		return page(r, 422, &v, err);
	}
	if (file)
		v.file = str_head(file->filename, NUMBER_MOST);
	return (file ? by_file(r, file->value, &v, err) : by_number(r, &v, err)) && page(r, 200, &v, err);
}

static bool key_lines(struct req *r, struct organ_key_line **ret, size_t *ret_n, struct err *err)
{
	const struct organ_key *k;
	struct organ_key_line *v;
	size_t n;

	if (!organ_keys(r->db, r->a, 0, &k, &n, err))
		return false;
	v = arena_many(r->a, n ? n : 1, struct organ_key_line);
	for (size_t i = 0; i < n; i++)
		v[i] = (struct organ_key_line){ .name = k[i].name, .ed25519 = k[i].ed25519, .sm2 = k[i].sm2, .active = k[i].active,
						.from = shown_time(r->a, k[i].from), .until = shown_time(r->a, k[i].until) };
	*ret = v;
	*ret_n = n;
	return true;
}

bool organ_keys_show(struct req *r, struct err *err)
{
	struct organ_keys_view v = { .n = 0 };
	struct organ_key_line *line;
	struct html h;

	if (!key_lines(r, &line, &v.n, err))
		return false;
	v.line = line;
	public_frame_fill(r, STR("签名公钥"), DOOR_HOME, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_keys(&h, &v);
	return public_reply_kept(r, &h, 0, err);
}
