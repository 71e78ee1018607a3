/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "paper/srgb.h"

#include <math.h>

#include "base/buf.h"

#define HEADER 128
#define ENTRY 12 /* of the table of tags */
#define STEPS 1024
#define CURVE (12 + 2 * STEPS)

static void put16(struct buf *b, unsigned v)
{
	buf_addc(b, (char)(v >> 8 & 0xff));
	buf_addc(b, (char)(v & 0xff));
}

static void put32(struct buf *b, size_t v)
{
	put16(b, (unsigned)(v >> 16));
	put16(b, (unsigned)(v & 0xffff));
}

static void put_zeros(struct buf *b, size_t n)
{
	while (n--)
		buf_addc(b, 0);
}

/* A number in 1/65536 of three coordinates. */
static void put_xyz(struct buf *b, const unsigned v[3])
{
	buf_adds(b, "XYZ ");
	put32(b, 0);
	for (int i = 0; i < 3; i++)
		put32(b, v[i]);
}

static void put_curve(struct buf *b)
{
	buf_adds(b, "curv");
	put32(b, 0);
	put32(b, STEPS);
	for (int i = 0; i < STEPS; i++) {
		double v = i / (STEPS - 1.0);
		double linear = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);

		put16(b, (unsigned)(linear * 65535 + 0.5));
	}
}

/* The name in ASCII; no Unicode, no Macintosh one. */
static void put_name(struct buf *b, const char *name, size_t n)
{
	buf_adds(b, "desc");
	put32(b, 0);
	put32(b, n + 1);
	buf_adds(b, name);
	put_zeros(b, 1 + 4 + 4 + 2 + 1 + 67);
}

static void put_header(struct buf *b, size_t size)
{
	static const unsigned d50[3] = { 0xF6D6, 0x10000, 0xD32D };

	put32(b, size);
	put32(b, 0);                 /* no preferred engine */
	put32(b, 0x02100000);        /* version 2.1 */
	buf_adds(b, "mntrRGB XYZ ");
	put16(b, 2026), put16(b, 1), put16(b, 1), put16(b, 0), put16(b, 0), put16(b, 0);
	buf_adds(b, "acsp");
	put_zeros(b, 24);            /* platform, flags, device, attributes */
	put32(b, 0);                 /* perceptual */
	for (int i = 0; i < 3; i++)
		put32(b, d50[i]);
	put_zeros(b, HEADER - 80);
}

struct str srgb_profile(struct arena *a)
{
	static const char name[] = "sRGB IEC61966-2-1", free_text[] = "No copyright";
	static const unsigned white[3] = { 0xF6D6, 0x10000, 0xD32D };
	static const unsigned red[3] = { 0x6FA2, 0x38F5, 0x0390 }, green[3] = { 0x6299, 0xB785, 0x18DA };
	static const unsigned blue[3] = { 0x24A0, 0x0F84, 0xB6CF };
	/* Parts lie on multiples of four; the three curves are one. */
	const size_t lead = HEADER + 4 + 9 * ENTRY, desc = (12 + sizeof(name) + 78 + 3) & ~(size_t)3;
	const size_t text = (8 + sizeof(free_text) + 3) & ~(size_t)3, xyz = 20;
	const size_t colours = lead + desc + text, curve = colours + 4 * xyz;
	const struct { const char *tag; size_t at, n; } tags[] = {
		{ "desc", lead, desc }, { "cprt", lead + desc, text }, { "wtpt", colours, xyz },
		{ "rXYZ", colours + xyz, xyz }, { "gXYZ", colours + 2 * xyz, xyz }, { "bXYZ", colours + 3 * xyz, xyz },
		{ "rTRC", curve, CURVE }, { "gTRC", curve, CURVE }, { "bTRC", curve, CURVE },
	};
	struct buf b;

	buf_init(&b, a, curve + CURVE);
	put_header(&b, curve + CURVE);
	put32(&b, sizeof(tags) / sizeof(tags[0]));
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		buf_adds(&b, tags[i].tag);
		put32(&b, tags[i].at);
		put32(&b, tags[i].n);
	}
	put_name(&b, name, sizeof(name) - 1);
	put_zeros(&b, colours - text - b.n);
	buf_adds(&b, "text");
	put32(&b, 0);
	buf_adds(&b, free_text);
	put_zeros(&b, colours - b.n);
	put_xyz(&b, white);
	put_xyz(&b, red);
	put_xyz(&b, green);
	put_xyz(&b, blue);
	put_curve(&b);
	return buf_str(&b);
}
