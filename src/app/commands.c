/* SPDX-License-Identifier: MulanPSL-2.0 */
/* commands.c - the commands of the program and their options, a row each: what --help prints is what is understood. */
#include <stdio.h>
#include <string.h>

#include "app/cmd_law.h"
#include "app/command.h"
#include "app/version.h"

#define DB "数据库：sqlite:文件 或者 postgresql://…，默认是文件夹里的 mingfa.db"
#define LAW "定义包的文件夹，默认用程序自带的"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage[5]; /* a line for each way to call it */
	const char *help;     /* what it does, in Chinese */
} commands[] = {
	{ "init", cmd_init, { "init 文件夹 [选项]" }, "建立数据文件夹" },
	{ "serve", cmd_serve, { "serve 文件夹 [选项]" }, "提供办案一侧和公众一侧" },
	{ "account", cmd_account, { "account 文件夹 登录名 [选项]" },
	  "为人员开账号（没有登记的机关和人员一并登记），或者重置密码；随机密码只显示一次。登录名用小写字母、数字和下划线" },
	{ "migrate", cmd_migrate, { "migrate 文件夹 [选项]" }, "更新数据库结构和审计视图" },
	{ "import", cmd_import, { "import 文件夹 种类 文件.csv [选项]" }, "导入名录和历史决定，报告被拒绝的行和原因" },
	{ "export", cmd_export, { "export 文件夹 种类 文件.csv|文件.xlsx [选项]" }, "导出为 CSV 或者 XLSX" },
	{ "backup", cmd_backup, { "backup 文件夹 备份到的文件夹 [选项]" }, "备份（办理照常进行）：数据库和新增的文件" },
	{ "restore", cmd_restore, { "restore 备份的文件夹 新的空文件夹 [选项]" }, "恢复到空的文件夹，并检查是否完整" },
	{ "log", cmd_log, { "log key 文件夹 [选项]", "log renew 文件夹 [选项]" },
	  "key：记录日志的名称和公钥；renew：签过的记录找不回时，另起一份日志，旧的末尾记在新的开头" },
	{ "key", cmd_key, { "key new 文件夹 机关 [选项]", "key renew 文件夹 机关 [选项]", "key end 文件夹 机关 --reason 原因", "key list 文件夹" },
	  "机关的文书签名密钥：new 生成并启用，renew 换新钥、停旧钥，end 停用，list 公钥和有效期；旧钥签过的文书仍能核验" },
	{ "verify", cmd_verify, { "verify 文件夹 [选项]", "verify 解开的归档包 [--key 公钥]" },
	  "核对全部记录（不改动数据，可与服务同时进行）：0 全部相符，1 发现被改动的记录并指明是哪一处，2 没有核对成" },
	{ "draw", cmd_draw, { "draw verify 文件" },
	  "按公布的文件重新算一遍随机抽取：0 全部相符，1 结果不符并说明是哪一处，2 没有核对成" },
	{ "search", cmd_search, { "search rebuild 文件夹 [选项]" }, "重建全文索引" },
	{ "running", cmd_running, { "running 文件夹 [选项]" }, "列出按旧版定义办理、要转入新定义的在办办件；都能转入则返回0" },
	{ "unheld", cmd_unheld, { "unheld 文件夹 [选项]" }, "列出无人在办的办件；没有则返回0" },
	{ "law", cmd_law, { "law check [选项]", "law coverage [选项]", "law diff 定义包 定义包 [选项]", "law flow 种类 [选项]" },
	  "check：核对定义包；coverage：规则的引用和证明；diff：比较两个定义包；flow：流程图（SVG）" },
	{ "scenario", cmd_scenario, { "scenario 文件… [选项]" }, "运行场景，逐条证明规则" },
	{ "workday", cmd_workday, { "workday 日期 工作日数，例如 mingfa workday 2026-02-13 7" }, "按国务院节假日安排推算工作日" },
};

