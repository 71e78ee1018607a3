/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <errno.h>
#include <libavformat/avformat.h>
#include <unistd.h>

#include "base/day.h"
#include "media/media.h"

#define BUFFER (32 * 1024)
#define PROBE ((int64_t)5 << 20)

/* What recorders and telephones make, and what is exchanged. Formats that name other files are not among them. */
#define FORMATS "mov,mp4,avi,matroska,webm,mpeg,mpegts,asf,flv,wav,w64,mp3,aac,amr,flac,ogg"

static int bytes_read(void *opaque, uint8_t *buf, int n)
{
	ssize_t k = read(*(const int *)opaque, buf, (size_t)n);

	return k > 0 ? (int)k : k == 0 ? AVERROR_EOF : AVERROR(errno);
}

static int64_t bytes_seek(void *opaque, int64_t to, int whence)
{
	int fd = *(const int *)opaque;

	return whence & AVSEEK_SIZE ? media_size(fd) : (int64_t)lseek(fd, (off_t)to, whence & ~AVSEEK_FORCE);
}

static struct str tag(const AVFormatContext *c, const char *name)
{
	const AVDictionaryEntry *e = av_dict_get(c->metadata, name, NULL, 0);

	for (unsigned i = 0; !e && i < c->nb_streams; i++)
		e = av_dict_get(c->streams[i]->metadata, name, NULL, 0);
	return e ? str_of(e->value) : (struct str){ 0 };
}

/* "2026-11-17T06:02:10.000000Z"; what has no Z is a device's own clock. */
static void made(struct arena *a, const AVFormatContext *c, struct facts *f)
{
	struct str s = tag(c, "creation_time");
	int64_t at;

	if (!s.n)
		s = tag(c, "date");
	if (s.n < 19 || !time_parse(str_dup(a, str_sub(s, 0, 19)), &at))
		return;
	f->local = !str_ends(s, STR("Z"));
	f->made = f->local ? at : at + SHANGHAI_MS;
	if (f->made <= DAY_MS) /* the epoch: a clock that was never set */
		f->made = 0;
}

static void device(struct arena *a, const AVFormatContext *c, struct facts *f)
{
	static const char *const makes[] = { "com.apple.quicktime.make", "com.android.manufacturer", "make", "manufacturer" };
	static const char *const models[] = { "com.apple.quicktime.model", "com.android.model", "model", "device" };
	struct str make = { 0 }, model = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(makes); i++) {
		if (!make.n)
			make = facts_clean(a, tag(c, makes[i]));
		if (!model.n)
			model = facts_clean(a, tag(c, models[i]));
	}
	f->device = facts_clean(a, str_fmt(a, "%.*s %.*s", STR_FMT(make), STR_FMT(model)));
}

/* One number of ISO 6709: sign, degrees, fraction. */
static bool coordinate(struct str s, size_t *at, int64_t most, int64_t *ret)
{
	int64_t v = 0, scale = 1000000;
	bool minus, point = false;

	if (*at >= s.n || (s.p[*at] != '+' && s.p[*at] != '-'))
		return false;
	minus = s.p[(*at)++] == '-';
	for (; *at < s.n; (*at)++) {
		if (s.p[*at] == '.' && !point) {
			point = true;
		} else if (s.p[*at] >= '0' && s.p[*at] <= '9') {
			if (point && scale > 1)
				v += (s.p[*at] - '0') * (scale /= 10);
			else if (!point)
				v = v * 10 + (s.p[*at] - '0') * (int64_t)1000000;
			if (v > most)
				return false;
		} else {
			break;
		}
	}
	*ret = minus ? -v : v;
	return true;
}

/* "+36.0123+111.5123+445.2/" */
static void place(const AVFormatContext *c, struct facts *f)
{
	struct str s = tag(c, "com.apple.quicktime.location.ISO6709");
	size_t at = 0;

	if (!s.n)
		s = tag(c, "location");
	f->placed = coordinate(s, &at, 90000000, &f->lat) && coordinate(s, &at, 180000000, &f->lon) && (f->lat || f->lon);
	if (!f->placed)
		f->lat = f->lon = 0;
}

static struct str codec_of(const AVStream *s)
{
	/* pcm_s16le, h264; "unknown_codec" and "none" are none. */
	const char *name = avcodec_get_name(s->codecpar->codec_id);

	return s->codecpar->codec_id == AV_CODEC_ID_NONE ? (struct str){ 0 } : str_of(name);
}

static void streams(struct arena *a, const AVFormatContext *c, struct facts *f)
{
	for (unsigned i = 0; i < c->nb_streams; i++) {
		const AVStream *s = c->streams[i];

		if (s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !f->video.n && !(s->disposition & AV_DISPOSITION_ATTACHED_PIC)) {
			f->video = str_dup(a, codec_of(s));
			if (s->codecpar->width > 0 && s->codecpar->height > 0 && s->codecpar->width <= 100000 && s->codecpar->height <= 100000) {
				f->width = s->codecpar->width;
				f->height = s->codecpar->height;
			}
		}
		if (s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && !f->audio.n)
			f->audio = str_dup(a, codec_of(s));
	}
	if (c->duration != AV_NOPTS_VALUE && c->duration >= 0 && c->duration / 1000 <= FACTS_LENGTH)
		f->length = c->duration / 1000;
}

static bool understand(struct arena *a, AVFormatContext *c, struct facts *f)
{
	/* What the head does not say is looked for in the first packets. */
	(void)avformat_find_stream_info(c, NULL);
	streams(a, c, f);
	made(a, c, f);
	device(a, c, f);
	place(c, f);
	return f->video.n || f->audio.n;
}

bool media_film(struct arena *a, int fd, struct facts *f)
{
	AVFormatContext *c;
	AVIOContext *io;
	AVDictionary *o = NULL;
	unsigned char *buffer;
	bool known = false;

	av_log_set_level(AV_LOG_QUIET);
	if (lseek(fd, 0, SEEK_SET) != 0)
		return false;
	c = avformat_alloc_context();
	buffer = av_malloc(BUFFER);
	io = c && buffer ? avio_alloc_context(buffer, BUFFER, 0, &fd, bytes_read, NULL, bytes_seek) : NULL;
	if (!io) {
		av_free(buffer);
		avformat_free_context(c);
		return false;
	}
	c->pb = io;
	(void)av_dict_set(&o, "format_whitelist", FORMATS, 0);
	(void)av_dict_set(&o, "protocol_whitelist", "", 0);
	(void)av_dict_set_int(&o, "probesize", PROBE, 0);
	if (avformat_open_input(&c, NULL, NULL, &o) == 0) /* else c is gone */
		known = understand(a, c, f);
	avformat_close_input(&c);
	av_dict_free(&o);
	av_freep(&io->buffer);
	avio_context_free(&io);
	return known;
}
