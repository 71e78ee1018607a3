/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/command.h"

#include <stdio.h>
#include <string.h>

static bool misuse(const char *what, const char *arg)
{
	(void)fprintf(stderr, "%s：%s\n", what, arg);
	return false;
}

bool options_read(int argc, char **argv, struct options *ret)
{
	*ret = (struct options){ .n = 0 };
	for (int i = 1; i < argc; i++) {
		bool takes = false;

		if (strncmp(argv[i], "--", 2) != 0) {
			if (ret->n == 16)
				return misuse("参数太多", argv[i]);
			ret->arg[ret->n++] = argv[i];
			continue;
		}
		if (!command_option(argv[0], argv[i], &takes))
			return misuse("不认识的选项", argv[i]);
		if (takes && i + 1 == argc)
			return misuse("这个选项后面缺少内容", argv[i]);
		if (ret->n_opt == 16)
			return misuse("选项太多", argv[i]);
		ret->opt[ret->n_opt++] = (struct option_value){ argv[i], takes ? argv[i + 1] : NULL };
		i += takes;
	}
	return true;
}

const char *option(const struct options *o, const char *name)
{
	for (int i = o->n_opt; i-- > 0;)
		if (strcmp(o->opt[i].name, name) == 0)
			return o->opt[i].value ? o->opt[i].value : "";
	return NULL;
}

int command_failed(const struct err *err)
{
	(void)fprintf(stderr, "%s\n", err->msg[0] ? err->msg : err_heading(err->code));
	if (err->detail[0])
		(void)fprintf(stderr, "（%s）\n", err->detail);
	return 1;
}
