/* SPDX-License-Identifier: MulanPSL-2.0 */
/* mingfa scenario FILE… [--db ADDR] [--without] [--jobs N] [--law DIR] [--papers DIR] */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "app/scenario.h"
#include "app/without.h"
#include "base/day.h"
#include "base/parse.h"

struct wish {
	const char *const *file;
	size_t n_file;
	const char *db, *law, *papers;
	int jobs;
	bool without, quiet;
};

struct runs {
	const struct scenario_set *s;
	struct outcome *out;
};

static void one(void *ctx, struct world_of_scenarios *w, size_t i)
{
	const struct runs *r = ctx;

	scenario_run(w, &r->s->v[i], &r->out[i]);
}

static size_t report(const struct scenario_set *s, const struct outcome *out, bool quiet)
{
	size_t failed = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct scenario *sc = &s->v[i];

		failed += !out[i].passed;
		if (!out[i].passed)
			(void)printf("不符  %s:%d %.*s\n      %s\n", sc->file, sc->line, STR_FMT(sc->title),
				     out[i].done ? out[i].say : "没有运行");
		else if (!quiet)
			(void)printf("相符  %s:%d %.*s\n", sc->file, sc->line, STR_FMT(sc->title));
	}
	return failed;
}

static int run(struct scenario_set *s, const struct wish *o, struct err *err)
{
	struct runs r = { s, pool_share(s->n * sizeof(struct outcome)) };
	int64_t begin = time_monotonic(), ms;
	size_t failed;

	s->papers = o->papers;
	if (!pool_run(s, o->db, o->jobs, s->n, one, &r, err))
		return command_failed(err);
	s->papers = NULL; /* who runs them without a rule wants no papers */
	ms = time_monotonic() - begin;
	failed = report(s, r.out, o->quiet);
	if (s->n && ms > 0)
		(void)printf("%zu 个场景，用时 %lld.%lld 秒，合每分钟 %lld 个\n", s->n, (long long)(ms / 1000),
			     (long long)(ms % 1000 / 100), (long long)((int64_t)s->n * 60000 / ms));
	if (o->without && !failed)
		failed = without_report(s, o->db, o->jobs, r.out);
	(void)printf("%zu passed, %zu failed\n", s->n - (failed < s->n ? failed : s->n), failed);
	return failed ? 1 : 0;
}

/* Files are many: they are not counted against the options' table. */
static bool read_wish(int argc, char **argv, struct wish *o)
{
	int64_t jobs = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = 0;

	for (int i = 1; i < argc; i++) {
		const char **value = strcmp(argv[i], "--db") == 0       ? &o->db
				     : strcmp(argv[i], "--law") == 0    ? &o->law
				     : strcmp(argv[i], "--papers") == 0 ? &o->papers
									: NULL;

		if (strcmp(argv[i], "--without") == 0)
			o->without = true;
		else if (strcmp(argv[i], "--quiet") == 0)
			o->quiet = true;
		else if (value && i + 1 < argc)
			*value = argv[++i];
		else if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc && parse_i64(str_of(argv[i + 1]), 1, 16, &jobs))
			i++;
		else if (strncmp(argv[i], "--", 2) == 0)
			return false;
		else
			argv[1 + n++] = argv[i];
	}
	o->file = (const char *const *)argv + 1;
	o->n_file = n;
	o->jobs = (int)jobs;
	return true;
}

int cmd_scenario(int argc, char **argv)
{
	struct wish o = { 0 };
	struct scenario_set s;
	struct err err = { 0 };
	int code = 0;

	if (!read_wish(argc, argv, &o) || !o.n_file)
		return command_misused("scenario");
	if (!scenario_set_open(o.law, &s, &err))
		return command_failed(&err);
	for (size_t i = 0; !code && i < o.n_file; i++)
		if (!scenario_add_file(&s, o.file[i], &err))
			code = command_failed(&err);
	if (!code)
		code = run(&s, &o, &err);
	scenario_set_close(&s);
	return code;
}
