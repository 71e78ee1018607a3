/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The home page, rows of decisions, and one decision. */
#include "app/public.h"

#include "app/app.h"
#include "app/shown.h"
#include "base/day.h"
#include "base/parse.h"
#include "blob/blob.h"
#include "pages.h"
#include "base/cut.h"

#define HOME_ROWS 6
#define FACTS_MOST 20
#define AROUND 24        /* characters shown before a hit */
#define SNIPPET 80
#define FILES_MOST 20

/* ---- rows ---- */

/* 2026年11月25日（三） */
static struct str day_full(struct arena *a, int64_t day)
{
	static const char *const weekday[] = { "一", "二", "三", "四", "五", "六", "日" };

	return str_fmt(a, "%.*s（%s）", STR_FMT(public_day(a, day)), weekday[day_weekday(day) - 1]);
}

static const char *badge_of(const struct matter_view *v, const char **ret_class)
{
	const struct field_view *source = public_field(v, "source");
	struct str state = v->snap->state->id;

	*ret_class = "p-badge-grey";
	if (str_is(state, "historic"))
		return "历史数据";
	if (str_is(state, "taken_down"))
		return "已撤下";
	if (!str_is(state, "published")) {
		*ret_class = "p-badge-amber";
		return "效力有变化";
	}
	*ret_class = "p-badge-green";
	return source && str_is(source->v.s, "newer_version") ? "有效 · 已更新" : "有效";
}

struct str public_party(struct req *r, const struct matter_view *v)
{
	const struct field_view *f = public_field(v, "party");
	struct str approved = public_text(r, v, "party_public");

	return (!f || f->masked) && approved.n ? approved : public_text(r, v, "party");
}

/* What was decided, in the shortest words that there are. */
static struct str outcome_of(struct req *r, const struct matter_view *v)
{
	static const char *const fields[] = { "conclusion", "sanctions", "sanction_text", "violation" };
	struct str s = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(fields) && !s.n; i++)
		s = public_text(r, v, fields[i]);
	return s;
}

static struct str short_text(struct arena *a, struct str s, size_t chars)
{
	return str_chars(s) > chars ? str_fmt(a, "%.*s…", STR_FMT(str_head(s, chars))) : s;
}

static struct str dates_of(struct req *r, const struct matter_view *v)
{
	struct str decided = public_text(r, v, "decided_on"), published = public_text(r, v, "published_on");
	struct buf b;

	buf_init(&b, r->a, 200);
	if (decided.n) {
		buf_add(&b, decided);
		buf_adds(&b, "作出");
	}
	if (published.n) {
		buf_adds(&b, decided.n ? " · " : "");
		buf_add(&b, published);
		buf_adds(&b, "公开");
	}
	return buf_str(&b);
}

/* Why it was taken down, or what was corrected. */
static struct str why_of(struct req *r, const struct matter_view *v)
{
	struct str down = public_text(r, v, "public_reason"), newer = public_text(r, v, "update_reason");
	bool gone = str_is(v->snap->state->id, "taken_down");

	return gone && down.n ? str_fmt(r->a, "撤下原因：%.*s", STR_FMT(down))
	     : !gone && newer.n ? str_fmt(r->a, "更新原因：%.*s", STR_FMT(newer)) : (struct str){ 0 };
}

static bool shown_in_row(struct req *r, const struct cut_query *q, const struct decision_row *row)
{
	return cut_matches(r->a, q, row->title) || cut_matches(r->a, q, row->party) || cut_matches(r->a, q, row->what)
	    || cut_matches(r->a, q, row->number);
}

