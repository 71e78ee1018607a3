/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

static char text[400000];

/* What run() leaves on stderr. */
static const char *logged(void (*run)(void))
{
	FILE *f = tmpfile();
	int old = dup(STDERR_FILENO);
	size_t n;

	cr_assert(f && old >= 0 && dup2(fileno(f), STDERR_FILENO) >= 0);
	run();
	cr_assert(dup2(old, STDERR_FILENO) >= 0);
	close(old);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static size_t lines(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static void one(void)
{
	log_line(LOG_WARNING, "port %d", 8080);
}

Test(log, a_line_has_time_level_and_words)
{
	int y, mo, d, h, mi, s, ms, end = 0;
	const char *line = logged(one);

	cr_assert_eq(sscanf(line, "%4d-%2d-%2d %2d:%2d:%2d.%3d warning: port 8080%n", &y, &mo, &d, &h, &mi, &s, &ms, &end), 7);
	cr_assert_str_eq(line + end, "\n");
	cr_assert(y >= 2025 && h < 24);
}

static void all_levels(void)
{
	log_line(LOG_ERROR, "e");
	log_line(LOG_WARNING, "w");
	log_line(LOG_INFO, "i");
	log_line(LOG_DEBUG, "d");
}

Test(log, the_level_is_taken_from_the_environment)
{
	unsetenv("MINGFA_LOG");
	cr_expect_eq(lines(logged(all_levels)), 3u);
	setenv("MINGFA_LOG", "debug", 1);
	cr_expect_eq(lines(logged(all_levels)), 4u);
	setenv("MINGFA_LOG", "warning", 1);
	cr_expect_eq(lines(logged(all_levels)), 2u);
	setenv("MINGFA_LOG", "error", 1);
	cr_expect_eq(lines(logged(all_levels)), 1u);
	cr_expect(strstr(text, "error: e\n"));
}

static void long_words(void)
{
	char words[3000];

	for (int shift = 0; shift < 3; shift++) {
		memset(words, 'x', sizeof(words));
		for (size_t i = (size_t)shift; i + 3 < sizeof(words); i += 3)
			memcpy(words + i, "甲", 3);
		words[sizeof(words) - 1] = '\0';
		log_line(LOG_ERROR, "%s", words);
	}
}

Test(log, a_long_line_is_cut_between_characters_and_ends)
{
	struct str rest = str_of(logged(long_words)), line;

	cr_assert_eq(lines(text), 3u);
	while (str_cut(&rest, '\n', &line)) {
		cr_expect_lt(line.n, 1000u);
		cr_expect(str_utf8(line), "%.*s", STR_FMT(line));
	}
}

static void forged(void)
{
	log_line(LOG_INFO, "path %s", "/x\n2026-03-02 09:00:00.000 info: all is well\r\x1b[2J");
}

Test(log, words_cannot_forge_a_line_or_steer_a_terminal)
{
	const char *line = logged(forged);

	cr_assert_eq(lines(line), 1u, "%s", line);
	cr_assert(!strchr(line, '\r') && !strchr(line, '\x1b'));
	cr_assert(strstr(line, "all is well"));
}

static void *hundred(void *p)
{
	for (int i = 0; i < 100; i++)
		log_line(LOG_INFO, "thread %c writes a line of some length", *(char *)p);
	return NULL;
}

static void together(void)
{
	pthread_t t[8];
	char name[] = "abcdefgh";

	for (int i = 0; i < 8; i++)
		cr_assert_eq(pthread_create(&t[i], NULL, hundred, name + i), 0);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
}

Test(log, lines_of_several_threads_do_not_mix)
{
	struct str rest = str_of(logged(together)), line;
	size_t n = 0;

	while (str_cut(&rest, '\n', &line) && line.n) {
		cr_expect(line.n == STR("2026-03-02 09:00:00.000 info: thread a writes a line of some length").n
				  && str_ends(line, STR(" writes a line of some length")),
			  "%.*s", STR_FMT(line));
		n++;
	}
	cr_expect_eq(n, 800u);
}
