/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/draw_page.h"

#include <inttypes.h>

#include "app/app.h"
#include "app/record.h"
#include "app/shown.h"
#include "base/parse.h"
#include "pages.h"
#include "web/asset.h"

static void fact(struct draw_step *s, const char *name, struct str text)
{
	if (text.n && s->n < ARRAY_LEN(s->fact))
		s->fact[s->n++] = (struct fact){ .name = str_of(name), .text = text };
}

static struct str hex_of(struct arena *a, const unsigned char hash[LOG_HASH])
{
	char *p = arena_alloc(a, 2 * LOG_HASH + 1);

	parse_put_hex(p, hash, LOG_HASH);
	return str_of(p);
}

/* How far it is: 00:14:20; at the hour itself nothing. */
static struct str left(struct arena *a, int64_t s)
{
	return s <= 0 ? (struct str){ 0 } : str_fmt(a, "%02" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600, s / 60 % 60, s % 60);
}

static void commitment_facts(struct arena *a, const struct draw_view *v, struct draw_step *s)
{
	if (!v->frozen)
		return;
	fact(s, "冻结时间", shown_time(a, v->frozen_at));
	fact(s, "名单行数", str_fmt(a, "%" PRId64 "行", v->list_size));
	fact(s, "名单的根", v->root);
	fact(s, "密值的摘要", v->secret_hash);
}

static void count_facts(struct arena *a, const struct draw_view *v, struct draw_step *s)
{
	if (!v->frozen)
		return;
	fact(s, "名录", str_fmt(a, "%zu家（提高权重%zu家）", v->targets, v->raised));
	if (v->inspectors)
		fact(s, "人员", str_fmt(a, "%zu人，每组%" PRId64 "人", v->inspectors, v->panel_size));
	fact(s, "抽取", str_fmt(a, "%" PRId64 "家", v->quota));
}

void draw_steps(struct arena *a, const struct draw_view *v, int64_t now, struct draw_step ret[DRAW_STEPS])
{
	static const struct draw_step all[DRAW_STEPS] = {
		{ .number = "①", .name = "核对", .what = "核对检查对象、检查人员两个名录和实施方案，两方各封存一个份额。名单以后改一个字都会被发现。" },
		{ .number = "②", .name = "冻结承诺", .what = "把名单固定下来，只把它的摘要写进记录日志并签名。名单本身保密，谁也看不出里面有谁。" },
		{ .number = "③", .name = "等公布的随机值", .what = "等一个事先约定、别人公布、谁也左右不了的数。它没有公布以前，没有人算得出结果。" },
		{ .number = "④", .name = "两方启封", .what = "执法机关和司法局各自启封自己的份额。缺一方就算不出结果，任何一方都不能先看。" },
		{ .number = "⑤", .name = "抽出派组", .what = "系统按公开的方法算出检查对象和检查人员。同样的名单、份额和随机值，谁来算都是同一个结果。" },
		{ .number = "⑥", .name = "保密执行", .what = "检查完以前名单只给任务里的人看。企业歇业、人员回避的按候补顺序递补，不能重抽。" },
		{ .number = "⑦", .name = "公开验证", .what = "查完以后公开结果和证明。任何人都可以重新算一遍，看结果是不是抽出来的那一个。" },
	};
	const bool done[DRAW_STEPS] = { v->frozen, v->frozen, v->frozen && now >= v->at, v->revealed, v->revealed,
					v->revealed && v->snap->state->end, v->revealed && v->snap->state->end };
	bool current = v->snap->state->end;

	for (int i = 0; i < DRAW_STEPS; i++) {
		ret[i] = all[i];
		ret[i].state = done[i] ? "done" : current ? "later" : "now";
		ret[i].mark = done[i] ? "✓" : current ? "○" : "●";
		current = current || !done[i];
	}
	count_facts(a, v, &ret[0]);
	commitment_facts(a, v, &ret[1]);
	if (v->frozen) {
		fact(&ret[2], "来源和写法", v->beacon);
		fact(&ret[2], "约定公布", shown_time(a, v->at));
		ret[2].left_s = (v->at - now + 999) / 1000;
		ret[2].left = left(a, ret[2].left_s);
	}
	for (size_t i = 0; i < 2; i++)
		fact(&ret[3], str_cstr(a, v->def->share[i]->name), v->revealed ? STR("已启封") : v->sealed[i] ? STR("已封存") : STR("还没有封存"));
	if (v->open) {
		fact(&ret[4], "公布的随机值", v->made.value);
		fact(&ret[4], "种子", hex_of(a, v->made.result->seed));
		fact(&ret[4], "抽中", str_fmt(a, "%zu家", v->made.result->n_panel));
		if (v->made.n_spare)
			fact(&ret[5], "递补", str_fmt(a, "%zu次", v->made.n_spare));
	}
}

