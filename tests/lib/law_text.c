/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "lib/law_text.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)4 << 20)

static const char pack[] =
	"pack: p\nname: 试验包\nversion: 1\nfrom: 2020-01-01\n"
	"organs: {justice: 司法局}\n"
	"roles:\n"
	"  officer: {name: 承办人}\n"
	"  head: {name: 负责人, excludes: [auditor]}\n"
	"  legal: {name: 法制审核人员}\n"
	"  auditor: {name: 审计员}\n"
	"settings:\n"
	"  line: {name: 数额标准, type: money, default: 10000, min: 0, by: [head], per: organ, cite: T1}\n"
	"  wait: {name: 等待, type: span, default: 3 workday, by: [head], cite: T1}\n"
	"functions:\n"
	"  big: {of: {x: money}, gives: bool, is: x >= set.line, cite: T1}\n";

static const char registers[] =
	"kind: person\nname: 人员\n"
	"fields: {name: {name: 姓名, type: text(20)}}\n"
	"states: {valid: 在册, gone: {name: 离开, end: true}}\n"
	"actions:\n"
	"  open: {name: 登记, by: [head], form: [name]}\n"
	"  leave: {name: 离开, from: valid, to: gone, by: [head], next: 登记离开}\n"
	"---\n"
	"kind: organ\nname: 单位\n"
	"fields: {title: {name: 名称, type: text(50)}, enforces: {name: 有执法权, type: bool}}\n"
	"states: {valid: 在册, gone: {name: 撤销, end: true}}\n"
	"actions:\n"
	"  open: {name: 登记, by: [head], form: [title, enforces]}\n"
	"  leave: {name: 撤销, from: valid, to: gone, by: [head], next: 登记撤销}\n";

static const char statutes[] = "id\tlaw\tarticle\tevent_start\twhat_must_happen\n"
			       "T1\t试验法2020\t1\t-\t一\nT2\t试验法2020\t22\t-\t二\nT3\t试验法2020\t103\t-\t三\n";

struct law_text *law_text_new(void)
{
	struct arena *a = arena_new();
	struct law_text *t = arena_one(a, struct law_text);

	t->a = a;
	t->d.a = a;
	law_text_add(t, "p/pack.yaml", pack);
	law_text_add(t, "p/registers.yaml", registers);
	law_text_add(t, "ledger/statutes.tsv", statutes);
	return t;
}

void law_text_add(struct law_text *t, const char *path, const char *text)
{
	PUSH(t->a, t->file, t->n, t->cap, (struct law_file){ str_cstr(t->a, str_of(path)), str_of(text) });
}

struct law *law_text_load(struct law_text *t, const char *name)
{
	const struct law_files files = { .v = t->file, .n = t->n };

	return law_load(t->a, &files, str_of(name), &t->d);
}

const char *law_text_all(struct law_text *t)
{
	struct buf b;

	buf_init(&b, t->a, FILE_MAX);
	buf_adds(&b, "findings:\n");
	for (size_t i = 0; i < t->d.n; i++)
		buf_addf(&b, "%s:%d:%d: %s%.*s\n", t->d.item[i].pos.file, t->d.item[i].pos.line, t->d.item[i].pos.col,
			 t->d.item[i].warning ? "(warning) " : "", STR_FMT(t->d.item[i].text));
	return b.p;
}

const struct diag_item *law_text_find(const struct law_text *t, bool warning, const char *words)
{
	for (size_t i = 0; i < t->d.n; i++)
		if (t->d.item[i].warning == warning && str_find(t->d.item[i].text, str_of(words), 0) != SIZE_MAX)
			return &t->d.item[i];
	return NULL;
}

int law_text_mark(const char *text)
{
	const char *mark = strstr(text, "#!");
	int line = 1;

	for (const char *p = text; mark && p < mark; p++)
		line += *p == '\n';
	return mark ? line : 0;
}

struct str law_text_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text;
	size_t n;

	if (!f)
		return (struct str){ 0 };
	text = arena_alloc(a, FILE_MAX + 1);
	n = fread(text, 1, FILE_MAX, f);
	fclose(f);
	return str_dup(a, (struct str){ text, n });
}

static void folder(struct law_text *t, const char *root, const char *below)
{
	const char *path = str_cstr(t->a, str_fmt(t->a, "%s%s%s", root, *below ? "/" : "", below));
	struct stat st;
	struct dirent *e;
	DIR *d = opendir(path);

	if (!d) {
		if (stat(path, &st) == 0) {
			struct arena *a = arena_new();
			struct str text = law_text_file(a, path);

			PUSH(t->a, t->file, t->n, t->cap, (struct law_file){ below, str_dup(t->a, text) });
			arena_free(a);
		}
		return;
	}
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			folder(t, root, str_cstr(t->a, str_fmt(t->a, "%s%s%s", below, *below ? "/" : "", e->d_name)));
	closedir(d);
}

void law_text_folder(struct law_text *t, const char *root)
{
	folder(t, root, "");
}

const char *law_text_matter(struct law_text *t, struct law_try x)
{
	return str_fmt(t->a,
		       "kind: case\nname: 办件\ncite: T1\nfields:\n"
		       "  title: {name: 标题, type: text(50)}\n"
		       "  fine: {name: 罚款, type: money}\n"
		       "  officers: {name: 承办人员, type: users}\n"
		       "%s"
		       "states:\n  draft: 拟办\n  done: 办结\n  closed: {name: 已结, end: true}\n"
		       "actions:\n"
		       "  open: {name: 登记, by: [officer], form: [title, officers], may: [fine]}\n"
		       "  finish: {name: 办结, from: draft, to: done, by: [head], next: 办结}\n"
		       "  close: {name: 结案, from: done, to: closed, by: [head], next: 结案}\n"
		       "%s"
		       "clocks:\n"
		       "  finish: {name: 办结期限, from: open, until: finish, limit: 5 workday, warn: 1 workday, cite: T1}\n"
		       "%s%s",
		       x.fields ? x.fields : "", x.actions ? x.actions : "", x.clocks ? x.clocks : "",
		       x.more ? x.more : "").p;
}
