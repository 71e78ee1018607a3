/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa draw verify`. */
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "base/small.h"
#include "draw/record.h"

static void tell_fine(const struct draw_record *r, const struct draw_check *c)
{
	if (r->cancelled)
		(void)printf("核对完毕，名单和密值与当初的承诺相符：名单%lld行（检查对象%zu个，检查人员%zu人）。这次抽取已经取消，没有结果\n",
			     (long long)r->list_size, c->targets, c->inspectors);
	else if (r->whole)
		(void)printf("核对完毕，全部相符：名单%lld行（检查对象%zu个，检查人员%zu人），抽中%zu个，递补%zu次\n",
			     (long long)r->list_size, c->targets, c->inspectors, c->drawn, c->replaced);
	else
		(void)printf("核对完毕，公布的部分全部相符：抽中%zu个，都在当初承诺的%lld行名单里，签值和次序都对\n"
			     "没有抽中的对象和派组要用完整的名单核对，完整的名单由监督机关掌握\n",
			     c->drawn, (long long)r->list_size);
}

static int tell_wrong(const struct draw_check *c)
{
	(void)printf("核对完毕，有%zu处不符：\n", c->all);
	for (size_t i = 0; i < c->n; i++)
		(void)printf("  %zu. %.*s\n", i + 1, STR_FMT(c->finding[i]));
	if (c->all > c->n)
		(void)printf("  其余%zu处不再列出\n", c->all - c->n);
	return 1;
}

static int verify(struct arena *a, const char *path)
{
	struct draw_record r;
	struct draw_check c;
	struct err err = { 0 };
	struct str text;
	bool found = false;

	if (!small_get(a, path, DRAW_RECORD_MAX, &text, &found, &err)
	    || (!found && !err_set(&err, ERR_NOT_FOUND, "没有找到文件“%s”", path)) || !draw_record_read(a, text, &r, &err)
	    || !draw_record_check(a, &r, &c, &err)) {
		(void)command_failed(&err);
		return 2;
	}
	if (c.all)
		return tell_wrong(&c);
	tell_fine(&r, &c);
	return 0;
}

int cmd_draw(int argc, char **argv)
{
	struct arena *a;
	struct options o;
	int code;

	if (!options_read(argc, argv, &o) || o.n != 2 || strcmp(o.arg[0], "verify") != 0)
		return command_misused("draw");
	a = arena_new();
	code = verify(a, o.arg[1]);
	(void)arena_free(a);
	return code;
}