/* The words around the first hit in what the decision says, unless the row shows them already. */
static struct safe_html found_of(struct req *r, const struct cut_query *q, const struct decision_row *row,
				 const struct matter_view *v)
{
	static const char *const fields[] = { "violation", "facts", "conclusion", "basis" };
	size_t at = SIZE_MAX, pos = 0, chars;
	struct str text = { 0 };

	for (size_t i = 0; q->n_phrase && i < ARRAY_LEN(fields) && at == SIZE_MAX; i++) {
		text = public_text(r, v, fields[i]);
		at = str_find(text, q->phrase[0], 0);
	}
	if (at == SIZE_MAX || shown_in_row(r, q, row))
		return html_mark(r->a, (struct str){ 0 }, NULL, 0);
	chars = str_chars(str_sub(text, 0, at));
	for (size_t skip = chars > AROUND ? chars - AROUND : 0; skip > 0; skip--)
		(void)str_next(text, &pos);
	text = str_sub(text, pos, text.n);
	return html_mark(r->a, str_fmt(r->a, "%s%.*s%s", pos ? "…" : "", STR_FMT(str_head(text, SNIPPET)),
				       str_chars(text) > SNIPPET ? "…" : ""),
			 q->phrase, q->n_phrase);
}

bool public_decision_rows(struct req *r, struct str typed, const struct search_hit *hit, size_t n,
			  const struct decision_row **ret, size_t *ret_n, struct err *err)
{
	struct decision_row *row = arena_many(r->a, n, struct decision_row);
	struct cut_query q;
	size_t out = 0;

	cut_query(r->a, typed, &q);
	for (size_t i = 0; i < n; i++) {
		struct decision_row *x = &row[out];
		struct matter_view v;
		struct err no = { 0 };

		if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, hit[i].subject, SEE_FIELDS, &v, &no)) {
			if (no.code == ERR_NOT_FOUND)
				continue; /* the index is at most two seconds behind */
			*err = no;
			return false;
		}
		*x = (struct decision_row){ .code = v.snap->code, .title = public_text(r, &v, "title"),
					    .party = public_party(r, &v), .organ = v.organ_name,
					    .number = public_text(r, &v, "decision_no"), .on = dates_of(r, &v),
					    .what = short_text(r->a, outcome_of(r, &v), 60) };
		x->badge = badge_of(&v, &x->badge_class);
		x->decided = public_iso(r, &v, "decided_on");
		x->published = public_iso(r, &v, "published_on");
		x->why = why_of(r, &v);
		x->found = found_of(r, &q, x, &v);
		out++;
	}
	*ret = row;
	*ret_n = out;
	return true;
}

/* ---- home ---- */

bool home_show(struct req *r, struct err *err)
{
	const struct public_query q = { .kind = "disclosure", .limit = HOME_ROWS };
	const struct search_hit *hit;
	struct home_view v = { 0 };
	struct html h;
	size_t n;
	bool more;

	public_frame_fill(r, STR("首页"), DOOR_HOME, &v.frame);
	v.publish_limit = public_setting(r, 0, 0, "publish_fast");
	v.limit = public_setting(r, 0, 0, "correction_limit");
	if (!public_find(r, &q, &hit, &n, &more, err)
	    || !public_decision_rows(r, (struct str){ 0 }, hit, n, &v.row, &v.n_row, err))
		return false;
	html_init(&h, r->a, HTML_MAX);
	page_public_home(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* ---- one decision ---- */

/* 2026年3月1日至2029年2月28日; without an end it holds for good. */
static struct str valid_of(struct req *r, const struct matter_view *m)
{
	struct str from = public_text(r, m, "valid_from"), to = public_text(r, m, "valid_to");

	return !from.n ? from : str_fmt(r->a, "%.*s%s%.*s", STR_FMT(from), to.n ? "至" : "起长期有效", STR_FMT(to));
}

static void facts_of(struct req *r, const struct matter_view *m, struct decision_view *v)
{
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);
	struct str sanctions = public_text(r, m, "sanctions");
	size_t n = 0;

	/* What was imported may come from another organ than the one that keeps it here. */
	public_fact(f, &n, v->historic ? "收录机关" : "执法机关", v->organ, false);
	public_fact(f, &n, "执法对象", public_party(r, m), false);
	public_fact(f, &n, "执法类别", public_text(r, m, "category"), false);
	public_fact(f, &n, "许可决定", public_text(r, m, "licence_result"), false);
	public_fact(f, &n, "决定书文号", public_text(r, m, "decision_no"), false);
	public_fact(f, &n, "许可证号", public_text(r, m, "permit_no"), false);
	public_fact(f, &n, "有效期", valid_of(r, m), false);
	public_fact(f, &n, "处罚种类", sanctions.n ? sanctions : public_text(r, m, "sanction_text"), false);
	public_fact(f, &n, "决定日期", public_text(r, m, "decided_on"), false);
	public_fact(f, &n, "公开日期", public_text(r, m, "published_on"), false);
	public_fact(f, &n, "版本", v->version, false);
	public_fact(f, &n, "更新原因", public_text(r, m, "update_reason"), true);
	public_fact(f, &n, "更正书", public_text(r, m, "corrected_no"), false);
	public_fact(f, &n, "更正日期", public_text(r, m, "corrected_on"), false);
	public_fact(f, &n, "决定书原文", public_text(r, m, "corrected_from"), true);
	public_fact(f, &n, "更正为", public_text(r, m, "corrected_to"), true);
	public_fact(f, &n, "来源", public_text(r, m, "source_note"), false);
	v->fact = f;
	v->n_fact = n;
}

static void text_of(struct req *r, const struct matter_view *m, struct decision_view *v)
{
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);
	size_t n = 0;

	public_fact(f, &n, "违法行为", public_text(r, m, "violation"), false);
	public_fact(f, &n, "主要事实", public_text(r, m, "facts"), true);
	public_fact(f, &n, "依据", public_text(r, m, "basis"), true);
	public_fact(f, &n, "决定", public_text(r, m, "conclusion"), true);
	v->text = f;
	v->n_text = n;
}

