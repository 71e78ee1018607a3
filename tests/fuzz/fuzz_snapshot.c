/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_snapshot.c - stored snapshots: whatever text is read as one, what was read is written, read
 * and written again to the same bytes. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "law/sheet.h"
#include "law/snap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str s(const char *text)
{
	return str_of(text);
}

/* A kind with a field of every stored type, and one kept for the life of the process. */
static const struct kind *the_kind(void)
{
	static const enum type_tag tags[] = { T_BOOL,  T_INT,  T_NUM,   T_MONEY, T_TEXT,
					      T_NOTE,  T_DATE, T_TIME,  T_SPAN,  T_ENUM,
					      T_PICKS, T_USER, T_USERS, T_ORGAN, T_PARTY,
					      T_REF,   T_REFS, T_ROWS,  T_FILES, T_SHEET };
	static struct choice_value value[2];
	static struct enum_def values = { value, 2 };
	static struct field column[3], field[ARRAY_LEN(tags)];
	static struct sheet_item item[3];
	static struct sheet_part part[2];
	static struct sheet sheet;
	static struct number number;
	static struct kind kind;

	if (kind.n_field)
		return &kind;
	value[0] = (struct choice_value){ s("a"), s("甲") };
	value[1] = (struct choice_value){ s("b"), s("乙") };
	column[0] = (struct field){ .id = s("x"), .type = { .tag = T_TEXT } };
	column[1] = (struct field){ .id = s("y"), .type = { .tag = T_MONEY }, .index = 1 };
	column[2] = (struct field){ .id = s("w"),
				    .type = { .tag = T_PICKS, .values = &values },
				    .index = 2 };
	item[0] = (struct sheet_item){ .id = s("i"), .ask = true };
	item[1] = (struct sheet_item){ .id = s("h"), .has_points = true, .points = DEC_ONE * 5 };
	item[2] = (struct sheet_item){ .id = s("j"), .of = &values };
	part[0] = (struct sheet_part){ .id = s("q"), .optional = true, .item = item, .n = 3 };
	part[1] = (struct sheet_part){ .id = s("p"), .item = item, .n = 1 };
	sheet = (struct sheet){ .id = s("s"), .part = part, .n = 2 };
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		field[i] = (struct field){ .id = s(type_name(tags[i])),
					   .index = i,
					   .type = { .tag = tags[i],
						     .values = &values,
						     .row = column,
						     .n_row = 3,
						     .sheet = &sheet } };
	number = (struct number){ .id = s("no") };
	kind = (struct kind){ .id = s("k"),
			      .field = field,
			      .n_field = ARRAY_LEN(tags),
			      .number = &number,
			      .n_number = 1 };
	return &kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct snap one = { .id = 1, .kind = the_kind() }, two = one;
	struct str first, second;
	struct err err = { 0 };

	if (!snap_get(a, (struct str){ (const char *)data, size }, &one, &err)) {
		assert(err.code && err.msg[0] && "refused in silence");
		arena_free(a);
		return 0;
	}
	first = snap_put(a, &one);
	assert(snap_get(a, first, &two, &err) && "what was written can be read");
	second = snap_put(a, &two);
	assert(str_eq(first, second));
	for (size_t i = 0; i < one.kind->n_field; i++) {
		const struct val_key *key;

		(void)val_keys(a, one.field[i], &key);
		if (!val_is_null(one.field[i])
		    && !(type_is_list(one.field[i].t) && !one.field[i].list->n))
			assert(val_equal(one.field[i], two.field[i]));
	}
	arena_free(a);
	return 0;
}