/* ---- the working side ---- */

static void acts(struct arena *a, const struct matter_view *m, struct draw_page_view *v)
{
	struct draw_act *act = arena_many(a, m->n_action, struct draw_act);

	for (size_t i = 0; i < m->n_action; i++)
		if (!m->action[i].def->builtin && m->action[i].can) {
			act[v->n_act] = (struct draw_act){ m->action[i].def->next.n ? m->action[i].def->next : m->action[i].def->name,
							   str_fmt(a, "/m/%.*s/do/%.*s", STR_FMT(m->snap->code), STR_FMT(m->action[i].def->id)),
							   v->n_act == 0 };
			v->n_act++;
		}
	v->act = act;
}

/* The names of a row's cells, for who sees the result. */
static void rows(struct arena *a, const struct draw_view *d, const struct matter_view *m, const struct val_names *names,
		 struct draw_page_view *v)
{
	const struct field_view *f = &m->field[d->def->into->index];
	struct draw_row *row;

	if (f->hidden || f->v.t != T_ROWS)
		return;
	v->row = row = arena_many(a, f->v.list->n, struct draw_row);
	for (size_t i = 0; i < f->v.list->n; i++, v->n_row++) {
		const struct val_row *x = f->v.list->v[i].row;
		struct buf b;

		row[i].place = str_fmt(a, "%zu", i + 1);
		buf_init(&b, a, 2000);
		val_put_cn(&b, a, x->cell[d->def->target_col - d->def->into->type.row], names);
		row[i].target = buf_str(&b);
		if (!d->def->member_col)
			continue;
		buf_init(&b, a, 2000);
		val_put_cn(&b, a, x->cell[d->def->member_col - d->def->into->type.row], names);
		row[i].members = b.n ? buf_str(&b) : STR("配不足，报上级协调");
	}
}

/* Who supervises (the fields of the group 监督), and whether they are there. */
static void watch(struct arena *a, const struct matter_view *m, const struct val_names *names, struct draw_page_view *v)
{
	struct fact *f = arena_many(a, m->n_field, struct fact);

	for (size_t i = 0; i < m->n_field; i++) {
		const struct field_view *x = &m->field[i];
		struct buf b;

		if (x->hidden || x->def->type.tag != T_USER || !str_is(x->def->group, "监督"))
			continue;
		buf_init(&b, a, 200);
		if (!val_is_null(x->v)) {
			val_put_cn(&b, a, x->v, names);
			buf_adds(&b, " ✓在场");
		}
		f[v->n_watch++] = (struct fact){ .name = x->def->name, .text = b.n ? buf_str(&b) : STR("还没有到场") };
	}
	v->watch = f;
}

static struct str about(struct arena *a, const struct draw_view *d)
{
	if (!d->frozen)
		return STR("名单还没有冻结");
	return str_fmt(a, "名录%zu家（提高权重%zu家）· 人员%zu人 · 抽%" PRId64 "家", d->targets, d->raised, d->inspectors, d->quota);
}

static bool draw_of(struct req *r, unsigned parts, struct matter_view *m, struct draw_view *d, struct err *err)
{
	const struct actor who = actor_of(r);
	bool found;

	if (!case_load(r, parts, m, err) || !matter_draw(app_of(r)->engine, r->db, r->a, &who, m->snap->id, d, &found, err))
		return false;
	return found || err_set(err, ERR_NOT_FOUND, "本件没有随机抽取");
}

