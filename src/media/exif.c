/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A JPEG's segments, and of its EXIF block (a TIFF: CIPA DC-008, 4.6) the few entries that evidence needs. */
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "media/media.h"

#define SEGMENTS_MOST 500
#define ENTRIES_MOST 500  /* of a directory; cameras write some dozens */
#define TAIL ((int64_t)64 * 1024) /* what some cameras put behind the picture */

enum { MAKE = 0x10f, MODEL = 0x110, CHANGED = 0x132, EXIF = 0x8769, GPS = 0x8825, TAKEN = 0x9003, ZONE = 0x9011 };
enum { LAT_REF = 1, LAT = 2, LON_REF = 3, LON = 4 };
enum { ASCII = 2, LONG = 4, RATIONAL = 5 };

struct tiff {
	const unsigned char *p;
	size_t n;
	bool little;
	struct str make, model, changed, taken, zone;
	char lat_ref, lon_ref;
	bool has_lat, has_lon;
	int64_t lat, lon;
};

static bool number(const struct tiff *t, size_t at, size_t bytes, uint32_t *ret)
{
	uint32_t v = 0;

	if (at > t->n || t->n - at < bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		v |= (uint32_t)t->p[at + i] << 8 * (t->little ? i : bytes - 1 - i);
	*ret = v;
	return true;
}

/* ASCII of n bytes, which stands in the entry itself when it is short; without what follows its NUL. */
static struct str text(const struct tiff *t, size_t entry, uint32_t n)
{
	uint32_t at = (uint32_t)entry + 8;
	struct str s;
	size_t end;

	if ((n > 4 && !number(t, entry + 8, 4, &at)) || at > t->n || t->n - at < n)
		return (struct str){ 0 };
	s = (struct str){ (const char *)t->p + at, n };
	end = str_chr(s, '\0', 0);
	return str_trim(end == SIZE_MAX ? s : str_sub(s, 0, end));
}

/* Degrees, minutes and seconds, each a fraction; in millionths of a degree. */
static bool degrees(const struct tiff *t, size_t entry, uint32_t count, int64_t most, int64_t *ret)
{
	uint32_t at, a, b;
	int64_t sum = 0;

	if (count != 3 || !number(t, entry + 8, 4, &at))
		return false;
	for (size_t i = 0, part = 1; i < 3; i++, part *= 60) {
		if (!number(t, (size_t)at + 8 * i, 4, &a) || !number(t, (size_t)at + 8 * i + 4, 4, &b) || (!b && a))
			return false;
		if (b)
			sum += (int64_t)((double)a / b * 1e6 / (double)part + 0.5);
		if (sum > most)
			return false;
	}
	*ret = sum;
	return true;
}

static char letter(struct str s)
{
	return s.n == 1 ? s.p[0] : '\0';
}

static void place(struct tiff *t, size_t entry, uint32_t tag, uint32_t type, uint32_t count)
{
	if (tag == LAT_REF && type == ASCII)
		t->lat_ref = letter(text(t, entry, count));
	else if (tag == LON_REF && type == ASCII)
		t->lon_ref = letter(text(t, entry, count));
	else if (tag == LAT && type == RATIONAL)
		t->has_lat = degrees(t, entry, count, 90000000, &t->lat);
	else if (tag == LON && type == RATIONAL)
		t->has_lon = degrees(t, entry, count, 180000000, &t->lon);
}

static void directory(struct tiff *t, size_t at, uint32_t of);

static void take(struct tiff *t, size_t entry, uint32_t tag, uint32_t type, uint32_t count, uint32_t of)
{
	static const struct {
		uint32_t of, tag;
		size_t at;
	} texts[] = { { 0, MAKE, offsetof(struct tiff, make) }, { 0, MODEL, offsetof(struct tiff, model) },
		      { 0, CHANGED, offsetof(struct tiff, changed) }, { EXIF, TAKEN, offsetof(struct tiff, taken) },
		      { EXIF, ZONE, offsetof(struct tiff, zone) } };
	uint32_t below;

	for (size_t i = 0; type == ASCII && i < ARRAY_LEN(texts); i++)
		if (texts[i].of == of && texts[i].tag == tag)
			*(struct str *)((char *)t + texts[i].at) = text(t, entry, count);
	if (of == GPS)
		place(t, entry, tag, type, count);
	if (of == 0 && (tag == EXIF || tag == GPS) && type == LONG && number(t, entry + 8, 4, &below))
		directory(t, below, tag); /* one level: theirs are not followed */
}

static void directory(struct tiff *t, size_t at, uint32_t of)
{
	uint32_t n, tag, type, count;

	if (!number(t, at, 2, &n))
		return;
	for (uint32_t i = 0; i < n && i < ENTRIES_MOST; i++) {
		size_t entry = at + 2 + (size_t)12 * i;

		if (!number(t, entry, 2, &tag) || !number(t, entry + 2, 2, &type) || !number(t, entry + 4, 4, &count)
		    || entry + 12 > t->n)
			return;
		take(t, entry, tag, type, count, of);
	}
}

/* ---- what it means ---- */

/* "2026:11:17 14:02:10" */
static bool clock_of(struct arena *a, struct str s, int64_t *ret)
{
	if (s.n != 19 || s.p[4] != ':' || s.p[7] != ':')
		return false;
	return time_parse(str_fmt(a, "%.4s-%.2s-%.11s", s.p, s.p + 5, s.p + 8), ret) && *ret > 0;
}

/* "+08:00" in ms */
static bool zone_of(struct str s, int64_t *ret)
{
	int64_t h, m;

	if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' || !parse_i64(str_sub(s, s.p[1] == '0' ? 2 : 1, 3), 0, 14, &h)
	    || !parse_i64(str_sub(s, s.p[4] == '0' ? 5 : 4, 6), 0, 59, &m))
		return false;
	*ret = (h * 60 + m) * 60000 * (s.p[0] == '-' ? -1 : 1);
	return true;
}

