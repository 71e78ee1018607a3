/* SPDX-License-Identifier: MulanPSL-2.0 */
/* log.h - lines for the operator on stderr: time, level, words. Never case content or personal data.
 * Only main.c, the dispatcher and the threads' main loops log; library code returns errors. */
#ifndef MINGFA_BASE_LOG_H
#define MINGFA_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* One line of at most 1,000 bytes; safe from any thread. Quiet above the level of MINGFA_LOG
 * (error, warning, info, debug; default info). */
void log_line(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

/* From now on each line is a JSON object with time, level and text, and each reply has one. Call it once, before
 * threads start. */
void log_json(void);
/* A request that was answered: a line in JSON, else nothing. Of its address only the route's pattern is told. */
struct log_reply {
	const char *id, *side, *method, *route;
	int status;
	int64_t ms, person; /* person: matter id of who was signed in, 0: nobody */
};
void log_reply(const struct log_reply *r);

#endif
