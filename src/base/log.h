/* SPDX-License-Identifier: MulanPSL-2.0 */
/* log.h - lines for the operator on stderr: time, level, words. Never case content or personal data.
 * Only main.c, the dispatcher and the threads' main loops log; library code returns errors. */
#ifndef MINGFA_BASE_LOG_H
#define MINGFA_BASE_LOG_H

#include "base/attr.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* One line of at most 1,000 bytes; safe from any thread. Quiet above the level of MINGFA_LOG
 * (error, warning, info, debug; default info). */
void log_line(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

#endif
