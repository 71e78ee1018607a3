/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 企业年度检查情况: each visit to one enterprise in a year. Of a visit that the reader may open everything is told that he may
 * read; of another organ's visit its organ, day and items, as the planner tells them (matter/plans.h). */
#include "app/party.h"
#include "app/shown.h"
#include "app/visits.h"
#include "base/day.h"
#include "base/parse.h"
#include "matter/plans.h"
#include "pages.h"
#include "web/asset.h"

#define ASIDE 366 /* a visit may be planned so many days before or after the year in which it is made */

struct year_sheet {
	struct req *r;
	struct shower shower;
	const struct law *law;
	const struct kind *kind;
	int year;
	int64_t minutes;
	struct year_visit *v;
	size_t n, n_open;
};

static struct str text_of(struct year_sheet *s, const struct matter_view *m, const char *id)
{
	for (size_t i = 0; i < m->n_field; i++)
		if (str_is(m->field[i].def->id, id) && !m->field[i].hidden && !val_is_null(m->field[i].v))
			return shown_text(&s->shower, m->field[i].v);
	for (size_t i = 0; i < m->n_term; i++)
		if (str_is(m->term[i].def->id, id) && !val_is_null(m->term[i].v))
			return shown_text(&s->shower, m->term[i].v);
	return (struct str){ 0 };
}

static void part(struct buf *b, const char *before, struct str text)
{
	if (text.n)
		buf_addf(b, "%s%s%.*s", buf_str(b).n ? "；" : "", before, STR_FMT(text));
}

static struct str follow_up(struct year_sheet *s, const struct matter_view *m)
{
	struct buf b;

	buf_init(&b, s->r->a, 60000);
	part(&b, "责令改正：", text_of(s, m, "correct_text"));
	part(&b, "改正期限", text_of(s, m, "correct_by"));
	part(&b, "复查", text_of(s, m, "correction_result"));
	part(&b, "转为处罚线索：", text_of(s, m, "lead_cause"));
	part(&b, "移送", text_of(s, m, "moved_to"));
	return buf_str(&b);
}

static bool add_open(struct year_sheet *s, const struct plan *p, struct year_visit *y, struct err *err)
{
	const struct actor who = actor_of(s->r);
	struct str source, end, minutes;
	struct matter_view m;
	int64_t n;

	if (!matter_see(app_of(s->r)->engine, s->r->db, s->r->a, &who, p->snap->id, SEE_FIELDS | SEE_TERMS, &m, err))
		return false;
	source = text_of(s, &m, "source");
	end = text_of(s, &m, "finished_at");
	minutes = text_of(s, &m, "duration");
	y->href = str_fmt(s->r->a, "/m/%.*s", STR_FMT(p->snap->code));
	y->why = str_fmt(s->r->a, "%.*s%s%.*s%s", STR_FMT(text_of(s, &m, "reason")), source.n ? "（" : "", STR_FMT(source), source.n ? "）" : "");
	y->when = str_fmt(s->r->a, "%.*s%s%.*s", STR_FMT(text_of(s, &m, "arrived_at")), end.n ? " 至 " : "", STR_FMT(end));
	y->took = minutes.n ? str_fmt(s->r->a, "%.*s分钟", STR_FMT(minutes)) : (struct str){ 0 };
	y->outcome = text_of(s, &m, "outcome");
	y->result = text_of(s, &m, "result_text");
	y->after = follow_up(s, &m);
	if (parse_i64(minutes, 0, 1000000, &n))
		s->minutes += n;
	s->n_open++;
	return true;
}

/* The day on which it was made; false: it was not, or in another year. */
static bool made_in_year(const struct year_sheet *s, const struct plan *p, struct str *ret_day)
{
	struct val v = p->snap->field[p->snap->kind->plans.made->index];
	struct buf b;

	if (v.t != T_DATE || day_ymd(v.i).year != s->year)
		return false;
	buf_init(&b, s->r->a, 20);
	day_put(&b, v.i);
	*ret_day = buf_str(&b);
	return true;
}

static bool add(struct year_sheet *s, const struct plan *p, struct err *err)
{
	struct year_visit *y = &s->v[s->n];

	*y = (struct year_visit){ .organ = p->organ_name, .number = p->number };
	if (!made_in_year(s, p, &y->when))
		return true;
	y->items = shown_text(&s->shower, p->snap->field[p->snap->kind->plans.show->index]);
	s->n++;
	return !p->opens || add_open(s, p, y, err);
}

static bool gather(struct year_sheet *s, struct str code, struct year_view *v, struct err *err)
{
	const struct plan_query q = { .who = actor_of(s->r), .kind = s->kind, .party = code,
				      .first = day_of(s->year, 1, 1) - ASIDE, .last = day_of(s->year, 12, 31) + ASIDE };
	const struct plan *p;
	size_t n;
	bool cut;

	if (!matter_plans(app_of(s->r)->engine, s->r->db, s->r->a, &q, &p, &n, &cut, err))
		return false;
	s->v = arena_many(s->r->a, n, struct year_visit);
	for (size_t i = 0; i < n; i++)
		if (!add(s, &p[i], err))
			return false;
	v->party = n ? p[0].party->name : code;
	v->visit = s->v;
	v->n_visit = s->n;
	v->n_closed = s->n - s->n_open;
	return true;
}

static void around(struct year_sheet *s, struct str code, struct year_view *v)
{
	struct arena *a = s->r->a;

	v->code = code;
	v->year = str_fmt(a, "%d", s->year);
	v->before = str_fmt(a, "/party/%.*s/year/%d", STR_FMT(code), s->year - 1);
	v->next = s->year < day_ymd(day_at(now_of(s->r))).year ? str_fmt(a, "/party/%.*s/year/%d", STR_FMT(code), s->year + 1) : (struct str){ 0 };
	v->sum = s->minutes ? str_fmt(a, "入企%zu次，已登记用时共%lld分钟", s->n, (long long)s->minutes) : str_fmt(a, "入企%zu次", s->n);
	v->printed = shown_time(a, now_of(s->r));
	v->script = asset_url(a, "list.js");
	frame_crumb(&v->frame, STR("当事人画像"), str_fmt(a, "/party/%.*s", STR_FMT(code)));
	frame_crumb(&v->frame, STR("年度检查情况"), (struct str){ 0 });
}

bool year_show(struct req *r, struct err *err)
{
	struct year_sheet s = { .r = r };
	struct str code = req_param(r, "code");
	struct year_view v = { .n_visit = 0 };
	struct html h;
	int64_t year;

	if (!parse_i64(req_param(r, "year"), 2000, 2199, &year) || !party_is_code(code))
		return err_set(err, ERR_NOT_FOUND, "没有这一页：地址里要有统一社会信用代码和年份");
	s.year = (int)year;
	if (!frame_load(r, STR("企业年度检查情况"), &v.frame, err) || !frame_law(r, &s.law, err) || !shower_init(r, &s.shower, err))
		return false;
	s.kind = visits_kind(s.law);
	if (!s.kind)
		return err_set(err, ERR_NOT_FOUND, "本地的规定中没有检查");
	if (!gather(&s, code, &v, err))
		return false;
	around(&s, code, &v);
	html_init(&h, r->a, HTML_MAX);
	page_year_sheet(&h, &v);
	return frame_reply(r, 200, &h, err);
}
