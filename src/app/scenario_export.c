/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The step `export` of scenarios: what a person hands on, and what is missing of it. */
#include "app/scenario_play.h"
#include "base/day.h"
#include "matter/export.h"

static bool counted(struct play *p, const struct ynode *y, const char *key, size_t n)
{
	const struct ynode *at = ynode_get(y, key);
	struct str is = str_fmt(p->a, "%zu", n);

	return !at || str_eq(at->text, is) || play_unlike(p, at, "%s应为%.*s，实为%.*s", key, STR_FMT(at->text), STR_FMT(is));
}

static const struct export_column *column_of(const struct export_def *x, struct str id, size_t *ret)
{
	for (*ret = 0; *ret < x->n_column; (*ret)++)
		if (str_eq(x->column[*ret].id, id))
			return &x->column[*ret];
	return NULL;
}

static bool cells(struct play *p, const struct ynode *want, const struct export_def *x, const struct export_row *row)
{
	size_t c;

	for (size_t i = 0; want && i < want->n; i++) {
		const struct ynode *at = want->child[i];

		if (!column_of(x, at->key, &c))
			return play_unlike(p, at, "报送表没有这一栏：%.*s", STR_FMT(at->key));
		if (!str_eq(at->text, row->cell[c].text))
			return play_unlike(p, at, "%.*s应为“%.*s”，实为“%.*s”", STR_FMT(at->key), STR_FMT(at->text),
					   STR_FMT(row->cell[c].text));
	}
	return true;
}

static bool is_wanted(const struct export_row *row, struct str id)
{
	for (size_t i = 0; i < row->n_fault; i++)
		if (str_eq(row->fault[i].column->id, id))
			return true;
	return false;
}

static bool wants(struct play *p, const struct ynode *want, const struct export_row *row)
{
	if (!want)
		return true;
	for (size_t i = 0; i < want->n; i++)
		if (!is_wanted(row, want->child[i]->text))
			return play_unlike(p, want->child[i], "应当缺“%.*s”，实际不缺", STR_FMT(want->child[i]->text));
	return want->n == row->n_fault
	    || play_unlike(p, want, "缺%zu栏，实缺%zu栏，最后一栏是%.*s", want->n, row->n_fault,
			   STR_FMT(row->fault[row->n_fault - 1].column->id));
}

static bool one_row(struct play *p, const struct ynode *y, const struct export_sheet *s)
{
	int64_t matter;

	if (!ynode_get(y, "row"))
		return true;
	if (!play_name(p, ynode_get(y, "row"), &matter))
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].matter == matter)
			return cells(p, ynode_get(y, "columns"), s->def, &s->row[i])
			    && wants(p, ynode_get(y, "wants"), &s->row[i]);
	return play_unlike(p, ynode_get(y, "row"), "报送表没有这一行");
}

static bool day_of_step(struct play *p, const struct ynode *y, const char *key, int64_t *ret)
{
	const struct ynode *at = ynode_get(y, key);

	*ret = day_at(engine_now(p->st.e));
	return !at || day_parse(at->text, ret) || play_unlike(p, at, "日期写成2026-03-01");
}

bool play_export(struct play *p, const struct ynode *y)
{
	const struct ynode *at = ynode_get(y, "export"), *who = ynode_get(y, "who"), *refused = ynode_get(y, "refused");
	const struct export_def *x = law_export(engine_law_named(p->st.e, p->sc->pack), at->text);
	struct export_sheet s;
	struct period days;
	struct actor actor;
	struct err err = { 0 };

	if (!x || !node_on(x->node))
		return play_unlike(p, at, "没有报送表“%.*s”（写成 类型.标识）", STR_FMT(at->text));
	x->node->touched = true;
	if (!who || !play_actor(p, who, who->text, &actor) || !day_of_step(p, y, "from", &days.from)
	    || !day_of_step(p, y, "to", &days.to))
		return who ? false : play_unlike(p, at, "导出要写明谁导出（who）");
	if (!matter_export(p->st.e, p->st.db, p->a, &actor, x, days, &s, &err))
		return (refused && err.code == ERR_FORBIDDEN) || play_broke(p, at, &err);
	if (refused)
		return play_unlike(p, refused, "应当不能导出，实际可以");
	return counted(p, y, "rows", s.n) && counted(p, y, "whole", s.n_whole) && one_row(p, y, &s);
}