static struct str redress_sentence(struct req *r, const struct matter_view *m)
{
	struct str redress = public_text(r, m, "redress"), no = public_text(r, m, "redress_no");

	if (!redress.n)
		return (struct str){ 0 };
	return str_fmt(r->a, "这份决定已经复议或者诉讼%.*s%s%.*s%s。", STR_FMT(redress), no.n ? "（" : "", STR_FMT(no),
		       no.n ? "）" : "");
}

static void notice_of(struct req *r, const struct matter_view *m, struct decision_view *v)
{
	struct str state = m->snap->state->id, on = public_text(r, m, "withdrawn_on");
	struct str reason = public_text(r, m, "public_reason");

	if (str_is(state, "taken_down")) {
		v->notice = str_fmt(r->a, "这条决定信息已于%.*s撤下", STR_FMT(on));
		v->notice_more = str_fmt(r->a, "%.*s%s%.*s", STR_FMT(redress_sentence(r, m)), reason.n ? "撤下原因：" : "",
					 STR_FMT(reason));
	} else if (!str_is(state, "published") && !str_is(state, "historic")) {
		v->notice = redress_sentence(r, m);
		if (!v->notice.n)
			v->notice = STR("这份决定的效力已有变化。");
		v->notice_more = STR("执法机关正在办理撤下。");
	} else if (public_text(r, m, "corrected_no").n) {
		v->notice = str_fmt(r->a, "这份决定已由文书更正书（%.*s）更正", STR_FMT(public_text(r, m, "corrected_no")));
		v->notice_more = STR("决定的结果没有改变，更正的文字见下面的决定摘要。");
	}
}

/* The text that was made for the public and approved: for a natural person it prints the name that was approved
 * in place of one that the public does not see, so it is asked for here and not among the papers of the view. */
static const struct stmt st_paper = { "public_paper",
	"SELECT blob FROM document WHERE matter = $1 AND paper = 'public_text' AND state = 'frozen' "
	"AND removed_event IS NULL ORDER BY id DESC LIMIT 1" };

static bool paper_of(struct req *r, const struct matter_view *m, struct str *ret_digest, struct err *err)
{
	struct str state = m->snap->state->id;
	const struct db_in in[] = { db_i64(m->snap->id) };
	const struct db_out out[] = { db_to_str(ret_digest) };
	bool found;

	*ret_digest = (struct str){ 0 };
	if (str_is(state, "taken_down") || str_is(state, "historic"))
		return true;
	return db_maybe(r->db, r->a, &st_paper, DB_IN(in), DB_OUT(out), &found, err);
}

