/* SPDX-License-Identifier: MulanPSL-2.0 */
/* main.c - gives a fuzz target each file of the named files and folders once, so that what was
 * found stays found. With libFuzzer (make fuzz) this file is left out. A crash ends the run; the
 * file's name is the last line. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define INPUT_MAX \
	((long)1 << 20) /* libFuzzer's inputs are kept below 64 kB; a found file may be longer */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input lies at the end of its own block, so that one byte too far is noticed. */
static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || size > INPUT_MAX
	    || fseek(f, 0, SEEK_SET)) {
		fprintf(stderr, "%s: cannot be read or is too long\n", path);
		exit(1);
	}
	data = malloc(size ? (size_t)size : 1);
	if (!data || fread(data, 1, (size_t)size, f) != (size_t)size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	fclose(f);
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 1;
}

static int replay(const char *path)
{
	struct dirent **name;
	struct stat st;
	int done = 0;
	int n;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return replay_file(path);
	n = scandir(path, &name, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char inner[4096];

		if (name[i]->d_name[0] != '.') {
			snprintf(inner, sizeof(inner), "%s/%s", path, name[i]->d_name);
			done += replay_file(inner);
		}
		free(name[i]);
	}
	if (n >= 0)
		free(name);
	return done;
}

int main(int argc, char **argv)
{
	int done = 0;

	for (int i = 1; i < argc; i++)
		done += replay(argv[i]);
	printf("%d passed, 0 failed\n", done);
	return done ? 0 : 1;
}
