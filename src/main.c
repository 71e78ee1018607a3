/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The commands of the program, a row each. */
#include <stdio.h>
#include <string.h>

#include "app/cmd_law.h"
#include "app/command.h"
#include "app/version.h"

static const struct command commands[] = {
	{ "init", cmd_init, "init DIR [--pack P] [--demo | --practice] [--log-name N]", "建立数据文件夹" },
	{ "serve", cmd_serve, "serve DIR [--listen A:P] [--public A:P] [--proxy A,A] [--db ADDR] [--log text|json] [--read-only] [--now T]",
	  "提供工作端和公众端" },
	{ "account", cmd_account, "account DIR LOGIN [--name N --organ O --role R,R] [--db ADDR]",
	  "为人员开账号（没有登记的机关和人员一并登记），或者重置密码；随机密码只显示一次" },
	{ "migrate", cmd_migrate, "migrate DIR [--db ADDR] [--grant ROLE]", "把数据库升级到本程序的版本；--grant 给提供服务的角色它需要的权限" },
	{ "import", cmd_import, "import DIR KIND FILE [--dry-run] [--organ O]", "从 CSV 导入名录和历史决定" },
	{ "export", cmd_export, "export DIR KIND FILE [--public]", "导出为 CSV 或者 XLSX" },
	{ "backup", cmd_backup, "backup DIR TO [--db ADDR]", "备份（办理照常进行）：数据库和新增的文件" },
	{ "restore", cmd_restore, "restore FROM DIR [--db ADDR]", "恢复到空的文件夹，并检查是否完整" },
	{ "log", cmd_log, "log key DIR [--db ADDR] | renew DIR [--db ADDR]",
	  "key：记录日志的名称和公钥；renew：签过的记录找不回时，另起一份日志，旧的末尾记在新的开头" },
	{ "key", cmd_key, "key new|renew DIR ORGAN [--years N] [--token URI] [--key-pass FILE] | end DIR ORGAN --reason R | list DIR  [--db ADDR]",
	  "机关的文书签名密钥：new 生成并启用，renew 换新钥、停旧钥，end 停用，list 公钥和有效期；旧钥签过的文书仍能核验" },
	{ "verify", cmd_verify, "verify DIR [--db ADDR] | verify PACKAGE [--key KEY]",
	  "核对全部记录（不改动数据，可与服务同时进行）：0 全部相符，1 发现被改动的记录并指明是哪一处，2 没有核对成" },
	{ "draw", cmd_draw, "draw verify FILE",
	  "按公布的文件重新算一遍随机抽取：0 全部相符，1 结果不符并说明是哪一处，2 没有核对成" },
	{ "search", cmd_search, "search rebuild DIR", "重建全文索引" },
	{ "unheld", cmd_unheld, "unheld DIR", "列出无人在办的办件；没有则返回0" },
	{ "law", cmd_law, "law check [--pack P] [--was DIR] | coverage [--csv] [--pack P] | diff PACK PACK | flow KIND [--pack P] [--state S]  [--law DIR]",
	  "核对定义包、统计规则的引用和证明、比较两个定义包、画流程图" },
	{ "scenario", cmd_scenario, "scenario FILE… [--db ADDR] [--without] [--jobs N] [--quiet] [--law DIR]",
	  "运行场景；--without 再逐一去掉带引用的定义，看有没有场景察觉" },
	{ "workday", cmd_workday, "workday 日期 工作日数", "按国务院节假日安排推算工作日" },
};

static int version(void)
{
	(void)printf("mingfa %s%s%s\n", program_version, program_commit[0] ? " " : "", program_commit);
	return 0;
}

static int help(FILE *out, int code)
{
	(void)fprintf(out, "明法：行政执法办案系统\n\n用法：\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		(void)fprintf(out, "  mingfa %s\n      %s\n", commands[i].usage, commands[i].help);
	(void)fprintf(out, "  mingfa version\n      程序的版本\n");
	(void)fprintf(out, "\n返回值：0 正常，1 发现问题，2 用法不对\n");
	return code;
}

static bool asks_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return help(stderr, 2);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return help(stdout, 0);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)
		return version();
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (asks_help(argc - 1, argv + 1)) {
			(void)printf("用法：mingfa %s\n%s\n", commands[i].usage, commands[i].help);
			return 0;
		}
		return commands[i].run(argc - 1, argv + 1);
	}
	(void)fprintf(stderr, "没有命令“%s”\n\n", argv[1]);
	return help(stderr, 2);
}