static bool files_of(struct req *r, const struct matter_view *m, struct decision_view *v, struct err *err)
{
	struct file_line *f = arena_many(r->a, FILES_MOST + 1, struct file_line);
	const struct field_view *full = public_field(m, "full_text");
	struct str paper;
	size_t n = 0;

	if (!paper_of(r, m, &paper, err))
		return false;
	if (paper.n)
		f[n++] = (struct file_line){ STR("执法决定信息公开文本（PDF）"),
					     str_fmt(r->a, "/decisions/%.*s/file/0", STR_FMT(v->code)), { 0 } };
	for (size_t i = 0; full && i < full->v.list->n && i < FILES_MOST; i++) {
		const struct file_ref *x = full->v.list->v[i].file;

		f[n++] = (struct file_line){ x->name, str_fmt(r->a, "/decisions/%.*s/file/%zu", STR_FMT(v->code), i + 1),
					     shown_size(r->a, x->size) };
	}
	v->file = f;
	v->n_file = n;
	return true;
}

static bool can_correct(const struct matter_view *m)
{
	for (size_t i = 0; i < m->n_action; i++)
		if (str_is(m->action[i].def->id, "ask_correction"))
			return m->action[i].can;
	return false;
}

static struct val term_of(const struct matter_view *m, const char *id)
{
	for (size_t i = 0; i < m->n_term; i++)
		if (str_is(m->term[i].def->id, id))
			return m->term[i].v;
	return VAL_NULL;
}

static struct str term_day(struct req *r, const struct matter_view *m, const char *id)
{
	struct val v = term_of(m, id);

	return v.t == T_DATE ? day_full(r->a, v.i) : (struct str){ 0 };
}

/* Whom to turn to, as it was when the decision was made. A version of before the definitions said it has no such term:
 * then what the organ's settings were on that day. */
static struct str whom(struct req *r, const struct matter_view *m, const char *id)
{
	const struct field_view *on = public_field(m, "decided_on");
	struct val v = term_of(m, id);

	if (type_is_text(v.t) && !val_is_null(v))
		return v.s;
	return public_setting(r, m->snap->organ, on && on->v.t == T_DATE ? on->v.i : 0, id);
}

static struct str cites_of(struct req *r, const struct decision_view *v)
{
	static const char *const both[] = { "FY20", "SS46" }, *const first[] = { "FY23", "FY20", "SS45" };
	struct buf b;

	buf_init(&b, r->a, 600);
	for (size_t i = 0; i < (v->review_first ? ARRAY_LEN(first) : ARRAY_LEN(both)); i++)
		ledger_put_cite(engine_ledger(app_of(r)->engine), str_of(v->review_first ? first[i] : both[i]), &b);
	return buf_str(&b);
}

/* By when and to whom: the days that the definitions count, the organs that their settings name. */
static bool remedies_of(struct req *r, const struct matter_view *m, struct decision_view *v, struct err *err)
{
	const struct field_view *served = public_field(m, "served_on");
	struct matter_view organ;
	struct err no = { 0 };

	if (served && served->v.t == T_DATE)
		v->served = day_full(r->a, served->v.i);
	v->review_until = term_day(r, m, "review_until");
	v->sue_until = term_day(r, m, "sue_until");
	v->review_first = term_of(m, "review_first").t == T_BOOL && term_of(m, "review_first").i;
	v->review_organ = whom(r, m, "review_organ");
	v->court = whom(r, m, "court");
	v->cite_review = cites_of(r, v);
	if (!m->snap->organ)
		return true;
	if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, m->snap->organ, SEE_FIELDS, &organ, &no)) {
		if (no.code != ERR_NOT_FOUND)
			*err = no;
		return no.code == ERR_NOT_FOUND;
	}
	v->organ_href = str_fmt(r->a, "/organs/%.*s", STR_FMT(organ.snap->code));
	v->organ_phone = public_text(r, &organ, "phone");
	v->organ_address = public_text(r, &organ, "address");
	return true;
}

