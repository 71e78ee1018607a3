/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "paper/jpeg.h"

static unsigned byte_at(struct str s, size_t at)
{
	return at < s.n ? (unsigned char)s.p[at] : 0;
}

static unsigned big16(struct str s, size_t at)
{
	return byte_at(s, at) << 8 | byte_at(s, at + 1);
}

/* A number of Exif's, in the order that it says. */
static unsigned number(struct str s, size_t at, int bytes, bool little)
{
	unsigned n = 0;

	for (int i = 0; i < bytes; i++)
		n = n << 8 | byte_at(s, at + (size_t)(little ? bytes - 1 - i : i));
	return n;
}

/* The orientation, 1 to 8; 1 when it is not told. */
static unsigned orientation(struct str exif)
{
	struct str tiff;
	size_t dir, n;
	bool little;

	if (!str_eq(str_sub(exif, 0, 6), (struct str){ "Exif\0\0", 6 }))
		return 1;
	tiff = str_sub(exif, 6, exif.n);
	little = byte_at(tiff, 0) == 'I';
	dir = number(tiff, 4, 4, little);
	if (dir > tiff.n)
		return 1;
	n = number(tiff, dir, 2, little);
	for (size_t i = 0; i < n && dir + 2 + 12 * (i + 1) <= tiff.n; i++) {
		size_t at = dir + 2 + 12 * i;
		unsigned v = number(tiff, at + 8, 2, little);

		if (number(tiff, at, 2, little) == 0x0112)
			return v >= 1 && v <= 8 ? v : 1;
	}
	return 1;
}

static void hold(struct jpeg *j, unsigned orientation)
{
	static const struct {
		int turn;
		bool mirrored;
	} as[] = { { 0, false },  { 0, true },   { 180, false }, { 180, true },
		   { 270, true }, { 90, false }, { 90, true },   { 270, false } };

	j->turn = as[orientation - 1].turn;
	j->mirrored = as[orientation - 1].mirrored;
}

static bool read_frame(struct str s, struct jpeg *ret)
{
	ret->height = (int)big16(s, 1);
	ret->width = (int)big16(s, 3);
	ret->colours = (int)byte_at(s, 5);
	return byte_at(s, 0) == 8 && ret->height > 0 && ret->width > 0
	       && (ret->colours == 1 || ret->colours == 3 || ret->colours == 4);
}

bool jpeg_read(struct str content, struct jpeg *ret)
{
	bool framed = false, held = false;
	size_t at = 2;

	*ret = (struct jpeg){ 0 };
	if (big16(content, 0) != 0xffd8)
		return false;
	while (at + 4 <= content.n && byte_at(content, at) == 0xff) {
		unsigned marker = byte_at(content, at + 1);
		size_t n = big16(content, at + 2);
		struct str segment;

		if (marker == 0xff) { /* fill */
			at++;
			continue;
		}
		if (n < 2 || at + 2 + n > content.n)
			return false;
		segment = str_sub(content, at + 4, at + 2 + n);
		if (marker == 0xda) /* the picture: it ends somewhere, or the file broke off */
			return framed
			       && str_find(content, (struct str){ "\xff\xd9", 2 }, at + 2 + n)
					  != SIZE_MAX;
		if (marker == 0xe1 && !held) {
			hold(ret, orientation(segment));
			held = ret->turn || ret->mirrored;
		} else if (marker >= 0xc0 && marker <= 0xc2) {
			if (framed || !read_frame(segment, ret))
				return false;
			framed = true;
		} else if (marker >= 0xc3 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8
			   && marker != 0xcc) {
			return false;
		}
		at += 2 + n;
	}
	return false;
}
