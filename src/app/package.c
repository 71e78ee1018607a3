/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/package.h"

#include "app/api.h"
#include "app/job.h"
#include "base/zip.h"
#include "blob/blob.h"
#include "matter/reading.h"

#define FILE_MOST ((int64_t)32 << 20)
#define FILES_MOST ((int64_t)96 << 20)
#define LIST_MOST ((size_t)1 << 20)
#define META_MOST ((size_t)8 << 20)

/* Nothing that is not on every Debian, and short enough to be read before it is run. */
static const char script[] =
	"#!/bin/sh\n"
	"# 核对归档包：每个文件都与两份摘要清单一致，没有多出来的文件；每一步办理都在签过名的记录日志里。\n"
	"# 用法：sh check.sh [日志的公钥]。公钥由移交单位另行书面提供，不给时只与包里的 log/key 核对。\n"
	"cd \"$(dirname \"$0\")\" || exit 1\n"
	"no() { echo \"不符：$*\"; exit 1; }\n"
	"sha256sum --quiet -c sha256sum.txt || no 有文件被改动或者缺失\n"
	"while read -r sum name; do\n"
	"\t[ \"$(openssl dgst -sm3 -r \"$name\" | cut -d ' ' -f 1)\" = \"$sum\" ] || no \"SM3 $name\"\n"
	"done <sm3sum.txt\n"
	"n=$(find . -type f ! -path ./sha256sum.txt ! -path ./sm3sum.txt | wc -l)\n"
	"[ \"$n\" -eq \"$(wc -l <sha256sum.txt)\" ] || no 文件比清单多\n"
	"hash() { openssl dgst -sha256 -binary; }\n"
	"w=$(mktemp -d) && trap 'rm -r \"$w\"' EXIT\n"
	"key=$(head -n 1 log/key)\n"
	"[ \"${1:-$key}\" = \"$key\" ] || no 日志的公钥\n"
	"(printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; echo \"$key\" | sed 's/^[^+]*+[^+]*+//' | base64 -d | tail -c +2) >\"$w/key\"\n"
	"while read -r e salt name; do\n"
	"\t[ -e \"$name\" ] || continue\n"
	"\tif [ \"$salt\" = - ]; then\n"
	"\t\tgrep -q \"$(sha256sum <\"$name\" | cut -c 1-64)\" \"log/$e.act\" || no \"存证 $name\"\n"
	"\telse\n"
	"\t\tgrep -q \"^$( (echo \"$salt\" | base64 -d; hash <\"$name\") | hash | base64) \" \"log/$e.entry\" || no \"存证 $name\"\n"
	"\tfi\n"
	"done <log/proved.txt\n"
	"for p in log/*.tlog-proof; do\n"
	"\tsed '1,/^$/d' \"$p\" >\"$w/note\"\n"
	"\tsed '/^$/,$d' \"$w/note\" >\"$w/text\"\n"
	"\tsed -n 's/^— [^ ]* //p' \"$w/note\" | head -n 1 | base64 -d | tail -c +5 >\"$w/sig\"\n"
	"\topenssl pkeyutl -verify -pubin -keyform DER -inkey \"$w/key\" -rawin -in \"$w/text\" -sigfile \"$w/sig\" >\"$w/said\" || no \"签名 $p\"\n"
	"\tf=$(sed -n 's/^index //p' \"$p\" | head -n 1) s=$(($(sed -n 2p \"$w/text\") - 1))\n"
	"\t(printf '\\000'; cat \"${p%.tlog-proof}.entry\") | hash >\"$w/r\"\n"
	"\tsed -n '/^index /,/^$/p' \"$p\" | sed '1d;$d' >\"$w/path\"\n"
	"\twhile read -r line; do\n"
	"\t\techo \"$line\" | base64 -d >\"$w/p\"\n"
	"\t\tif [ $((f % 2)) = 1 ] || [ \"$f\" = \"$s\" ]; then\n"
	"\t\t\t(printf '\\001'; cat \"$w/p\" \"$w/r\") | hash >\"$w/q\"\n"
	"\t\t\twhile [ $((f % 2)) = 0 ] && [ \"$f\" != 0 ]; do f=$((f / 2)) s=$((s / 2)); done\n"
	"\t\telse\n"
	"\t\t\t(printf '\\001'; cat \"$w/r\" \"$w/p\") | hash >\"$w/q\"\n"
	"\t\tfi\n"
	"\t\tmv \"$w/q\" \"$w/r\"\n"
	"\t\tf=$((f / 2)) s=$((s / 2))\n"
	"\tdone <\"$w/path\"\n"
	"\t[ \"$s\" = 0 ] && [ \"$(base64 -w 0 \"$w/r\")\" = \"$(sed -n 3p \"$w/text\")\" ] || no \"不在日志里 $p\"\n"
	"done\n"
	"echo \"核对无误：$n个文件，办理记录$(ls log/*.tlog-proof | wc -l)步，清单的 SHA-256 是 $(sha256sum <sha256sum.txt | cut -d ' ' -f 1)\"\n"
	"echo \"日志的公钥：$key\"\n";

