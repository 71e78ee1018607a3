/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/scenario.h"
#include "app/without.h"

#define PROVED_FILE "build/proved.txt"
#define LINE_BYTES 500 /* a rule's id and a test's name are far shorter */

struct mark {
	bool cited, proved, named, tested, later;
};

struct place {
	struct str id;
	size_t i; /* in ledger->v */
};

struct coverage {
	struct scenario_set s;
	const struct ledger *l;
	struct mark *mark;  /* aligned with l->v */
	struct place *place; /* in order of id */
	struct outcome *out;
	struct drops d;
};

static int by_id(const void *x, const void *y)
{
	return str_cmp(((const struct place *)x)->id, ((const struct place *)y)->id);
}

static struct mark *mark_of(struct coverage *c, struct str id)
{
	size_t low = 0, high = c->l->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int cmp = str_cmp(c->place[mid].id, id);

		if (cmp == 0)
			return &c->mark[c->place[mid].i];
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void index_rules(struct coverage *c)
{
	c->mark = arena_many(c->s.a, c->l->n, struct mark);
	c->place = arena_many(c->s.a, c->l->n, struct place);
	for (size_t i = 0; i < c->l->n; i++)
		c->place[i] = (struct place){ c->l->v[i].id, i };
	if (c->l->n > 1)
		qsort(c->place, c->l->n, sizeof(*c->place), by_id);
	for (size_t i = 0; i < c->l->n_later; i++)
		if (mark_of(c, c->l->later[i].id))
			mark_of(c, c->l->later[i].id)->later = true;
}

/* ---- marks ---- */

static void mark_cited(struct coverage *c)
{
	const struct str *pack;
	size_t packs = law_packs(c->s.a, &c->s.files, &pack);

	for (size_t p = 0; p < packs; p++) {
		const struct law *l = engine_law_named(c->s.engine, pack[p]);

		for (size_t i = 0; i < l->n_node; i++)
			for (size_t k = 0; k < l->node[i]->cite.n; k++) {
				struct mark *m = mark_of(c, l->node[i]->cite.id[k]);

				if (m)
					m->cited = true;
			}
	}
}

static void mark_proved(struct coverage *c)
{
	for (size_t i = 0; i < c->s.n; i++)
		for (size_t k = 0; c->out[i].passed && k < c->s.v[i].n_rule; k++) {
			struct mark *m = mark_of(c, c->s.v[i].rule[k]);

			if (m)
				m->named = true;
		}
	for (size_t i = 0; i < c->d.n; i++)
		for (size_t k = 0; k < c->d.v[i].n_cite; k++) {
			struct mark *m = mark_of(c, c->d.v[i].cite[k]);

			if (m && (c->d.result[i].proved >> k & 1))
				m->proved = true;
		}
}

/* RULE<TAB>TEST, a line each. */
static void mark_tested(struct coverage *c, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[LINE_BYTES];

	while (f && fgets(line, sizeof(line), f)) {
		struct str rest = str_of(line), id;
		struct mark *m = str_cut(&rest, '\t', &id) ? mark_of(c, str_trim(id)) : NULL;

		if (m)
			m->tested = true;
	}
	if (f)
		(void)fclose(f);
}

static bool counts(const struct mark *m)
{
	return (m->proved || m->tested) && m->cited && !m->later;
}

/* ---- printing ---- */

struct sum {
	struct str zhidu;
	size_t rules, cited, proved, later;
};

static size_t sum_up(struct coverage *c, struct sum *sum)
{
	size_t n = 0;

	for (size_t i = 0; i < c->l->n; i++) {
		size_t k = 0;

		while (k < n && !str_eq(sum[k].zhidu, c->l->v[i].zhidu))
			k++;
		if (k == n)
			sum[n++] = (struct sum){ .zhidu = c->l->v[i].zhidu };
		sum[k].rules++;
		sum[k].cited += c->mark[i].cited;
		sum[k].proved += counts(&c->mark[i]);
		sum[k].later += c->mark[i].later;
	}
	return n;
}

static void print_csv(struct coverage *c)
{
	struct sum *sum = arena_many(c->s.a, c->l->n, struct sum);
	size_t n = sum_up(c, sum);

	(void)printf("zhidu,rules,cited,proved\n");
	for (size_t i = 0; i < n; i++) {
		bool quote = str_chr(sum[i].zhidu, ',', 0) != SIZE_MAX;

		(void)printf("%s%.*s%s,%zu,%zu,%zu\n", quote ? "\"" : "", STR_FMT(sum[i].zhidu), quote ? "\"" : "",
			     sum[i].rules, sum[i].cited, sum[i].proved);
	}
}

/* The systems that this part of the program has to prove whole. */
static bool is_due(const struct rule *r)
{
	static const char *const zhidu[] = { "SX-SH", "YQ-SH", "LY1.04", "LY1.12" };

	for (size_t i = 0; i < ARRAY_LEN(zhidu); i++)
		if (str_is(r->zhidu, zhidu[i]))
			return true;
	return str_starts(r->id, STR("CF"));
}

static size_t print_missing(struct coverage *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->l->n; i++) {
		const struct rule *r = &c->l->v[i];
		const struct mark *m = &c->mark[i];

		if (!is_due(r) || counts(m) || m->later)
			continue;
		if (!n++)
			(void)printf("\n尚未证明：\n");
		(void)printf("  %-12.*s %s\n", STR_FMT(r->id),
			     !m->cited ? "没有定义引用" : !m->named ? "没有场景列入 rules" : "列入的场景中，去掉引用它的定义没有一个会不符");
	}
	if (!n)
		(void)printf("\n本部分应当证明的规则都已证明\n");
	return n;
}

