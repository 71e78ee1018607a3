/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa verify`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "app/moving.h"
#include "app/package.h"
#include "app/verify.h"
#include "base/arena.h"
#include "blob/s3.h"

#define BAR 24

/* On a terminal only: files and pipes want lines. */
static void bar(void *ctx, const char *part, int64_t done, int64_t all)
{
	(void)ctx;
	if (!isatty(STDERR_FILENO))
		return;
	(void)fprintf(stderr, "\r\033[K正在核对%s ", part);
	for (int64_t i = 0; all && i < BAR; i++)
		(void)fputs(i * all < done * BAR ? "▓" : "░", stderr);
	if (all)
		(void)fprintf(stderr, " %" PRId64 " / %" PRId64, done, all);
	else
		(void)fprintf(stderr, "%" PRId64, done);
}

void verify_print(const struct verify_result *r)
{
	(void)printf("核对完毕，全部相符：办理记录%" PRId64 "条，办件%" PRId64 "件，文书%" PRId64 "份，期限%" PRId64 "个，编号%" PRId64
		     "个，文件%" PRId64 "份，签过的树头%" PRId64 "个\n", r->events, r->matters, r->papers, r->clocks, r->numbers, r->blobs,
		     r->checkpoints);
	if (r->signatures)
		(void)printf("其中有电子签名的文书%" PRId64 "份，签名都对\n", r->signatures);
	if (r->removed)
		(void)printf("另有%" PRId64 "条记录的内容已依法清除，它们在日志里的登记仍然完整\n", r->removed);
	if (r->headless)
		(void)printf("其中%" PRId64 "条是旧版本写的，日志只登记了它们的内容，没有登记办理人和时间\n", r->headless);
	if (r->newer)
		(void)printf("这个程序的定义包比数据新，列表索引有没有缺少没有核对；用新程序启动一次以后再核对\n");
	if (r->elsewhere)
		(void)printf("其中%" PRId64 "份文件在对象存储里，没有读取内容；加上 --blobs 写明是哪一个，就一并核对\n", r->elsewhere);
}

int verify_failed(const struct err *err)
{
	if (err->code != ERR_ALTERED) {
		(void)command_failed(err);
		return 2;
	}
	(void)printf("发现不符：%s\n", err->msg);
	(void)printf("怎么办：保留这份数据和磁盘原样，不要再写入；逐份核对备份（mingfa verify 恢复出来的文件夹），找出最近一份相符的；"
		     "把这一句话报告安全审计员和本单位负责人\n");
	return 1;
}

static int verify_package(struct arena *a, const char *dir, const char *key)
{
	struct package_checked c;
	struct err err = { 0 };

	if (!package_check(a, dir, key, &c, &err)) {
		if (err.code == ERR_ALTERED)
			(void)printf("发现不符：%s\n怎么办：不要接收，把这一句话告知移交单位，请它重新生成\n", err.msg);
		else
			(void)command_failed(&err);
		return err.code == ERR_ALTERED ? 1 : 2;
	}
	(void)printf("核对完毕，归档包全部相符：文件%zu个，办理记录%zu步都在签过名的日志里\n", c.files, c.acts);
	if (!key)
		(void)printf("日志的公钥是 %.*s，请与移交单位书面告知的核对\n", STR_FMT(c.key));
	return 0;
}

int cmd_verify(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct verify_result r;
	struct s3 *store = NULL;
	struct err err = { 0 };
	struct options o;
	bool ok;

	if (!options_read(argc, argv, &o) || o.n != 1) {
		(void)arena_free(a);
		return command_misused("verify");
	}
	if (package_is(a, o.arg[0])) {
		int code = verify_package(a, o.arg[0], option(&o, "--key"));

		(void)arena_free(a);
		return code;
	}
	ok = moving_open(option(&o, "--blobs"), &store, &err)
	  && verify_folder(o.arg[0], option(&o, "--db") ? option(&o, "--db") : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", o.arg[0])), store,
			   bar, NULL, &r, &err);
	s3_close(store);
	(void)arena_free(a);
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\033[K", stderr);
	if (!ok)
		return verify_failed(&err);
	verify_print(&r);
	return 0;
}
