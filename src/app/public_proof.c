/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 存证证明 of a published decision: where the published text stands in the record log, and how anyone checks it without
 * trusting us. What is opened is one act of the program, that it froze this text: digests and a number, nobody's name. */
#include "app/public.h"

#include <inttypes.h>

#include "app/app.h"
#include "app/log_proof.h"
#include "app/shown.h"
#include "base/base64.h"
#include "base/parse.h"
#include "pages.h"

#define FACTS_MOST 10
#define ADDRESS_MOST 180 /* the QR code takes 200 bytes */

static const struct stmt st_paper = { "proof_paper",
	"SELECT e.id, d.blob FROM document d JOIN event e ON e.request = 'paper:' || CAST(d.id AS text) WHERE d.matter = $1"
	" AND d.paper = 'public_text' AND d.state = 'frozen' ORDER BY d.id DESC LIMIT 1" };
static const struct stmt st_published = { "proof_published",
	"SELECT id, '' FROM event WHERE matter = $1 AND action IN ('publish', 'open') ORDER BY id DESC LIMIT 1" };

struct proved {
	struct event_proof p;
	int64_t event;
	struct str digest;    /* of the published text; empty: the act itself is proved, nothing is opened */
	struct str act, salt; /* empty: not opened */
};

static bool event_of(struct req *r, const struct matter_view *m, struct proved *x, bool *ret_found, struct err *err)
{
	struct str state = m->snap->state->id;
	const struct db_in in[] = { db_i64(m->snap->id) };
	const struct db_out out[] = { db_to_i64(&x->event), db_to_str(&x->digest) };

	*ret_found = false;
	if (!str_is(state, "taken_down") && !str_is(state, "historic")
	    && !db_maybe(r->db, r->a, &st_paper, DB_IN(in), DB_OUT(out), ret_found, err))
		return false;
	return *ret_found || db_maybe(r->db, r->a, &st_published, DB_IN(in), DB_OUT(out), ret_found, err);
}

static bool prove(struct req *r, const struct matter_view *m, struct proved *x, struct err *err)
{
	bool found, opened;

	*x = (struct proved){ .event = 0 };
	if (!event_of(r, m, x, &found, err) || (found && !event_proof_load(r->db, r->a, x->event, &x->p, &found, err)))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "这份决定在记录日志里没有存证");
	return !x->digest.n || event_opened(r->db, r->a, x->event, &x->act, &x->salt, &opened, err);
}

static struct str number(struct arena *a, int64_t n)
{
	return n < 1000 ? str_fmt(a, "%" PRId64, n)
			: str_fmt(a, "%.*s,%03d", STR_FMT(number(a, n / 1000)), (int)(n % 1000));
}

static struct str hex(struct arena *a, struct str bytes)
{
	char *p = arena_alloc(a, 2 * bytes.n + 1);

	parse_put_hex(p, (const unsigned char *)bytes.p, bytes.n);
	return (struct str){ p, 2 * bytes.n };
}

static struct str base64(struct arena *a, const unsigned char *p, size_t n)
{
	struct buf b;

	buf_init(&b, a, BASE64_LEN(n));
	base64_put(&b, (struct str){ (const char *)p, n });
	return buf_str(&b);
}

static void facts_of(struct req *r, const struct proved *x, struct proof_view *v)
{
	const struct event_proof *p = &x->p;
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);

	public_fact(f, &v->n_fact, "存证位置", str_fmt(r->a, "第%.*s条（叶序%" PRId64 "）", STR_FMT(number(r->a, p->index + 1)), p->index), false);
	public_fact(f, &v->n_fact, "日志名称", p->o.origin, false);
	if (p->file.n) {
		public_fact(f, &v->n_fact, "签名时的条数", str_fmt(r->a, "%.*s条", STR_FMT(number(r->a, p->size))), false);
		public_fact(f, &v->n_fact, "接续的日志", p->next, false);
		public_fact(f, &v->n_fact, "签名时间", shown_time(r->a, p->at), false);
		public_fact(f, &v->n_fact, "树根", base64(r->a, p->root, LOG_HASH), false);
		public_fact(f, &v->n_fact, "见证", p->n_witness ? str_fmt(r->a, "另有%zu家见证方签名", p->n_witness)
								: STR("这一次签名还没有见证方附签"), false);
	}
	v->fact = f;
}

bool decision_proof(struct req *r, struct err *err)
{
	struct proof_view v = { .code = req_param(r, "code") };
	struct matter_view m;
	struct proved x;
	struct html h;
	struct str address;

	if (!public_see(r, v.code, "disclosure", SEE_FIELDS, &m, err) || !prove(r, &m, &x, err))
		return false;
	v.title = public_text(r, &m, "title");
	v.is_signed = x.p.file.n > 0;
	v.next = x.p.next;
	v.digest = x.digest;
	v.act = x.act;
	v.salt = hex(r->a, x.salt);
	v.entry = x.p.entry;
	v.ed25519 = x.p.o.ed25519;
	v.sm2 = x.p.o.sm2;
	facts_of(r, &x, &v);
	public_frame_fill(r, str_fmt(r->a, "存证证明：%.*s", STR_FMT(v.title)), DOOR_DECISIONS, &v.frame);
	address = str_fmt(r->a, "%.*s/decisions/%.*s/proof", STR_FMT(public_origin(r)), STR_FMT(v.code));
	v.address = address;
	if (address.n <= ADDRESS_MOST)
		v.qr = qr_of(r->a, address);
	html_init(&h, r->a, HTML_MAX);
	page_public_proof(&h, &v);
	return public_reply_kept(r, &h, 0, err);
}

/* /decisions/{code}/proof/{part}: what the page names, byte by byte. */
bool decision_proof_part(struct req *r, struct err *err)
{
	struct str part = req_param(r, "part"), code = req_param(r, "code"), bytes = { 0 };
	const char *name = "txt";
	struct matter_view m;
	struct proved x;

	if (!public_see(r, code, "disclosure", SEE_FIELDS, &m, err) || !prove(r, &m, &x, err))
		return false;
	if (str_is(part, "tlog-proof")) {
		bytes = x.p.file;
		name = "tlog-proof";
	} else if (str_is(part, "entry")) {
		bytes = x.p.entry;
	} else if (str_is(part, "act")) {
		bytes = x.act;
	}
	if (!bytes.n)
		return err_set(err, ERR_NOT_FOUND, "没有这个文件，或者日志还没有签到这一条，请稍等几秒再试");
	return reply_file(r, PROOF_TYPE, bytes, str_fmt(r->a, "%.*s-%.*s.%s", STR_FMT(str_head(code, 40)), STR_FMT(part), name), true);
}
