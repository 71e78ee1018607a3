/* SPDX-License-Identifier: MulanPSL-2.0 */
/* leaks.c - what LeakSanitizer reports of libraries and we cannot mend. Linked into every test program; without the
 * sanitizer nobody calls it.
 *   fontconfig keeps its patterns' elements by offsets, which the sanitizer does not follow: no leaks at all.
 *   cairo 1.16 loses 768 bytes for each CFF font that it embeds into a PDF.
 * Our own layouts and surfaces are made elsewhere in these libraries: their leaks are still found. */
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig.so\nleak:cairo_surface_finish\n";
}

/* Stacks through libraries built without frame pointers must be whole, or the names above are not found. */
const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0:print_suppressions=0";
}
