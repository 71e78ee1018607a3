/* SPDX-License-Identifier: MulanPSL-2.0 */
/* facts.h - what a film, recording or photo says of itself (音像信息): length, codecs, when and by which device it was made,
 * where. mingfa-media (src/media) reads it and writes it as lines, one fact each, which the server reads and keeps:
 *
 *	length 12000
 *	video h264
 *	made 1795154530000 utc
 *
 * Both ends are here. facts_read trusts nobody: it takes known words with values inside their limits, and nothing else. */
#ifndef MINGFA_BLOB_FACTS_H
#define MINGFA_BLOB_FACTS_H

#include "base/buf.h"
#include "base/err.h"

#define FACTS_TEXT ((size_t)2000)      /* bytes of all lines: a dozen facts, the longest 60 characters */
#define FACTS_DEVICE 60                /* characters */
#define FACTS_LENGTH ((int64_t)100 * 86400000) /* a camera that ran for three months */

/* What could not be read. */
enum facts_fault {
	FACTS_FINE,
	FACTS_CUT,       /* the file ends before its content does */
	FACTS_NO_INDEX,  /* MP4 without moov: the recorder lost power, or the end is missing */
	FACTS_UNREAD,    /* nothing that is known */
	FACTS_GIVEN_UP   /* reading it broke the reader or took too long */
};

struct facts {
	enum facts_fault fault;
	int64_t length;           /* ms; -1: none */
	int64_t width, height;    /* 0: none */
	struct str video, audio;  /* short names of codecs: a-z 0-9 _ */
	int64_t made;             /* UTC ms; 0: not said */
	bool local;               /* without a zone: taken as Shanghai's clock */
	struct str device;
	bool placed;
	int64_t lat, lon;         /* millionths of a degree, north and east positive */
};

void facts_put(struct buf *b, const struct facts *f);
/* Texts are borrowed. ERR_BAD_INPUT: not what facts_put writes; *ret is untouched. */
MUST_USE bool facts_read(struct str text, struct facts *ret, struct err *err);
/* A text out of a file: valid UTF-8, no controls, at most FACTS_DEVICE characters; empty when nothing is left. */
struct str facts_clean(struct arena *a, struct str s);

#endif
