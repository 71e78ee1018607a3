/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/base64.h"
#include "log/digest.h"
#include "log/log.h"

void log_digest_of(struct str content, struct log_digest *ret)
{
	digest_sha256(&content, 1, ret->sha256);
	digest_sm3(&content, 1, ret->sm3);
}

void log_digest_act(struct str head, struct str body, struct log_digest *ret)
{
	const struct str piece[] = { head, { "\n", 1 }, body };

	digest_sha256(piece, 3, ret->sha256);
	digest_sm3(piece, 3, ret->sm3);
}

void log_entry_begin(struct buf *b)
{
	buf_adds(b, "mingfa/event/2\n");
}

void log_entry_line(struct buf *b, const unsigned char salt[LOG_SALT], const struct log_digest *d)
{
	const struct str sha256[] = { digest_bytes(salt, LOG_SALT), digest_bytes(d->sha256, LOG_HASH) };
	const struct str sm3[] = { digest_bytes(salt, LOG_SALT), digest_bytes(d->sm3, LOG_HASH) };
	unsigned char out[LOG_HASH];

	digest_sha256(sha256, 2, out);
	base64_put(b, digest_bytes(out, LOG_HASH));
	buf_addc(b, ' ');
	digest_sm3(sm3, 2, out);
	base64_put(b, digest_bytes(out, LOG_HASH));
	buf_addc(b, '\n');
}