/* ---- is it true ---- */

static const struct stmt st_leaf = { "public_leaf",
	"SELECT l.idx FROM event e JOIN leaf l ON l.event = e.id WHERE e.matter = $1 AND e.action IN ('publish', 'open') "
	"ORDER BY e.id DESC LIMIT 1" };
static const struct stmt st_version = { "public_version",
	"WITH RECURSIVE v (id, n) AS (SELECT id, 1 FROM matter WHERE id = $1 UNION ALL SELECT l.target, v.n + 1 FROM v "
	"JOIN link l ON l.source = v.id AND l.field = 'replaces' WHERE v.n < 50) SELECT MAX(n) FROM v" };
static const struct stmt st_changed = { "public_changed", "SELECT updated FROM matter WHERE id = $1" };

static struct str thousands(struct arena *a, int64_t n)
{
	return n < 1000 ? str_fmt(a, "%lld", (long long)n)
			: str_fmt(a, "%.*s,%03d", STR_FMT(thousands(a, n / 1000)), (int)(n % 1000));
}

/* What the record says of it today: its place there, which version it is. */
static bool proof_of(struct req *r, const struct matter_view *m, struct decision_view *v, int64_t *ret_changed,
		     struct err *err)
{
	int64_t leaf = 0, version = 0;
	const struct db_in in[] = { db_i64(m->snap->id) };
	const struct db_out leaf_out[] = { db_to_i64(&leaf) }, version_out[] = { db_to_i64(&version) },
			    changed_out[] = { db_to_i64(ret_changed) };
	bool found;

	if (!db_maybe(r->db, r->a, &st_leaf, DB_IN(in), DB_OUT(leaf_out), &found, err)
	    || !db_one(r->db, r->a, &st_version, DB_IN(in), DB_OUT(version_out), err)
	    || !db_one(r->db, r->a, &st_changed, DB_IN(in), DB_OUT(changed_out), err))
		return false;
	if (found)
		v->leaf = thousands(r->a, leaf + 1);
	if (version > 1)
		v->version = str_fmt(r->a, "第%lld版，以前的版本由本版替代", (long long)version);
	return true;
}

/* Dublin Core about the page, for catalogues and search engines. */
static void meta_of(struct req *r, const struct matter_view *m, struct decision_view *v)
{
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);
	const struct field_view *on = public_field(m, "published_on");
	struct buf b;
	size_t n = 0;

	buf_init(&b, r->a, 20);
	if (on && on->v.t == T_DATE)
		day_put(&b, on->v.i);
	public_fact(f, &n, "DC.title", v->title, false);
	public_fact(f, &n, "DC.creator", v->organ, false);
	public_fact(f, &n, "DC.publisher", v->frame.site, false);
	public_fact(f, &n, "DC.type", public_text(r, m, "category"), false);
	public_fact(f, &n, "DC.subject", public_text(r, m, "violation"), false);
	public_fact(f, &n, "DC.date", buf_str(&b), false);
	public_fact(f, &n, "DC.identifier",
		    str_fmt(r->a, "%.*s/decisions/%.*s", STR_FMT(public_origin(r)), STR_FMT(v->code)), false);
	public_fact(f, &n, "DC.language", STR("zh-CN"), false);
	v->frame.meta = f;
	v->frame.n_meta = n;
}

/* An address of a version that was replaced leads to the newer one. */
static const struct stmt st_newer = { "public_newer",
	"SELECT n.id, n.code FROM matter o JOIN link l ON l.target = o.id AND l.field = 'replaces' "
	"JOIN matter n ON n.id = l.source WHERE o.code = $1 AND o.kind = 'disclosure' AND o.state = 'superseded' "
	"AND n.kind = 'disclosure' ORDER BY n.id DESC LIMIT 1" };

