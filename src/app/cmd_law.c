/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/cmd_law.h"

#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/coverage.h"
#include "app/flow.h"
#include "base/day.h"
#include "base/parse.h"

#define LIST_MAX ((size_t)16 << 20) /* changes of a pack, a flow chart: far below */
#define PACK_DEFAULT "national"

/* ---- printing ---- */

static void print_findings(const struct diag *d, bool warning)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct diag_item *x = &d->item[i];

		if (x->warning != warning)
			continue;
		(void)printf("%s:%d:%d: %s：%.*s\n", x->pos.file ? x->pos.file : "", x->pos.line, x->pos.col,
			     warning ? "提醒" : "错误", STR_FMT(x->text));
		if (x->hint.n)
			(void)printf("    %.*s\n", STR_FMT(x->hint));
	}
}

void findings_print(const struct diag *d, bool warnings)
{
	print_findings(d, false);
	if (warnings)
		print_findings(d, true);
}

static void print_buf(const struct buf *b)
{
	(void)fwrite(b->p, 1, b->n, stdout);
	if (!buf_ok(b))
		(void)printf("（内容过长，后面的没有列出）\n");
}

/* ---- loading ---- */

static bool load(struct arena *a, const struct options *o, const char *pack, struct law_files *files,
		 struct diag *d, const struct law **ret, struct err *err)
{
	if (!files->n && !app_files(a, option(o, "--law"), files, err))
		return false;
	*ret = law_load(a, files, str_of(pack), d);
	return true;
}

/* ---- law check ---- */

static bool has_pack(struct arena *a, const struct law_files *files, struct str pack)
{
	const struct str *known;
	const size_t n = law_packs(a, files, &known);

	for (size_t i = 0; i < n; i++)
		if (str_eq(known[i], pack))
			return true;
	return false;
}

/* was: the texts of an earlier version, empty when there is nothing to compare with. Its own errors are not these. */
static bool check_one(struct arena *a, const struct law_files *files, const struct law_files *was, struct str pack, bool brief)
{
	struct diag d = { .a = a }, ignored = { .a = a };
	const struct law *law = law_load(a, files, pack, &d);
	const struct law *old = law && has_pack(a, was, pack) ? law_load(a, was, pack, &ignored) : NULL;
	struct buf b;

	if (old)
		law_check_types(old, law, &d);
	findings_print(&d, !brief);
	if (law && law->n_change) {
		(void)printf("%.*s 对上级包的改动：\n", STR_FMT(pack));
		buf_init(&b, a, LIST_MAX);
		law_put_changes(law, &b);
		print_buf(&b);
	}
	(void)printf("%.*s：%zu 处错误，%zu 处提醒", STR_FMT(pack), d.errors, d.n - (d.errors < d.n ? d.errors : d.n));
	if (law)
		(void)printf("，%zu 种事项，%zu 张表", law->n_kind, law->n_sheet);
	(void)printf("\n");
	return law != NULL && !d.errors;
}

static bool known_pack(const struct str *pack, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(pack[i], name))
			return true;
	(void)fprintf(stderr, "没有名为“%s”的定义包\n", name);
	return false;
}

static int law_check(struct arena *a, const struct options *o, struct err *err)
{
	struct law_files files, was = { 0 };
	const struct str *pack;
	const char *only = option(o, "--pack");
	bool ok = true;
	size_t n;

	if (o->n)
		return command_misused("law");
	if (!app_files(a, option(o, "--law"), &files, err)
	    || (option(o, "--was") && !app_files(a, option(o, "--was"), &was, err)))
		return command_failed(err);
	n = law_packs(a, &files, &pack);
	if (only && !known_pack(pack, n, only))
		return 2;
	for (size_t i = 0; i < n; i++)
		if (!only || str_is(pack[i], only))
			ok = check_one(a, &files, &was, pack[i], option(o, "--brief") != NULL) && ok;
	return ok ? 0 : 1;
}

/* ---- law diff ---- */

static int law_diff(struct arena *a, const struct options *o, struct err *err)
{
	struct law_files files = { 0 };
	const struct law *law[2];
	struct buf b;

	if (o->n != 2)
		return command_misused("law");
	for (int i = 0; i < 2; i++) {
		struct diag d = { .a = a };

		if (!load(a, o, o->arg[i], &files, &d, &law[i], err))
			return command_failed(err);
		if (!law[i]) {
			findings_print(&d, false);
			return 1;
		}
	}
	buf_init(&b, a, LIST_MAX);
	law_put_diff(law[0], law[1], &b);
	if (!b.n)
		(void)printf("两个定义包的内容相同\n");
	print_buf(&b);
	return 0;
}

