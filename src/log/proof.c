/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/proof.h"

#include "base/base64.h"
#include "base/parse.h"
#include "log/digest.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

void tlog_proof_put(struct buf *b, const struct tlog_proof *p)
{
	buf_adds(b, FIRST_LINE "\n");
	if (p->extra.n) {
		buf_adds(b, "extra ");
		base64_put(b, p->extra);
		buf_addc(b, '\n');
	}
	buf_adds(b, "index ");
	buf_addi(b, p->index);
	buf_addc(b, '\n');
	for (size_t i = 0; i < p->path.n; i++) {
		base64_put(b, digest_bytes(p->path.hash[i], LOG_HASH));
		buf_addc(b, '\n');
	}
	buf_addc(b, '\n');
	buf_add(b, p->checkpoint);
}

static bool bad(struct err *err, const char *why)
{
	return err_set(err, ERR_BAD_INPUT, "存证证明文件不合格式：%s", why);
}

bool tlog_proof_read(struct arena *a, struct str text, struct tlog_proof *ret, struct err *err)
{
	struct tlog_proof p = { .index = -1 };
	struct str rest = text, line;

	if (text.n > TLOG_PROOF_MAX)
		return bad(err, "文件太大");
	if (!str_cut(&rest, '\n', &line) || !str_is(line, FIRST_LINE))
		return bad(err, "第一行应为 " FIRST_LINE);
	if (!str_cut(&rest, '\n', &line))
		return bad(err, "没有叶序");
	if (str_starts(line, STR("extra "))) {
		if (!base64_read(a, str_sub(line, 6, line.n), &p.extra) || p.extra.n == 0)
			return bad(err, "extra 一行不是base64");
		if (!str_cut(&rest, '\n', &line))
			return bad(err, "没有叶序");
	}
	if (!str_starts(line, STR("index ")) || !parse_i64(str_sub(line, 6, line.n), 0, LOG_SIZE_MAX, &p.index))
		return bad(err, "叶序一行应为“index 数字”");
	while (str_cut(&rest, '\n', &line) && line.n) {
		if (p.path.n == LOG_PROOF_MAX)
			return bad(err, "摘要超过63个");
		if (!base64_exact(line, p.path.hash[p.path.n++], LOG_HASH))
			return bad(err, "有一行摘要不是32个字节的base64");
	}
	if (rest.n == 0)
		return bad(err, "空行之后没有检查点");
	p.checkpoint = rest;
	*ret = p;
	return true;
}

bool tlog_proof_check(struct arena *a, const struct tlog_proof *p, struct str entry, const struct key *key, size_t n,
		      struct checkpoint *ret, struct err *err)
{
	struct checkpoint c;
	unsigned char leaf[LOG_HASH];

	if (!checkpoint_open(a, p->checkpoint, key, n, &c, NULL, err))
		return false;
	log_leaf_hash(entry, leaf);
	if (!log_check_inclusion(p->index, c.size, leaf, &p->path, c.root))
		return err_set(err, ERR_BAD_INPUT, "存证证明不成立：按这份条目和摘要算出的树根与检查点不同");
	if (ret)
		*ret = c;
	return true;
}