struct packing {
	struct job *j;
	struct arena *a;
	const struct dossier *d;
	struct zip_entry *v;
	size_t n, n_paper;
	struct package_held *held;     /* papers and files, also those outside */
	size_t n_held;
	struct buf sha256, sm3, outside;
	struct json_out papers, files; /* parts of metadata.json */
	int64_t bytes;                 /* of uploaded files so far */
};

static void put_sum(struct buf *b, struct str sum, struct str name)
{
	buf_add(b, sum);
	buf_adds(b, "  ");
	buf_add(b, name);
	buf_addc(b, '\n');
}

/* Every file but the two lists. */
static void put(struct packing *x, struct str name, struct str content, struct blob *ret)
{
	blob_digest(x->a, content, ret);
	put_sum(&x->sha256, ret->sha256, name);
	put_sum(&x->sm3, ret->sm3, name);
	x->v[x->n++] = (struct zip_entry){ name, content };
}

static void hold(struct packing *x, struct str sha256, struct str name)
{
	x->held[x->n_held++] = (struct package_held){ sha256, name };
}

static void json_begin(struct packing *x, struct json_out *o, char bracket)
{
	struct buf *b = arena_one(x->a, struct buf);

	buf_init(b, x->a, META_MOST);
	*o = (struct json_out){ .b = b };
	json_open(o, NULL, bracket);
}

/* ---- papers and files ---- */

static void put_digests(struct json_out *o, struct str sha256, struct str sm3)
{
	json_out_str(o, "sha256", sha256);
	json_out_str(o, "sm3", sm3);
}

static bool put_papers(struct packing *x, const struct dossier_part *part, const char *in, struct err *err)
{
	for (size_t i = 0; i < part->n; i++) {
		const struct dossier_line *l = &part->line[i];
		struct str media, pdf, name;
		struct blob b;

		if (l->missing || l->thing)
			continue;
		if (!blob_get(x->j->db, x->a, &x->j->app->blobs, l->digest, &media, &pdf, err))
			return false;
		name = str_fmt(x->a, "papers/%03zu-%.*s.pdf", ++x->n_paper, STR_FMT(l->paper));
		put(x, name, pdf, &b);
		hold(x, b.sha256, name);
		json_open(&x->papers, NULL, '{');
		json_out_str(&x->papers, "file", name);
		json_out_str(&x->papers, "name", l->name);
		json_out_str(&x->papers, "number", l->number);
		json_out_str(&x->papers, "in", str_of(in));
		if (l->correction.n)
			json_out_str(&x->papers, "corrected_by", l->correction);
		api_put_time(&x->papers, "made", l->at);
		put_digests(&x->papers, b.sha256, b.sm3);
		json_close(&x->papers, '}');
	}
	return true;
}

/* The end of the name that was uploaded, when it is a plain one. */
static struct str suffix(struct str name)
{
	size_t dot = name.n;

	while (dot > 0 && name.n - dot < 6 && name.p[dot - 1] != '.')
		dot--;
	for (size_t i = dot; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= 'A' && name.p[i] <= 'Z') || (name.p[i] >= '0' && name.p[i] <= '9')))
			return STR(".bin");
	return dot > 0 && dot < name.n && name.p[dot - 1] == '.' ? str_sub(name, dot - 1, name.n) : STR(".bin");
}