/* An option of one or several commands. `of` has the words by which they are called: of `law check`, check. */
static const struct option_row {
	const char *of, *name, *value, *help; /* value: what follows it; NULL: nothing */
} rows[] = {
	{ "init", "--pack", "定义包", "本地的定义包，例如 shanxi/linyi；默认 national" },
	{ "init", "--demo", NULL, "建立演示县，打印演示账号（也在 accounts.txt 里）" },
	{ "init", "--practice", NULL, "建立练习县：虚构的办件和练习题，不产生法律效力" },
	{ "init", "--log-name", "名称", "记录日志的名称，例如 zfjd.linyi.gov.cn/mingfa；定了不能改" },
	{ "serve", "--listen", "地址:端口", "办案一侧，默认 127.0.0.1:8080" },
	{ "serve", "--public", "地址:端口", "公众一侧，默认 127.0.0.1:8081" },
	{ "serve", "--site", "网址", "公众一侧对外的地址，写进通知书上的码、订阅和网站地图" },
	{ "serve", "--proxy", "地址[,地址]", "可信的反向代理；只有它们转来的 X-Forwarded-For、Forwarded 才算数" },
	{ "serve", "--blobs", "s3:网址/存储桶",
	  "收好的文件移到对象存储；密钥写在环境变量 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY（和 AWS_REGION）里" },
	{ "serve", "--log", "text|json", "日志的样式；json 每行一个对象，每次访问一行" },
	{ "serve", "--message-hook", "网址", "收到新消息时也推送到这里" },
	{ "serve", "--hook-wait", "秒", "推送失败后隔多久再试" },
	{ "serve", "--practice-site", "网址", "练习县在哪里，“五步认识明法”里给出链接" },
	{ "serve key", "--key-pass", "文件", "文书签名密钥的口令；不给的，用环境变量 MINGFA_KEY_PASS；密码设备的口令就是它的 PIN" },
	{ "serve", "--read-only", NULL, "只能查看，不能办理（维护时用）" },
	{ "serve", "--now", "时间", "程序时间，例如 \"2026-03-02 09:00\"（演示和测试用）" },
	{ "account", "--name", "姓名", "登记这个人" },
	{ "account", "--organ", "机关", "在哪个机关任职" },
	{ "account", "--role", "角色,角色", "有哪些角色" },
	{ "migrate", "--grant", "角色", "给提供服务的数据库角色它需要的权限（PostgreSQL）" },
	{ "import", "--dry-run", NULL, "只试不写：报告哪些行会被拒绝" },
	{ "import", "--organ", "机关", "没有写明机关的行归这个机关" },
	{ "export", "--public", NULL, "只导出公众看得到的内容" },
	{ "key", "--years", "年数", "有效期，1到5年，默认3年" },
	{ "key", "--token", "密码设备", "私钥在 PKCS#11 设备里生成：pkcs11:token=名称;object=标签?module-path=模块文件" },
	{ "key", "--reason", "原因", "停用的原因" },
	{ "verify", "--key", "公钥", "归档包里的证明用这份日志公钥核对" },
	{ "verify", "--blobs", "s3:网址/存储桶", "连同对象存储里的文件一起核对" },
	{ "check coverage flow law", "--pack", "定义包", "只看这一个；流程图默认 national" },
	{ "check law", "--was", "文件夹", "与原来的定义比较：改变了类型的字段不许上线" },
	{ "check law", "--brief", NULL, "只列错误，不列提醒" },
	{ "flow law", "--state", "状态", "在流程图上标出当前状态" },
	{ "coverage law", "--csv", NULL, "印出表格：zhidu,rules,cited,proved" },
	{ "coverage law", "--proved", "文件", "C 和浏览器的测试证明了哪些规则；默认 build/proved.txt" },
	{ "restore", "--of", "原文件夹", "恢复演练：与原系统的记录日志核对，登记在原系统里" },
	{ "restore", "--of-db", "地址", "原系统的数据库，默认在原文件夹里" },
	{ "scenario", "--without", NULL, "再逐一去掉带引用的定义，列出没有场景察觉的" },
	{ "scenario", "--jobs", "数", "同时运行几个，1到16" },
	{ "scenario", "--quiet", NULL, "只印不符的" },
	{ "scenario", "--papers", "文件夹", "把制成的文书画到这里，每种一份" },
	{ "init serve account migrate import export backup restore log key verify search running unheld scenario", "--db", "地址", DB },
	{ "init serve account migrate import export backup restore key search running unheld check coverage diff flow law scenario workday",
	  "--law", "文件夹", LAW },
};

static bool row_of(const struct option_row *r, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = r->of; (p = strstr(p, word)); p += n)
		if ((p == r->of || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

bool command_option(const char *of, const char *option, bool *ret_takes)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].name, option) == 0 && row_of(&rows[i], of)) {
			*ret_takes = rows[i].value != NULL;
			return true;
		}
	return false;
}

static void put_usage(FILE *out, const struct command *c, const char *first, const char *next)
{
	for (size_t i = 0; i < ARRAY_LEN(c->usage) && c->usage[i]; i++)
		(void)fprintf(out, "%smingfa %s\n", i ? next : first, c->usage[i]);
}

static void put_options(FILE *out, const char *of)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (row_of(&rows[i], of))
			(void)fprintf(out, "  %s%s%s\n        %s\n", rows[i].name, rows[i].value ? " " : "",
				      rows[i].value ? rows[i].value : "", rows[i].help);
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

int command_misused(const char *name)
{
	const struct command *c = command_find(name);

	put_usage(stderr, c, "用法：", "      ");
	put_options(stderr, c->name);
	return 2;
}

static int help_of(const struct command *c)
{
	put_usage(stdout, c, "用法：", "      ");
	(void)printf("%s\n", c->help);
	put_options(stdout, c->name);
	return 0;
}

static int help(FILE *out, int code)
{
	(void)fprintf(out, "明法：行政执法办案系统\n\n用法：\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		put_usage(out, &commands[i], "  ", "  ");
		(void)fprintf(out, "      %s\n", commands[i].help);
	}
	(void)fprintf(out, "  mingfa version\n      程序的版本\n");
	(void)fprintf(out, "\n各个命令的选项：mingfa 命令 --help\n返回值：0 正常，1 发现问题，2 用法不对\n");
	return code;
}

static int version(void)
{
	(void)printf("mingfa %s%s%s\n", program_version, program_commit[0] ? " " : "", program_commit);
	return 0;
}

static bool asks_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

int command_main(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2)
		return help(stderr, 2);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return help(stdout, 0);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)
		return version();
	c = command_find(argv[1]);
	if (!c) {
		(void)fprintf(stderr, "没有命令“%s”\n\n", argv[1]);
		return help(stderr, 2);
	}
	return asks_help(argc - 1, argv + 1) ? help_of(c) : c->run(argc - 1, argv + 1);
}
