/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/qr.h"

#include <qrencode.h>

#include "base/buf.h"

#define QUIET 4
#define PATH_MOST ((size_t)64 * 1024)

/* Dark modules of one row, run by run. */
static void put_row(struct buf *b, const unsigned char *row, int width, int y)
{
	for (int x = 0; x < width; x++) {
		int from = x;

		while (x < width && (row[x] & 1))
			x++;
		if (x > from)
			buf_addf(b, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
	}
}

struct qr_view qr_of(struct arena *a, struct str text)
{
	QRcode *qr = text.n && text.n <= QR_MOST ? QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M) : NULL;
	struct qr_view v = { .side = 0 };
	struct buf b;

	if (!qr)
		return v;
	buf_init(&b, a, PATH_MOST);
	for (int y = 0; y < qr->width; y++)
		put_row(&b, qr->data + y * qr->width, qr->width, y);
	v.path = buf_str(&b);
	v.side = qr->width + 2 * QUIET;
	QRcode_free(qr);
	return v;
}