/* Returns how many rules that are due are not proved. */
static size_t print_people(struct coverage *c)
{
	struct sum *sum = arena_many(c->s.a, c->l->n, struct sum);
	size_t n = sum_up(c, sum), passed = 0, missing;

	(void)printf("规则  引用  证明  以后  制度\n");
	for (size_t i = 0; i < n; i++)
		if (sum[i].cited || sum[i].later)
			(void)printf("%4zu  %4zu  %4zu  %4zu  %.*s\n", sum[i].rules, sum[i].cited, sum[i].proved, sum[i].later,
				     STR_FMT(sum[i].zhidu));
	for (size_t i = 0; i < c->l->n_later; i++)
		(void)printf("%s  %-12.*s 第%.*s部分：%.*s\n", i ? "" : "\n以后的部分带来：\n", STR_FMT(c->l->later[i].id),
			     STR_FMT(c->l->later[i].part), STR_FMT(c->l->later[i].why));
	missing = print_missing(c);
	for (size_t i = 0; i < c->s.n; i++)
		passed += c->out[i].passed;
	if (passed < c->s.n)
		(void)printf("\n%zu 个场景不符，它们不作证明；运行 mingfa scenario 查看\n", c->s.n - passed);
	return missing;
}

/* ---- running ---- */

static void one(void *ctx, struct world_of_scenarios *w, size_t i)
{
	struct coverage *c = ctx;

	scenario_run(w, &c->s.v[i], &c->out[i]);
}

struct wish {
	const char *pack, *law, *proved;
	bool csv;
};

static bool cover(struct coverage *c, const struct wish *o, struct err *err)
{
	int jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);

	if (!scenario_add_own(&c->s, o->pack, err))
		return false;
	c->l = engine_ledger(c->s.engine);
	c->out = pool_share(c->s.n * sizeof(*c->out));
	index_rules(c);
	if (!pool_run(&c->s, NULL, jobs, c->s.n, one, c, err)
	    || !without_run(&c->s, NULL, jobs, c->out, &c->d, err))
		return false;
	mark_cited(c);
	mark_proved(c);
	mark_tested(c, o->proved);
	return true;
}

static bool read_wish(int argc, char **argv, struct wish *o)
{
	for (int i = 1; i < argc; i++) {
		const char **value = strcmp(argv[i], "--pack") == 0 ? &o->pack : strcmp(argv[i], "--law") == 0 ? &o->law
				   : strcmp(argv[i], "--proved") == 0 ? &o->proved : NULL;

		if (strcmp(argv[i], "--csv") == 0)
			o->csv = true;
		else if (value && i + 1 < argc)
			*value = argv[++i];
		else
			return false;
	}
	return true;
}

int law_coverage(int argc, char **argv)
{
	struct coverage c = { .l = NULL };
	struct wish o = { .proved = PROVED_FILE };
	struct err err = { 0 };
	size_t missing = 0;
	bool ok;

	if (!read_wish(argc, argv, &o))
		return command_misused("law");
	if (!scenario_set_open(o.law, &c.s, &err))
		return command_failed(&err);
	ok = cover(&c, &o, &err);
	if (ok && o.csv)
		print_csv(&c);
	else if (ok)
		missing = print_people(&c);
	scenario_set_close(&c.s);
	return !ok ? command_failed(&err) : missing && !o.pack ? 1 : 0;
}