bool draw_show(struct req *r, struct err *err)
{
	const struct actor who = actor_of(r);
	struct draw_page_view v = { 0 };
	struct val_names names;
	struct matter_view m;
	struct draw_view d;
	struct html h;

	if (!draw_of(r, SEE_FIELDS | SEE_ACTIONS, &m, &d, err) || !frame_load(r, m.title, &v.frame, err)
	    || !matter_names(app_of(r)->engine, r->db, r->a, &who, &names, err))
		return false;
	v.numbers = req_query(r, "show").n > 0;
	v.title = m.title;
	v.code = m.snap->code;
	v.state = m.snap->state->name;
	v.about = about(r->a, &d);
	v.whole = d.whole;
	draw_steps(r->a, &d, now_of(r), v.step);
	acts(r->a, &m, &v);
	watch(r->a, &m, &names, &v);
	if (!v.numbers)
		rows(r->a, &d, &m, &names, &v);
	frame_crumb(&v.frame, m.title, str_fmt(r->a, "/m/%.*s", STR_FMT(v.code)));
	frame_crumb(&v.frame, STR("抽取过程"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_draw(&h, &v);
	return frame_reply(r, 200, &h, err);
}

static struct str record_of(struct req *r, const struct draw_view *d, bool whole)
{
	struct buf b;

	buf_init(&b, r->a, (size_t)32 << 20);
	draw_record_put(r->a, &b, &d->made, whole);
	return buf_str(&b);
}

bool draw_whole(struct req *r, struct err *err)
{
	struct matter_view m;
	struct draw_view d;

	if (!draw_of(r, SEE_FIELDS, &m, &d, err))
		return false;
	if (!d.whole)
		return err_set(err, ERR_NOT_FOUND, "完整的名单在检查公开以后由监督机关查阅，取消的由检察机关查阅");
	{
		const struct str bytes = record_of(r, &d, true);
		const struct str name = str_fmt(r->a, "draw-whole-%.*s.json", STR_FMT(str_head(m.snap->code, 40)));
		const struct reading reading = { .sort = "export", .person = r->session->person, .organ = r->session->organ,
						 .matter = m.snap->id, .what = name, .n = (int64_t)bytes.n };

		return reply_file(r, "application/json", bytes, name, true) && reply_recorded(r, &reading);
	}
}

/* ---- the public side ---- */


static struct str state_of(const struct draw_view *d)
{
	if (d->open)
		return STR("已公开，可以验证");
	if (d->revealed)
		return STR("已抽取，检查进行中，名单保密");
	return d->snap->state->end ? STR("冻结以后取消，名单已向检察机关打开") : STR("已承诺，等候公布的随机值");
}

static bool known(struct req *r, int64_t matter, struct draw_known *ret, struct err *err)
{
	struct draw_view d;
	bool found;

	if (!matter_draw(app_of(r)->engine, r->db, r->a, &anyone, matter, &d, &found, err))
		return false;
	*ret = (struct draw_known){ .href = str_fmt(r->a, "/draws/%.*s", STR_FMT(d.snap->code)),
				    .id = str_sub(d.draw_id, 0, str_chr(d.draw_id, '/', 0)), /* the matter's number: who reads the list knows no draws inside */
				    .when = shown_time(r->a, d.frozen_at), .at = shown_time(r->a, d.at), .state = state_of(&d) };
	return true;
}

bool draws_show(struct req *r, struct err *err)
{
	struct draws_view v = { 0 };
	const struct kind *const *kind;
	struct draw_known *row = NULL;
	size_t cap = 0, n_kind, n;
	const int64_t *id;
	struct html h;

	if (!public_kinds(r, &kind, &n_kind, err))
		return false;
	for (size_t k = 0; k < n_kind; k++) {
		if (!kind[k]->n_draw)
			continue;
		if (!matter_draws(r->db, r->a, kind[k], &id, &n, err))
			return false;
		for (size_t i = 0; i < n; i++) {
			struct draw_known x;

			if (!known(r, id[i], &x, err))
				return false;
			PUSH(r->a, row, v.n_row, cap, x);
		}
	}
	v.row = row;
	public_frame_fill(r, STR("随机抽取"), DOOR_HOME, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_draws(&h, &v);
	return public_reply(r, 200, &h, err);
}

static bool public_load(struct req *r, struct draw_view *d, struct err *err)
{
	struct str code = req_param(r, "code");
	struct err no = { 0 };
	int64_t id = 0;
	bool found = false, sees = false;

	if (!matter_by_code(r->db, r->a, code, &id, &no)
	    || !matter_draw(app_of(r)->engine, r->db, r->a, &anyone, id, d, &found, &no)
	    || !matter_sees(app_of(r)->engine, r->db, r->a, &anyone, id, &sees, &no)) {
		if (no.code != ERR_NOT_FOUND) {
			*err = no;
			return false;
		}
	}
	if (!found || !d->frozen)
		return err_set(err, ERR_NOT_FOUND, "没有找到这次抽取");
	d->open = d->open && sees;
	return true;
}

static void commit_facts(struct arena *a, const struct draw_view *d, struct public_draw_view *v)
{
	struct fact *f = arena_many(a, 8, struct fact);

	public_fact(f, &v->n_commit, "抽取编号", d->draw_id, false);
	public_fact(f, &v->n_commit, "方法", STR(DRAW_ALG), false);
	public_fact(f, &v->n_commit, "冻结时间", shown_time(a, d->frozen_at), false);
	public_fact(f, &v->n_commit, "名单行数", str_fmt(a, "%" PRId64, d->list_size), false);
	public_fact(f, &v->n_commit, "名单的根", d->root, false);
	public_fact(f, &v->n_commit, "密值的摘要", d->secret_hash, false);
	public_fact(f, &v->n_commit, "随机值来源和写法", d->beacon, false);
	public_fact(f, &v->n_commit, "约定公布时间", shown_time(a, d->at), false);
	v->commit = f;
}

static void made_facts(struct arena *a, const struct draw_view *d, struct public_draw_view *v)
{
	struct fact *f = arena_many(a, 8, struct fact);
	unsigned char hash[LOG_HASH];

	draw_secret_hash(d->made.secret, hash);
	public_fact(f, &v->n_made, "公布的随机值", d->made.value, false);
	public_fact(f, &v->n_made, "两方份额合成的密值", hex_of(a, d->made.secret), false);
	public_fact(f, &v->n_made, "现在算出密值的摘要",
		    str_fmt(a, "%.*s（%s）", STR_FMT(hex_of(a, hash)), str_eq(hex_of(a, hash), d->secret_hash) ? "与承诺的一致" : "与承诺的不一致"), false);
	public_fact(f, &v->n_made, "现在算出的种子", hex_of(a, d->made.result->seed), false);
	public_fact(f, &v->n_made, "每人最多检查", d->made.result->cap ? str_fmt(a, "%" PRId64 "家", d->made.result->cap) : (struct str){ 0 }, false);
	v->made = f;
}

/* The text as a shell's printf takes it. */
static struct str printed(struct arena *a, struct str text)
{
	struct buf b;

	buf_init(&b, a, 4 * text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '%' || text.p[i] == '\\')
			buf_addc(&b, text.p[i]);
		if (text.p[i] == '\'')
			buf_adds(&b, "'\\'");
		buf_addc(&b, text.p[i]);
	}
	return buf_str(&b);
}

static struct str hmac_command(struct arena *a, struct str lines, struct str key)
{
	return str_fmt(a, "printf '%.*s' | openssl dgst -sha256 -mac HMAC -macopt hexkey:%.*s", STR_FMT(lines), STR_FMT(key));
}

/* Seed and key of the first target, so that whoever has none of our programs can reckon them. */
static void reckon_facts(struct arena *a, const struct draw_view *d, struct public_draw_view *v)
{
	const struct draw_result *r = d->made.result;
	const struct draw_t *t = r->n_panel ? r->panel[0].target : NULL;
	struct fact *f = arena_many(a, 4, struct fact);
	struct str seed = hex_of(a, r->seed);

	public_fact(f, &v->n_reckon, "种子",
		    hmac_command(a, str_fmt(a, DRAW_ALG "\\n%.*s\\n%.*s\\n%.*s\\n%.*s\\n", STR_FMT(printed(a, d->made.draw_id)), STR_FMT(d->root),
					    STR_FMT(printed(a, d->made.beacon)), STR_FMT(printed(a, d->made.value))), hex_of(a, d->made.secret)), true);
	public_fact(f, &v->n_reckon, "应当算出", seed, false);
	if (t)
		public_fact(f, &v->n_reckon, "第1个抽中的签",
			    hmac_command(a, str_fmt(a, "target\\n%.*s\\n%.*s\\n1\\n", STR_FMT(printed(a, t->stratum)), STR_FMT(printed(a, t->id))), seed),
			    true);
	if (t)
		public_fact(f, &v->n_reckon, t->weight == 1 ? "应当算出签值" : "签值", t->weight == 1 ? hex_of(a, t->key)
			    : str_fmt(a, "权重%u，把命令里的1依次换成1到%u，最小的一个是%.*s", t->weight, t->weight, STR_FMT(hex_of(a, t->key))), false);
	v->reckon = f;
}

static void made_rows(struct arena *a, const struct draw_view *d, struct public_draw_view *v)
{
	const struct draw_result *r = d->made.result;
	struct draw_row *row = arena_many(a, r->n_panel, struct draw_row);
	struct fact *spare = arena_many(a, d->made.n_spare, struct fact);

	for (size_t i = 0; i < r->n_panel; i++) {
		struct buf b;

		buf_init(&b, a, 2000);
		for (int64_t j = 0; r->panel[i].member && j < d->panel_size; j++) {
			buf_adds(&b, j ? "、" : "");
			buf_add(&b, r->panel[i].member[j]->id);
		}
		row[i] = (struct draw_row){ str_fmt(a, "%zu", i + 1), r->panel[i].target->id,
					    b.n || !d->panel_size ? buf_str(&b) : STR("配不足，报上级协调"), hex_of(a, r->panel[i].target->key) };
	}
	for (size_t i = 0; i < d->made.n_spare; i++) {
		const struct draw_spare *s = &d->made.spare[i];

		spare[v->n_spare++] = (struct fact){ .name = s->member.n ? STR("换检查人员") : STR("换检查对象"),
						     .text = str_fmt(a, "%.*s → %.*s", STR_FMT(s->member.n ? s->member : s->target), STR_FMT(s->next)) };
	}
	v->row = row;
	v->n_row = r->n_panel;
	v->spare = spare;
}

bool public_draw_show(struct req *r, struct err *err)
{
	struct public_draw_view v = { 0 };
	struct matter_view m;
	struct draw_view d;
	struct html h;

	if (!public_load(r, &d, err))
		return false;
	v.title = str_fmt(r->a, "随机抽取 %.*s", STR_FMT(d.draw_id));
	v.code = d.snap->code;
	v.state = state_of(&d);
	v.open = d.open;
	commit_facts(r->a, &d, &v);
	if (d.open) {
		if (!public_see(r, d.snap->code, str_cstr(r->a, d.snap->kind->id), SEE_FIELDS, &m, err))
			return false;
		v.n_told = public_told_facts(r, &m, &v.told);
		made_facts(r->a, &d, &v);
		reckon_facts(r->a, &d, &v);
		made_rows(r->a, &d, &v);
	}
	public_frame_fill(r, v.title, DOOR_HOME, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_draw(&h, &v);
	return public_reply(r, 200, &h, err);
}

bool public_draw_json(struct req *r, struct err *err)
{
	struct draw_view d;

	if (!public_load(r, &d, err))
		return false;
	if (!d.open)
		return err_set(err, ERR_NOT_FOUND, "检查完成并公开以后才有这个文件");
	return reply_file(r, "application/json", record_of(r, &d, false), str_fmt(r->a, "draw-%.*s.json", STR_FMT(str_head(d.snap->code, 40))), true);
}
