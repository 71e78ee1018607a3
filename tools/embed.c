/* SPDX-License-Identifier: MulanPSL-2.0 */
/* embed - makes the C file behind src/base/asset.h.
 *
 *	embed LIST OUT.c
 *
 * Each line of LIST is "NAME PATH". The contents enter by .incbin, so a megabyte of styles costs
 *the compiler nothing. Names are sorted bytewise here, because asset_find searches by halves. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 10000 /* the tree has hundreds; more means that a wrong folder was listed */

struct item {
	char name[512];
	char path[512];
	uint64_t hash;
	size_t size;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static const char *type_of(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = {
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".ico", "image/x-icon" },
		{ ".json", "application/json" },
		{ ".csv", "text/csv; charset=utf-8" },
		{ ".tsv", "text/tab-separated-values; charset=utf-8" },
		{ ".html", "text/html; charset=utf-8" },
		{ ".woff2", "font/woff2" },
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcmp(dot, types[i].end))
			return types[i].type;
	}
	return "text/plain; charset=utf-8";
}

/* FNV-1a over the contents. */
static bool measure(struct item *it)
{
	FILE *f = fopen(it->path, "rb");
	unsigned char block[65536];
	size_t n;

	if (!f)
		return false;
	it->hash = 0xcbf29ce484222325u;
	while ((n = fread(block, 1, sizeof(block), f)) > 0) {
		for (size_t i = 0; i < n; i++)
			it->hash = (it->hash ^ block[i]) * 0x100000001b3u;
		it->size += n;
	}
	return !fclose(f);
}

static size_t read_list(const char *path, struct item *items)
{
	char line[1100];
	size_t n = 0;
	FILE *f = fopen(path, "r");

	if (!f) {
		fprintf(stderr, "embed: cannot read %s\n", path);
		exit(1);
	}
	while (fgets(line, sizeof(line), f)) {
		if (n == FILES_MAX || sscanf(line, "%511s %511s", items[n].name, items[n].path) != 2
		    || strpbrk(line, "\"\\")) {
			fprintf(stderr, "embed: %s: bad line or too many: %s", path, line);
			exit(1);
		}
		if (!measure(&items[n])) {
			fprintf(stderr, "embed: cannot read %s\n", items[n].path);
			exit(1);
		}
		n++;
	}
	fclose(f);
	qsort(items, n, sizeof(*items), by_name);
	for (size_t i = 1; i < n; i++) {
		if (!strcmp(items[i - 1].name, items[i].name)) {
			fprintf(stderr, "embed: %s is listed twice\n", items[i].name);
			exit(1);
		}
	}
	return n;
}

int main(int argc, char **argv)
{
	struct item *items = calloc(FILES_MAX, sizeof(*items));
	FILE *out;
	size_t n;

	if (argc != 3 || !items) {
		fprintf(stderr, "usage: embed LIST OUT.c\n");
		return 2;
	}
	n = read_list(argv[1], items);
	out = fopen(argv[2], "w");
	if (!out) {
		fprintf(stderr, "embed: cannot write %s\n", argv[2]);
		return 1;
	}
	fprintf(out, "/* Made by tools/embed. */\n#include \"base/asset.h\"\n\n");
	fprintf(out,
		"extern const struct asset asset_table[];\nextern const size_t asset_count;\n\n");
	for (size_t i = 0; i < n; i++) {
		fprintf(out,
			"__asm__(\".section .rodata\\n.balign 16\\nasset_bytes_%zu:\\n"
			".incbin \\\"%s\\\"\\n.byte 0\\n.previous\\n\");\n",
			i, items[i].path);
		fprintf(out, "extern const char asset_bytes_%zu[];\n", i);
	}
	fprintf(out, "\nconst size_t asset_count = %zu;\nconst struct asset asset_table[] = {\n",
		n);
	for (size_t i = 0; i < n; i++) {
		const char *type = type_of(items[i].name);

		fprintf(out,
			"\t{ { \"%s\", %zu }, { asset_bytes_%zu, %zu }, { \"%s\", %zu }, "
			"\"%016llx\" },\n",
			items[i].name, strlen(items[i].name), i, items[i].size, type, strlen(type),
			(unsigned long long)items[i].hash);
	}
	fprintf(out, "\t{ { \"\", 0 }, { \"\", 0 }, { \"\", 0 }, \"\" },\n};\n");
	free(items);
	return fclose(out) ? 1 : 0;
}
