/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int status;
	const char *key;
	const char *heading;
} errors[ERR_MAX] = {
#define ERR(code, status, key, heading) [ERR_##code] = { status, key, heading },
#include "base/errors.def"
#undef ERR
};

/* Cuts a character that vsnprintf left incomplete at the end of a full buffer. */
static void whole_chars(char *s)
{
	size_t n = strlen(s), back = 0;

	while (back < 4 && back < n && ((unsigned char)s[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < n) {
		unsigned char lead = (unsigned char)s[n - 1 - back];
		size_t want = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;

		if (back < want)
			s[n - 1 - back] = '\0';
	}
}

bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	err->detail[0] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	whole_chars(err->msg);
	return false;
}

bool err_wrap(struct err *err, const char *fmt, ...)
{
	size_t n = strlen(err->detail);
	va_list ap;

	if (n && n + 3 < sizeof(err->detail)) {
		memcpy(err->detail + n, "; ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	(void)vsnprintf(err->detail + n, sizeof(err->detail) - n, fmt, ap);
	va_end(ap);
	whole_chars(err->detail);
	return false;
}

int err_status(enum err_code code)
{
	return errors[code].status;
}

const char *err_key(enum err_code code)
{
	return errors[code].key;
}

const char *err_heading(enum err_code code)
{
	return errors[code].heading;
}

void err_clear(struct err *err)
{
	*err = (struct err){ 0 };
}