static void understand(struct arena *a, const struct tiff *t, struct facts *f)
{
	/* Models often begin with the maker's name. */
	struct str make = facts_clean(a, t->make), model = facts_clean(a, t->model);
	int64_t at, zone;

	f->device = !make.n || str_starts(model, make) ? model : facts_clean(a, str_fmt(a, "%.*s %.*s", STR_FMT(make), STR_FMT(model)));
	if (clock_of(a, t->taken.n ? t->taken : t->changed, &at)) {
		f->local = !t->taken.n || !zone_of(t->zone, &zone);
		f->made = f->local ? at : at + SHANGHAI_MS - zone;
		if (f->made <= 0)
			f->made = 0;
	}
	/* No device stands at 0, 0: it had no fix. */
	f->placed = t->has_lat && t->has_lon && (t->lat || t->lon);
	f->lat = t->lat_ref == 'S' ? -t->lat : t->lat;
	f->lon = t->lon_ref == 'W' ? -t->lon : t->lon;
}

static void exif(struct arena *a, const unsigned char *p, size_t n, struct facts *f)
{
	struct tiff t = { .p = p, .n = n };
	uint32_t mark, first;

	if (n < 8 || (memcmp(p, "II", 2) != 0 && memcmp(p, "MM", 2) != 0))
		return;
	t.little = p[0] == 'I';
	if (!number(&t, 2, 2, &mark) || mark != 42 || !number(&t, 4, 4, &first))
		return;
	directory(&t, first, 0);
	understand(a, &t, f);
}

/* Whether the picture's end mark is there. */
static bool ended(struct arena *a, int fd)
{
	int64_t size = media_size(fd), from = size > TAIL ? size - TAIL : 0;
	unsigned char *p = arena_alloc(a, (size_t)(size - from) + 1);

	if (!media_at(fd, from, p, (size_t)(size - from)))
		return false;
	for (int64_t i = size - from - 2; i >= 0; i--)
		if (p[i] == 0xff && p[i + 1] == 0xd9)
			return true;
	return false;
}

static bool is_frame(unsigned char mark)
{
	return mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc;
}

static void segment(struct arena *a, int fd, int64_t at, unsigned char mark, size_t n, struct facts *f)
{
	unsigned char *p = arena_alloc(a, n + 1);

	if (!media_at(fd, at, p, n))
		return;
	if (mark == 0xe1 && n > 6 && memcmp(p, "Exif\0\0", 6) == 0)
		exif(a, p + 6, n - 6, f);
	if (is_frame(mark) && n >= 5) {
		f->height = p[1] << 8 | p[2];
		f->width = p[3] << 8 | p[4];
		if (!f->width || !f->height)
			f->width = f->height = 0;
	}
}

bool media_photo(struct arena *a, int fd, struct facts *f)
{
	unsigned char h[4];
	int64_t at = 2;

	if (!media_at(fd, 0, h, 3) || memcmp(h, "\xff\xd8\xff", 3) != 0)
		return false;
	f->fault = ended(a, fd) ? FACTS_FINE : FACTS_CUT;
	for (int i = 0; i < SEGMENTS_MOST && media_at(fd, at, h, 4) && h[0] == 0xff && h[1] != 0xda; i++) {
		size_t n = (size_t)h[2] << 8 | h[3];

		if (n < 2)
			break;
		segment(a, fd, at + 4, h[1], n - 2, f);
		at += 2 + (int64_t)n;
	}
	return true;
}