static bool newer_version(struct req *r, struct str code, bool *ret, struct err *err)
{
	struct str newer;
	int64_t id = 0;
	const struct db_in in[] = { db_str(code) };
	const struct db_out out[] = { db_to_i64(&id), db_to_str(&newer) };
	struct matter_view v;
	struct err no = { 0 };
	bool found;

	*ret = false;
	if (!db_maybe(r->db, r->a, &st_newer, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (found && matter_see(app_of(r)->engine, r->db, r->a, &anyone, id, 0, &v, &no)) {
		*ret = true;
		return reply_see_other(r, str_fmt(r->a, "/decisions/%.*s", STR_FMT(newer)));
	}
	return true;
}

static const struct told_field told_of_decision[] = {
	{ "title", "标题" }, { "party", "执法对象" }, { "party_public", "执法对象" }, { "category", "执法类别" },
	{ "decision_no", "决定书文号" }, { "sanctions", "处罚种类" }, { "sanction_text", "处罚种类" },
	{ "violation", "违法行为" }, { "basis", "依据" }, { "facts", "主要事实" }, { "conclusion", "决定" },
	{ "licence_result", "许可决定" }, { "permit_no", "许可证号" }, { "valid_from", "有效期" }, { "valid_to", "有效期" },
	{ "decided_on", "决定日期" }, { "served_on", "送达日期" }, { "on_spot", "是否当场作出" },
	{ "full_text", "决定书公开文本" }
};
static const struct public_told decision_told = { told_of_decision, ARRAY_LEN(told_of_decision), "replaces", false };

bool decision_show(struct req *r, struct err *err)
{
	struct decision_view v = { .code = req_param(r, "code") };
	struct matter_view m;
	int64_t changed;
	struct html h;
	bool moved;

	if (!public_see(r, v.code, "disclosure", SEE_FIELDS | SEE_ACTIONS | SEE_TERMS, &m, err)) {
		struct err again = { 0 };

		return err->code == ERR_NOT_FOUND && newer_version(r, v.code, &moved, &again) && moved;
	}
	v.title = public_text(r, &m, "title");
	v.organ = m.organ_name;
	v.badge = badge_of(&m, &v.badge_class);
	v.historic = str_is(m.snap->state->id, "historic");
	v.standing = str_is(m.snap->state->id, "published");
	v.published = public_text(r, &m, "published_on");
	v.correct = can_correct(&m);
	if (!proof_of(r, &m, &v, &changed, err) || !files_of(r, &m, &v, err) || !remedies_of(r, &m, &v, err)
	    || !public_history(r, m.snap->id, &decision_told, &v.history, err))
		return false;
	notice_of(r, &m, &v);
	facts_of(r, &m, &v);
	text_of(r, &m, &v);
	public_frame_fill(r, v.title, DOOR_DECISIONS, &v.frame);
	meta_of(r, &m, &v);
	html_init(&h, r->a, HTML_MAX);
	page_public_decision(&h, &v);
	return public_reply_kept(r, &h, changed, err);
}

/* /decisions/{code}/file/{n}: 0 is the published paper, 1… the attached texts. Digests never stand in an address. */
bool decision_file(struct req *r, struct err *err)
{
	const struct field_view *full;
	struct matter_view m;
	struct str digest = { 0 }, name = STR("执法决定信息公开文本.pdf"), media, content;
	int64_t n;

	if (!parse_i64(req_param(r, "n"), 0, FILES_MOST, &n))
		return err_set(err, ERR_NOT_FOUND, "没有这个文件");
	if (!public_see(r, req_param(r, "code"), "disclosure", SEE_FIELDS, &m, err)
	    || (n == 0 && !paper_of(r, &m, &digest, err)))
		return false;
	full = public_field(&m, "full_text");
	if (n > 0 && full && (size_t)n <= full->v.list->n) {
		digest = full->v.list->v[n - 1].file->digest;
		name = full->v.list->v[n - 1].file->name;
	}
	if (!digest.n)
		return err_set(err, ERR_NOT_FOUND, "没有这个文件，或者它已不再公开");
	if (!blob_get(r->db, r->a, &app_of(r)->blobs, digest, &media, &content, err))
		return false;
	return reply_file(r, str_cstr(r->a, media), content, name, !str_is(media, "application/pdf"));
}
