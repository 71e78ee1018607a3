/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_form.c - any bytes as a urlencoded and as a multipart body: what is accepted is UTF-8 with short names within
 * the body's size, and what is read from a body of our own making is what was put in. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "web/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const struct form_data *d, const struct err *err, size_t size)
{
	size_t total = 0;

	assert(ok == (err->code == ERR_NONE) && "refused for a reason, accepted without one");
	for (size_t i = 0; ok && i < d->n; i++) {
		const struct form_pair *p = &d->v[i];

		assert(p->name.n > 0 && p->name.n <= 100 && str_utf8(p->name) && str_utf8(p->filename));
		assert(p->file || str_utf8(p->value));
		total += p->name.n + p->value.n;
	}
	assert(!ok || (d->n <= 2000 && total <= size));
}

/* The bytes as value of a field and of a file, between two others. */
static void there_and_back(struct arena *a, struct str s)
{
	const struct str head = STR("--edge-7f3a\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x\"\r\n\r\n");
	const struct str foot = STR("\r\n--edge-7f3a\r\nContent-Disposition: form-data; name=\"z\"\r\n\r\n1\r\n--edge-7f3a--\r\n");
	struct form_data d;
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, a, s.n * 3 + 1000);
	buf_add(&b, head);
	buf_add(&b, s);
	buf_add(&b, foot);
	if (str_find(s, STR("--edge-7f3a"), 0) == SIZE_MAX) {
		assert(form_multipart(a, STR("multipart/form-data; boundary=edge-7f3a"), buf_str(&b), &d, &err));
		assert(d.n == 2 && d.v[0].file && str_eq(d.v[0].value, s) && str_is(form_value(&d, "z"), "1"));
	}
	if (!str_utf8(s))
		return;
	buf_clear(&b);
	buf_adds(&b, "a=");
	form_escape(&b, s);
	buf_adds(&b, "&z=1");
	assert(form_urlencoded(a, buf_str(&b), &d, &err));
	assert(d.n == 2 && str_eq(d.v[0].value, s) && form_has(&d, "z"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str s = { (const char *)data, size };
	const size_t line = str_chr(s, '\n', 0); /* the first line is the Content-Type of the rest */
	struct arena *a = arena_new();
	struct form_data d = { 0 };
	struct err err = { 0 };
	bool ok = form_urlencoded(a, s, &d, &err);

	check(ok, &d, &err, size);
	if (line != SIZE_MAX) {
		err_clear(&err);
		ok = form_multipart(a, str_sub(s, 0, line), str_sub(s, line + 1, s.n), &d, &err);
		check(ok, &d, &err, size);
	}
	there_and_back(a, s);
	arena_free(a);
	return 0;
}
