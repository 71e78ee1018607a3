/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "blob/facts.h"

#include <string.h>

#include "base/parse.h"

#define YEAR_2200 ((int64_t)7258118400000)
#define CODEC_MOST 24
#define PIXELS_MOST 100000

static const char *const faults[] = { "fine", "cut", "noindex", "unread", "givenup" };

void facts_put(struct buf *b, const struct facts *f)
{
	if (f->fault)
		buf_addf(b, "fault %s\n", faults[f->fault]);
	if (f->length >= 0)
		buf_addf(b, "length %lld\n", (long long)f->length);
	if (f->width)
		buf_addf(b, "size %lld %lld\n", (long long)f->width, (long long)f->height);
	if (f->video.n)
		buf_addf(b, "video %.*s\n", STR_FMT(f->video));
	if (f->audio.n)
		buf_addf(b, "audio %.*s\n", STR_FMT(f->audio));
	if (f->made)
		buf_addf(b, "made %lld %s\n", (long long)f->made, f->local ? "local" : "utc");
	if (f->device.n)
		buf_addf(b, "device %.*s\n", STR_FMT(f->device));
	if (f->placed)
		buf_addf(b, "place %lld %lld\n", (long long)f->lat, (long long)f->lon);
}

/* ---- each fact's value ---- */

static bool two(struct str v, int64_t min, int64_t max, int64_t max2, int64_t *x, int64_t *y)
{
	struct str first;

	return str_cut(&v, ' ', &first) && parse_i64(first, min, max, x) && parse_i64(v, min < 0 ? -max2 : min, max2, y);
}

static bool read_fault(struct str v, struct facts *f)
{
	for (size_t i = 1; i < ARRAY_LEN(faults); i++)
		if (str_is(v, faults[i])) {
			f->fault = (enum facts_fault)i;
			return true;
		}
	return false;
}

static bool read_length(struct str v, struct facts *f)
{
	return parse_i64(v, 0, FACTS_LENGTH, &f->length);
}

static bool read_size(struct str v, struct facts *f)
{
	return two(v, 1, PIXELS_MOST, PIXELS_MOST, &f->width, &f->height);
}

static bool codec(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!(v.p[i] >= 'a' && v.p[i] <= 'z') && !(v.p[i] >= '0' && v.p[i] <= '9') && v.p[i] != '_')
			return false;
	return v.n > 0 && v.n <= CODEC_MOST;
}

static bool read_video(struct str v, struct facts *f)
{
	f->video = v;
	return codec(v);
}

static bool read_audio(struct str v, struct facts *f)
{
	f->audio = v;
	return codec(v);
}

static bool read_made(struct str v, struct facts *f)
{
	struct str ms;

	if (!str_cut(&v, ' ', &ms) || !parse_i64(ms, 1, YEAR_2200, &f->made))
		return false;
	f->local = str_is(v, "local");
	return f->local || str_is(v, "utc");
}

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return str_utf8(s);
}

static bool read_device(struct str v, struct facts *f)
{
	f->device = v;
	return v.n > 0 && plain(v) && str_chars(v) <= FACTS_DEVICE;
}

static bool read_place(struct str v, struct facts *f)
{
	f->placed = true;
	return two(v, -90000000, 90000000, 180000000, &f->lat, &f->lon);
}

bool facts_read(struct str text, struct facts *ret, struct err *err)
{
	static const struct {
		const char *word;
		bool (*read)(struct str value, struct facts *f);
	} known[] = { { "fault", read_fault }, { "length", read_length }, { "size", read_size }, { "video", read_video },
		      { "audio", read_audio }, { "made", read_made }, { "device", read_device }, { "place", read_place } };
	struct facts f = { .length = -1 };
	struct str line, word;
	size_t next = 0; /* each once, in this order */

	if (text.n > FACTS_TEXT || (text.n && text.p[text.n - 1] != '\n'))
		return err_set(err, ERR_BAD_INPUT, "音像信息不完整");
	while (str_cut(&text, '\n', &line)) {
		if (!line.n && !text.n)
			break;
		(void)str_cut(&line, ' ', &word);
		while (next < ARRAY_LEN(known) && !str_is(word, known[next].word))
			next++;
		if (next == ARRAY_LEN(known) || !known[next++].read(line, &f))
			return err_set(err, ERR_BAD_INPUT, "音像信息里有不认识的内容");
	}
	*ret = f;
	return true;
}

struct str facts_clean(struct arena *a, struct str s)
{
	struct buf b;
	size_t at = 0;

	s = str_sub(s, 0, 4 * FACTS_DEVICE);
	buf_init(&b, a, 8 * FACTS_DEVICE + 8);
	for (size_t n = 0; at < s.n && n < FACTS_DEVICE; n++) {
		uint32_t c = str_next(s, &at);

		if (!c)
			break;
		if (c >= 0x20 && c != 0x7f && c != 0xfffd)
			buf_addcp(&b, c);
	}
	return str_trim(buf_str(&b));
}
