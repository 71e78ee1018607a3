/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"

static enum log_level loudest(void)
{
	const char *s = getenv("MINGFA_LOG");

	if (!s)
		return LOG_INFO;
	return s[0] == 'e' ? LOG_ERROR : s[0] == 'w' ? LOG_WARNING : s[0] == 'd' ? LOG_DEBUG : LOG_INFO;
}

/* Words may come from outside: they end no line, steer no terminal, and a cut character goes. */
static size_t one_line(char *line, size_t n)
{
	size_t back = 0;

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	while (back < 4 && back < n && !str_utf8((struct str){ line, n - back }))
		back++;
	return back < 4 ? n - back : n;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const name[] = { "error", "warning", "info", "debug" };
	int64_t now = time_now(), day = day_at(now);
	struct ymd d = day_ymd(day);
	int rest = (int)(now - day_start(day));
	char line[1000];
	va_list ap;
	int n;

	if (level > loudest())
		return;
	n = snprintf(line, sizeof(line), "%04d-%02d-%02d %02d:%02d:%02d.%03d %s: ", d.year, d.month,
		     d.day, rest / 3600000, rest / 60000 % 60, rest / 1000 % 60, rest % 1000, name[level]);
	va_start(ap, fmt);
	(void)vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	n = (int)one_line(line, strlen(line));
	line[n] = '\n';
	/* One write a line: lines of several threads do not mix. */
	if (write(STDERR_FILENO, line, (size_t)n + 1) < 0)
		return;
}
