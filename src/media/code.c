/* SPDX-License-Identifier: MulanPSL-2.0 */
/* QR codes on scanned pages: libavcodec makes the picture, zbar finds the codes. A PDF of a scanner is a row of JPEGs, which
 * stand in it as they are; what else a PDF may hold is not looked for. */
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <string.h>
#include <zbar.h>

#include "media/media.h"

#define FILE_MOST ((size_t)48 << 20) /* thirty pages of A4 at 300 dots an inch */
#define PAGES_MOST 30
#define CODES_MOST 20
#define CODE_MOST 200
#define DOTS_MOST ((int64_t)64 << 20) /* A4 at 600 dots an inch is 35 million */
#define DOTS_ENOUGH ((int64_t)9 << 20)  /* beyond 300 dots an inch a code is not easier to find */

struct found {
	struct arena *a;
	struct str code[CODES_MOST];
	size_t n;
};

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7e)
			return false;
	return s.n > 0 && s.n <= CODE_MOST;
}

static void add(struct found *x, struct str s)
{
	for (size_t i = 0; i < x->n; i++)
		if (str_eq(x->code[i], s))
			return;
	if (plain(s) && x->n < CODES_MOST)
		x->code[x->n++] = str_dup(x->a, s);
}

static void scan_grey(struct found *x, const unsigned char *grey, unsigned w, unsigned h)
{
	zbar_image_scanner_t *s = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();

	(void)zbar_image_scanner_set_config(s, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	(void)zbar_image_scanner_set_config(s, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	(void)zbar_image_scanner_set_config(s, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1); /* as it stands: no guessing of encodings */
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, w, h);
	zbar_image_set_data(image, grey, (unsigned long)w * h, NULL);
	if (zbar_scan_image(s, image) > 0)
		for (const zbar_symbol_t *i = zbar_image_first_symbol(image); i; i = zbar_symbol_next(i))
			add(x, (struct str){ zbar_symbol_get_data(i), zbar_symbol_get_data_length(i) });
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(s);
}

/* One line in grey, 0 black to 255 white. */
static void grey_line(const AVFrame *f, const AVPixFmtDescriptor *d, int y, uint16_t *part, unsigned *sum)
{
	const bool colours = d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
	const int n = colours && d->nb_components >= 3 ? 3 : 1;
	const unsigned most = d->flags & AV_PIX_FMT_FLAG_PAL ? 255 : (1U << d->comp[0].depth) - 1;

	memset(sum, 0, (size_t)f->width * sizeof(*sum));
	for (int c = 0; c < n; c++) {
		av_read_image_line2(part, (const uint8_t **)(uintptr_t)f->data, f->linesize, d, 0, y, c, f->width,
				    (d->flags & AV_PIX_FMT_FLAG_PAL) != 0, sizeof(*part));
		for (int i = 0; i < f->width; i++)
			sum[i] += part[i];
	}
	for (int i = 0; i < f->width; i++)
		sum[i] = sum[i] * 255 / (most * (unsigned)n);
}

static void scan_frame(struct found *x, const AVFrame *f)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	const int64_t dots = (int64_t)f->width * f->height;
	const unsigned step = dots > DOTS_ENOUGH ? 2 : 1;
	unsigned w, h, *sum;
	unsigned char *grey;
	uint16_t *part;

	if (!d || f->width <= 0 || f->height <= 0 || dots > DOTS_MOST || (d->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT)))
		return;
	w = (unsigned)f->width / step;
	h = (unsigned)f->height / step;
	grey = arena_alloc(x->a, (size_t)w * h);
	part = arena_many(x->a, (size_t)f->width, uint16_t);
	sum = arena_many(x->a, (size_t)f->width, unsigned);
	for (unsigned y = 0; y < h; y++) {
		grey_line(f, d, (int)(y * step), part, sum);
		for (unsigned i = 0; i < w; i++)
			grey[(size_t)y * w + i] = (unsigned char)sum[i * step];
	}
	scan_grey(x, grey, w, h);
}

static void scan_picture(struct found *x, enum AVCodecID id, const unsigned char *data, size_t n)
{
	const AVCodec *codec = avcodec_find_decoder(id);
	AVCodecContext *c = codec ? avcodec_alloc_context3(codec) : NULL;
	AVPacket *p = av_packet_alloc();
	AVFrame *f = av_frame_alloc();

	if (c && p && f && av_new_packet(p, (int)n) == 0) {
		memcpy(p->data, data, n);
		c->thread_count = 1;
		c->max_pixels = DOTS_MOST;
		if (avcodec_open2(c, codec, NULL) == 0 && avcodec_send_packet(c, p) == 0 && avcodec_receive_frame(c, f) == 0)
			scan_frame(x, f);
	}
	av_frame_free(&f);
	av_packet_free(&p);
	avcodec_free_context(&c);
}

/* The JPEGs of a PDF, one after the other. */
static void scan_pdf(struct found *x, const unsigned char *data, size_t n)
{
	static const unsigned char begin[] = { 0xff, 0xd8, 0xff };
	const unsigned char *end = data + n, *at = data;

	for (int page = 0; page < PAGES_MOST; page++) {
		const unsigned char *next;

		at = memmem(at, (size_t)(end - at), begin, sizeof(begin));
		if (!at)
			return;
		next = memmem(at + sizeof(begin), (size_t)(end - at) - sizeof(begin), "endstream", 9);
		next = next ? next : end;
		scan_picture(x, AV_CODEC_ID_MJPEG, at, (size_t)(next - at));
		at = next;
	}
}

void media_codes(struct arena *a, int fd, struct buf *b)
{
	struct found x = { .a = a };
	const int64_t size = media_size(fd);
	unsigned char *data;
	size_t n;

	av_log_set_level(AV_LOG_QUIET);
	if (size < 16 || size > (int64_t)FILE_MOST)
		return;
	n = (size_t)size;
	data = arena_alloc(a, n);
	if (!media_at(fd, 0, data, n))
		return;
	if (memcmp(data, "\xff\xd8\xff", 3) == 0)
		scan_picture(&x, AV_CODEC_ID_MJPEG, data, n);
	else if (memcmp(data, "\x89PNG", 4) == 0)
		scan_picture(&x, AV_CODEC_ID_PNG, data, n);
	else if (memcmp(data, "%PDF", 4) == 0)
		scan_pdf(&x, data, n);
	for (size_t i = 0; i < x.n; i++)
		buf_addf(b, "%.*s\n", STR_FMT(x.code[i]));
}
