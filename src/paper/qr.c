/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "paper/qr.h"

#include <qrencode.h>

#include "base/buf.h"

#define QUIET 4
#define PATH_MOST ((size_t)64 * 1024)

static void row_runs(const unsigned char *row, int width, int y, void (*run)(void *, int, int, int), void *ctx)
{
	for (int x = 0; x < width; x++) {
		int from = x;

		while (x < width && (row[x] & 1))
			x++;
		if (x > from)
			run(ctx, from + QUIET, y + QUIET, x - from);
	}
}

int qr_runs(struct str text, void (*run)(void *ctx, int x, int y, int width), void *ctx)
{
	QRcode *qr = text.n && text.n <= QR_MOST ? QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M) : NULL;
	int side = qr ? qr->width + 2 * QUIET : 0;

	for (int y = 0; qr && y < qr->width; y++)
		row_runs(qr->data + y * qr->width, qr->width, y, run, ctx);
	QRcode_free(qr);
	return side;
}

static void put_run(void *ctx, int x, int y, int width)
{
	buf_addf(ctx, "M%d %dh%dv1h-%dz", x, y, width, width);
}

struct qr_view qr_of(struct arena *a, struct str text)
{
	struct qr_view v = { .side = 0 };
	struct buf b;

	buf_init(&b, a, PATH_MOST);
	v.side = qr_runs(text, put_run, &b);
	v.path = v.side ? buf_str(&b) : (struct str){ 0 };
	return v;
}