/* ---- law flow ---- */

static int law_flow(struct arena *a, const struct options *o, struct err *err)
{
	struct law_files files = { 0 };
	struct diag d = { .a = a };
	const char *pack = option(o, "--pack");
	struct str state = str_of(option(o, "--state"));
	const struct law *law;
	const struct kind *k;
	struct str svg;

	if (o->n != 1)
		return command_misused("law");
	if (!load(a, o, pack ? pack : PACK_DEFAULT, &files, &d, &law, err))
		return command_failed(err);
	if (!law) {
		findings_print(&d, false);
		return 1;
	}
	k = law_kind(law, str_of(o->arg[0]));
	if (!k) {
		(void)fprintf(stderr, "定义包 %.*s 中没有事项类型“%s”\n", STR_FMT(law->pack), o->arg[0]);
		return 2;
	}
	if (state.n && !kind_state(k, state)) {
		(void)fprintf(stderr, "“%.*s”没有状态“%.*s”\n", STR_FMT(k->name), STR_FMT(state));
		return 2;
	}
	if (!flow_svg(a, k, state, &svg, err))
		return command_failed(err);
	(void)fwrite(svg.p, 1, svg.n, stdout);
	return 0;
}

/* ---- the table ---- */

static const struct {
	const char *name;
	int (*run)(struct arena *a, const struct options *o, struct err *err);
} subs[] = {
	{ "check", law_check },
	{ "diff", law_diff },
	{ "flow", law_flow },
};

int cmd_law(int argc, char **argv)
{
	struct options o;
	struct arena *a;
	struct err err = { 0 };
	int code = -1;

	if (argc < 2)
		return command_misused("law");
	if (strcmp(argv[1], "coverage") == 0)
		return law_coverage(argc - 1, argv + 1);
	if (!options_read(argc - 1, argv + 1, &o))
		return 2;
	a = arena_new();
	for (size_t i = 0; i < ARRAY_LEN(subs); i++)
		if (strcmp(argv[1], subs[i].name) == 0)
			code = subs[i].run(a, &o, &err);
	(void)arena_free(a);
	return code >= 0 ? code : command_misused("law");
}

/* ---- workday ---- */

static bool calendars(struct arena *a, const struct options *o, const struct calendar **ret, struct err *err)
{
	struct law_files files;
	struct calendar_file *f;
	size_t n = 0;

	if (!app_files(a, option(o, "--law"), &files, err))
		return false;
	f = arena_many(a, files.n, struct calendar_file);
	for (size_t i = 0; i < files.n; i++)
		if (str_starts(str_of(files.v[i].path), STR("calendar/"))
		    && str_ends(str_of(files.v[i].path), STR(".yaml")))
			f[n++] = (struct calendar_file){ files.v[i].path, files.v[i].text };
	return calendar_load(a, f, n, ret, err);
}

static int workday(struct arena *a, const struct options *o, struct err *err)
{
	const struct calendar *c;
	int64_t day, n, end;
	bool known;
	struct buf b;

	if (o->n != 2 || !day_parse(str_of(o->arg[0]), &day) || !parse_i64(str_of(o->arg[1]), -5000, 5000, &n))
		return command_misused("workday");
	if (!calendars(a, o, &c, err))
		return command_failed(err);
	end = calendar_add(c, day, n, &known);
	buf_init(&b, a, 200);
	if (known) {
		day_put(&b, end);
		(void)printf("%s\n", b.p);
		return 0;
	}
	day_put_cn(&b, calendar_first(c));
	buf_adds(&b, "至");
	day_put_cn(&b, calendar_last(c));
	(void)fprintf(stderr, "已知的节假日安排为%s，这个期限超出了范围；国务院公布新的安排后才能确定\n", b.p);
	return 1;
}

int cmd_workday(int argc, char **argv)
{
	struct options o;
	struct arena *a;
	struct err err = { 0 };
	int code;

	/* A negative number is no option. */
	if (argc > 2 && argv[2][0] == '-' && argv[2][1] == '-')
		return command_misused("workday");
	if (!options_read(argc, argv, &o))
		return 2;
	a = arena_new();
	code = workday(a, &o, &err);
	(void)arena_free(a);
	return code;
}