static bool put_files(struct packing *x, struct err *err)
{
	for (size_t i = 0; i < x->d->n_thing; i++) {
		const struct dossier_thing *t = &x->d->thing[i];
		bool outside = t->size > FILE_MOST || x->bytes + t->size > FILES_MOST;
		struct str media, content, end = suffix(t->name), name = str_fmt(x->a, "files/%03zu%.*s", i + 1, STR_FMT(end));
		struct blob b;

		if (outside) {
			put_sum(&x->outside, t->digest, name);
		} else {
			if (!blob_get(x->j->db, x->a, &x->j->app->blobs, t->digest, &media, &content, err))
				return false;
			put(x, name, content, &b);
			x->bytes += t->size;
		}
		hold(x, t->digest, name);
		json_open(&x->files, NULL, '{');
		json_out_str(&x->files, "file", name);
		json_out_str(&x->files, "name", t->name);
		json_out_str(&x->files, "field", t->field);
		json_out_i64(&x->files, "size", t->size);
		json_out_bool(&x->files, "outside", outside);
		put_digests(&x->files, t->digest, t->sm3);
		json_close(&x->files, '}');
	}
	return true;
}

/* ---- the matter ---- */

static void put_events(struct json_out *o, const struct matter_view *m)
{
	json_open(o, "events", '[');
	for (size_t i = 0; i < m->n_event; i++) {
		const struct event_view *e = &m->event[i];

		if (reading_is(e->action))
			continue; /* who has looked is no part of the case, and changes with each look */
		json_open(o, NULL, '{');
		json_out_i64(o, "seq", e->seq);
		api_put_time(o, "at", e->at);
		api_put_time(o, "entered", e->entered);
		json_out_str(o, "action", e->action);
		json_out_str(o, "name", e->action_name);
		json_out_str(o, "actor", e->actor_name);
		json_out_str(o, "organ", e->organ_name);
		json_out_str(o, "reason", e->reason);
		json_close(o, '}');
	}
	json_close(o, ']');
}

static bool metadata(struct packing *x, struct str *ret, struct err *err)
{
	const struct matter_view *m = x->d->m;
	struct api_names names;
	struct json_out o;

	if (!api_names_init(&x->j->r, &names, err))
		return false;
	json_begin(x, &o, '{');
	json_out_str(&o, "format", STR("mingfa/package/1"));
	json_out_str(&o, "code", m->snap->code);
	json_out_str(&o, "kind", m->snap->kind->id);
	json_out_str(&o, "title", m->title);
	json_out_str(&o, "organ", m->organ_name);
	json_out_str(&o, "state", m->snap->state->id);
	api_put_time(&o, "opened", m->snap->opened);
	json_open(&o, "cover", '{');
	for (size_t i = 0; i < DOSSIER_FACTS; i++)
		json_out_str(&o, x->d->cover[i].name, x->d->cover[i].text);
	json_close(&o, '}');
	json_open(&o, "fields", '{');
	for (size_t i = 0; i < m->n_field; i++) {
		if (val_is_null(m->field[i].v))
			continue;
		json_key(&o, m->field[i].def->id);
		api_put_val(&names, &o, m->field[i].v);
	}
	json_close(&o, '}');
	put_events(&o, m);
	json_out_raw(&o, "papers", buf_str(x->papers.b));
	json_out_raw(&o, "files", buf_str(x->files.b));
	json_close(&o, '}');
	*ret = buf_str(o.b);
	return buf_ok(o.b) || err_set(err, ERR_TOO_LARGE, "本件的内容太多，装不进一个归档包");
}

static struct str readme(struct packing *x)
{
	const struct matter_view *m = x->d->m;
	struct buf b;

