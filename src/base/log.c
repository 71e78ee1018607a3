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

static bool as_json;

void log_json(void)
{
	as_json = true;
}

static const char *const level_name[] = { "error", "warning", "info", "debug" };

/* 2026-03-02 09:00:00.000, in Shanghai; JSON has the offset. */
static int put_time(char *line, size_t n)
{
	int64_t now = time_now(), day = day_at(now);
	struct ymd d = day_ymd(day);
	int rest = (int)(now - day_start(day));

	return snprintf(line, n, as_json ? "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03d+08:00\"" : "%04d-%02d-%02d %02d:%02d:%02d.%03d",
			d.year, d.month, d.day, rest / 3600000, rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
}

/* One write a line: lines of several threads do not mix. */
static void put_line(char *line, size_t n)
{
	line[n] = '\n';
	if (write(STDERR_FILENO, line, n + 1) < 0)
		return;
}

/* Control characters are blanks already. */
static size_t put_json_text(char *out, size_t most, const char *text, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n && at + 2 < most; i++) {
		if (text[i] == '"' || text[i] == '\\')
			out[at++] = '\\';
		out[at++] = text[i];
	}
	return at;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[1000], line[2200];
	va_list ap;
	size_t n, at;

	if (level > loudest())
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text) - 60, fmt, ap);
	va_end(ap);
	n = one_line(text, strlen(text));
	at = (size_t)put_time(line, sizeof(line));
	at += (size_t)snprintf(line + at, sizeof(line) - at, as_json ? ",\"level\":\"%s\",\"text\":\"" : " %s: ", level_name[level]);
	if (as_json) {
		at += put_json_text(line + at, sizeof(line) - at - 4, text, n);
		line[at++] = '"';
		line[at++] = '}';
	} else {
		memcpy(line + at, text, n);
		at += n;
	}
	put_line(line, at);
}

void log_reply(const struct log_reply *r)
{
	char line[600];
	int at;

	if (!as_json || loudest() < LOG_INFO)
		return;
	at = put_time(line, sizeof(line));
	at += snprintf(line + at, sizeof(line) - (size_t)at,
		       ",\"level\":\"info\",\"request\":\"%s\",\"side\":\"%s\",\"method\":\"%s\",\"route\":\"%s\",\"status\":%d,"
		       "\"ms\":%lld,\"person\":%lld}",
		       r->id, r->side, r->method, r->route, r->status, (long long)r->ms, (long long)r->person);
	if (at < (int)sizeof(line) - 1)
		put_line(line, (size_t)at);
}
