/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/note.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"
#include "base/parse.h"
#include "log/digest.h"

#define DASH "\xe2\x80\x94 "
#define COSIGNED 72 /* 8 bytes of time, 64 of signature */

static bool bad(struct err *err, const char *why)
{
	return err_set(err, ERR_BAD_INPUT, "签名文本不合格式：%s", why);
}

static size_t last_empty_line(struct str s)
{
	for (size_t i = s.n; i >= 2; i--)
		if (s.p[i - 1] == '\n' && s.p[i - 2] == '\n')
			return i - 1;
	return SIZE_MAX;
}

static bool readable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n')
			return false;
	return str_utf8(s);
}

static bool sig_read(struct arena *a, struct str line, struct note_sig *ret)
{
	struct str rest = str_sub(line, sizeof(DASH) - 1, line.n), name, bytes;
	const unsigned char *p;

	if (!str_starts(line, STR(DASH)) || !str_cut(&rest, ' ', &name) || !key_name_ok(name))
		return false;
	if (!base64_read(a, rest, &bytes) || bytes.n < 5)
		return false;
	p = (const unsigned char *)bytes.p;
	ret->name = name;
	ret->id = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	ret->bytes = str_sub(bytes, 4, bytes.n);
	return true;
}

bool note_read(struct arena *a, struct str text, struct note *ret, struct err *err)
{
	size_t at;
	struct str rest, line;

	if (text.n > NOTE_MAX)
		return err_set(err, ERR_BAD_INPUT, "签名文本超过%d个字节", NOTE_MAX);
	if (!readable(text))
		return bad(err, "有不是文字的字节");
	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return bad(err, "最后一行没有换行");
	at = last_empty_line(text);
	if (at == SIZE_MAX || at + 1 == text.n)
		return bad(err, "没有空行和其后的签名行");
	ret->text = str_sub(text, 0, at);
	ret->n = 0;
	ret->sig = arena_many(a, NOTE_SIGS_MAX, struct note_sig);
	rest = str_sub(text, at + 1, text.n - 1);
	while (str_cut(&rest, '\n', &line)) {
		if (ret->n == NOTE_SIGS_MAX)
			return bad(err, "签名行超过100行");
		if (!sig_read(a, line, &ret->sig[ret->n]))
			return bad(err, "有一行不是签名行");
		ret->sig[ret->n++].line = (struct str){ line.p, line.n + 1 };
	}
	return true;
}

/* What a witness signs. */
static struct str cosigned(struct arena *a, struct str text, int64_t time)
{
	struct buf b;

	buf_init(&b, a, NOTE_MAX + 64);
	buf_adds(&b, "cosignature/v1\ntime ");
	buf_addi(&b, time);
	buf_addc(&b, '\n');
	buf_add(&b, text);
	return buf_str(&b);
}

bool note_sign(const struct signer *s, struct str text, int64_t time, struct buf *b, struct err *err)
{
	const struct key *k = signer_key(s);
	unsigned char bytes[4 + COSIGNED];
	size_t n = 0;

	for (int shift = 24; shift >= 0; shift -= 8)
		bytes[n++] = (unsigned char)(k->id >> shift);
	if (k->type == KEY_COSIGN) {
		for (int shift = 56; shift >= 0; shift -= 8)
			bytes[n++] = (unsigned char)((uint64_t)time >> shift);
		text = cosigned(b->a, text, time);
	}
	if (!signer_sign(s, text, bytes + n, err))
		return false;
	buf_adds(b, DASH);
	buf_add(b, k->name);
	buf_addc(b, ' ');
	base64_put(b, digest_bytes(bytes, n + KEY_SIG));
	buf_addc(b, '\n');
	return true;
}

static bool sig_holds(struct arena *a, const struct note *n, const struct note_sig *s, const struct key *k,
		      int64_t *ret_time)
{
	const unsigned char *p = (const unsigned char *)s->bytes.p;
	uint64_t time = 0;

	*ret_time = 0;
	if (k->type != KEY_COSIGN)
		return s->bytes.n == KEY_SIG && key_verify(k, n->text, p);
	if (s->bytes.n != COSIGNED || p[0] & 0x80)
		return false;
	for (size_t i = 0; i < 8; i++)
		time = time << 8 | p[i];
	*ret_time = (int64_t)time;
	return key_verify(k, cosigned(a, n->text, *ret_time), p + 8);
}

bool note_signed_by(struct arena *a, const struct note *n, const struct key *k, bool *ret_signed, int64_t *ret_time,
		    struct err *err)
{
	bool found = false;
	int64_t when = 0, time;

	for (size_t i = 0; i < n->n; i++) {
		if (n->sig[i].id != k->id || !str_eq(n->sig[i].name, k->name))
			continue;
		if (!sig_holds(a, n, &n->sig[i], k, &time))
			return err_set(err, ERR_BAD_INPUT, "以“%.*s”名义的签名不对：内容被改动过，或者签名是伪造的",
				       STR_FMT(k->name));
		when = time > when ? time : when;
		found = true;
	}
	*ret_signed = found;
	if (ret_time)
		*ret_time = when;
	return true;
}

void checkpoint_put(struct buf *b, const struct checkpoint *c)
{
	buf_add(b, c->origin);
	buf_addc(b, '\n');
	buf_addi(b, c->size);
	buf_addc(b, '\n');
	base64_put(b, digest_bytes(c->root, LOG_HASH));
	buf_addc(b, '\n');
}

bool checkpoint_read(struct str text, struct checkpoint *ret, struct err *err)
{
	struct str rest = str_sub(text, 0, text.n ? text.n - 1 : 0), origin, size, root;
	unsigned char none[LOG_HASH];

	if (!str_ends(text, STR("\n")) || !str_cut(&rest, '\n', &origin) || !str_cut(&rest, '\n', &size)
	    || !str_cut(&rest, '\n', &root) || str_cut(&rest, '\n', &rest))
		return err_set(err, ERR_BAD_INPUT, "日志的检查点应有三行：名称、条数、树根");
	if (!key_name_ok(origin) || !parse_i64(size, 0, LOG_SIZE_MAX, &ret->size))
		return err_set(err, ERR_BAD_INPUT, "日志检查点的名称或者条数写法不对");
	if (!base64_exact(root, ret->root, LOG_HASH))
		return err_set(err, ERR_BAD_INPUT, "日志检查点的树根应为32个字节的base64");
	digest_sha256(NULL, 0, none);
	if (ret->size == 0 && memcmp(ret->root, none, LOG_HASH) != 0)
		return err_set(err, ERR_BAD_INPUT, "空日志的树根不对");
	ret->origin = origin;
	return true;
}

bool checkpoint_open(struct arena *a, struct str text, const struct key *key, size_t n, struct checkpoint *ret,
		     bool *ret_signed, struct err *err)
{
	struct checkpoint c;
	struct note note;
	bool is_signed, by_log = false;

	if (!note_read(a, text, &note, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!note_signed_by(a, &note, &key[i], &is_signed, NULL, err))
			return false;
		by_log = by_log || (i == 0 && is_signed);
		if (ret_signed)
			ret_signed[i] = is_signed;
	}
	if (!by_log)
		return err_set(err, ERR_BAD_INPUT, "检查点没有日志自己的签名");
	if (!checkpoint_read(note.text, &c, err))
		return false;
	if (!str_eq(c.origin, key[0].name))
		return err_set(err, ERR_BAD_INPUT, "检查点是另一份日志“%.*s”的，不是“%.*s”的", STR_FMT(c.origin),
			       STR_FMT(key[0].name));
	*ret = c;
	return true;
}