	buf_init(&b, x->a, LIST_MOST);
	buf_addf(&b, "归档包：%.*s\n%.*s\n\n", STR_FMT(m->title), STR_FMT(m->organ_name));
	buf_adds(&b, "main.pdf 正卷，secondary.pdf 副卷（不对外提供查阅），papers 每份文书，files 上传的文件，\n"
		     "metadata.json 案卷封面、办件内容、办理记录和每个文件的名称、摘要。文书为 PDF/A-1b；\n"
		     "正卷、副卷也是，编入了上传的 PDF 的除外。\n");
	if (x->outside.n)
		buf_adds(&b, "outside.txt 列出另行移交的大文件：放进本文件夹后用 sha256sum -c outside.txt 核对。\n");
	buf_adds(&b, "log 每一步办理的存证：.tlog-proof 证明它在本单位签过名的记录日志里，.entry 是它的登记，.act 是办理内容，\n"
		     "proved.txt 写明每份文书、文件由哪一步带来和它的盐；批注只证明、不公开内容。格式见 https://c2sp.org/tlog-proof。\n"
		     "\n核对：解开后在文件夹里运行 sh check.sh 公钥，就是下面几行，也可以照着自己输入。清单自己的摘要和日志的公钥\n"
		     "（最后两行）应当与移交单位告知的一致。\n\n");
	buf_adds(&b, script);
	return buf_str(&b);
}

static bool put_bound(struct packing *x, bool secondary, struct err *err)
{
	const struct dossier_part *part = secondary ? &x->d->secondary : &x->d->main;
	struct dossier_bound bound;
	struct blob b;

	if (part->n == part->n_missing)
		return true; /* 没有不宜公开的材料的，可不立副卷 (LY1.09-7b) */
	if (!dossier_pdf(x->j, x->d, secondary, &bound, err))
		return false;
	put(x, secondary ? STR("secondary.pdf") : STR("main.pdf"), bound.pdf, &b);
	return true;
}

static bool put_log(struct packing *x, struct err *err)
{
	struct package_log log;
	struct zip_entry *v;
	struct blob b;

	if (!package_log(x->j, x->d, x->held, x->n_held, &log, err))
		return false;
	v = arena_many(x->a, x->n + log.n + 8, struct zip_entry);
	for (size_t i = 0; i < x->n; i++)
		v[i] = x->v[i];
	x->v = v;
	for (size_t i = 0; i < log.n; i++)
		put(x, log.v[i].name, log.v[i].content, &b);
	return true;
}

static bool all_entries(struct packing *x, struct err *err)
{
	struct str meta;
	struct blob b;

	if (!put_bound(x, false, err) || !put_bound(x, true, err))
		return false;
	json_begin(x, &x->papers, '[');
	json_begin(x, &x->files, '[');
	if (!put_papers(x, &x->d->main, "main", err) || !put_papers(x, &x->d->secondary, "secondary", err) || !put_files(x, err))
		return false;
	json_close(&x->papers, ']');
	json_close(&x->files, ']');
	if (!metadata(x, &meta, err))
		return false;
	put(x, STR("metadata.json"), meta, &b);
	if (x->outside.n)
		put(x, STR("outside.txt"), buf_str(&x->outside), &b);
	if (!put_log(x, err))
		return false;
	put(x, STR("README.txt"), readme(x), &b);
	put(x, STR("check.sh"), str_of(script), &b);
	return true;
}

bool package_make(struct job *j, const struct dossier *d, struct package *ret, struct err *err)
{
	struct packing x = { .j = j, .a = j->a, .d = d };
	struct blob list;
	struct buf zip;

	x.v = arena_many(j->a, d->main.n + d->secondary.n + d->n_thing + 8, struct zip_entry);
	x.held = arena_many(j->a, d->main.n + d->secondary.n + d->n_thing, struct package_held);
	buf_init(&x.sha256, j->a, LIST_MOST);
	buf_init(&x.sm3, j->a, LIST_MOST);
	buf_init(&x.outside, j->a, LIST_MOST);
	if (!all_entries(&x, err))
		return false;
	blob_digest(j->a, buf_str(&x.sha256), &list);
	ret->digest = list.sha256;
	ret->files = x.n;
	x.v[x.n++] = (struct zip_entry){ STR("sha256sum.txt"), buf_str(&x.sha256) };
	x.v[x.n++] = (struct zip_entry){ STR("sm3sum.txt"), buf_str(&x.sm3) };
	buf_init(&zip, j->a, zip_size(x.v, x.n));
	zip_put(&zip, x.v, x.n);
	ret->zip = buf_str(&zip);
	return (buf_ok(&zip) && buf_ok(&x.sha256)) || err_set(err, ERR_TOO_LARGE, "归档包太大");
}
