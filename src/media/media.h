/* SPDX-License-Identifier: MulanPSL-2.0 */
/* media.h - reads what a film, recording or photo says of itself. These parsers meet hostile input, so they live in a
 * program of their own (mingfa-media), which the server starts for each file (app/media.h):
 *
 *	mingfa-media <FILE >FACTS       the lines of blob/facts.h; exit 0, also when little could be read
 *	mingfa-media codes <FILE        the QR codes on a picture or on the JPEGs of a PDF, one a line
 *
 * Before it looks at the first byte it gives up everything else: no new descriptors, no network, no other program, memory
 * and time within limits (media_confine). The file is only read. */
#ifndef MINGFA_MEDIA_MEDIA_H
#define MINGFA_MEDIA_MEDIA_H

#include "blob/facts.h"

#define MEDIA_MEMORY ((size_t)512 << 20) /* libraries take 200 MB of addresses, an index of eight hours 50 MB */
#define MEDIA_SECONDS 10                 /* of a processor; 8 GB with its index at the end take 0.1 */

/* From here on this process reads descriptor 0, writes descriptor 1, and does nothing else. ERR_IO: it could not be
 * confined, and must not go on. */
MUST_USE bool media_confine(struct err *err);

/* Everything that can be read; texts live in a. fd: a file that can be sought in. Never fails: what is wrong is a fault. */
void media_read(struct arena *a, int fd, struct facts *ret);

/* The distinct QR codes of at most 30 pages that hold plain ASCII without blanks, one a line. Never fails: none are found. */
void media_codes(struct arena *a, int fd, struct buf *b);

/* ---- its parts; each adds what it finds ---- */

/* A JPEG: size, and of EXIF the time, device and place (CIPA DC-008). false: it is no JPEG. */
bool media_photo(struct arena *a, int fd, struct facts *f);
/* Whether a file of boxes (ISO 14496-12) or chunks (RIFF) is as long as it says. */
enum facts_fault media_whole(int fd);
/* Through libavformat. false: it knows no such format. */
bool media_film(struct arena *a, int fd, struct facts *f);

/* Reads n bytes at `at`; false when they are not there. */
bool media_at(int fd, int64_t at, void *ret, size_t n);
int64_t media_size(int fd);

#endif
