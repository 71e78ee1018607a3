/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What films and photos say of themselves, read from files of tests/fuzz/corpus/media; and that whoever reads them is
 * confined. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/media.h"

#define CORPUS "tests/fuzz/corpus/media/"

static struct facts read_file(struct arena *a, const char *name)
{
	int fd = open(str_cstr(a, str_fmt(a, CORPUS "%s", name)), O_RDONLY);
	struct facts f;

	cr_assert(fd >= 0, "%s", name);
	media_read(a, fd, &f);
	(void)close(fd);
	return f;
}

static struct str codes(struct arena *a, const char *name)
{
	int fd = open(str_cstr(a, str_fmt(a, CORPUS "%s", name)), O_RDONLY);
	struct buf b;

	cr_assert(fd >= 0, "%s", name);
	buf_init(&b, a, FACTS_TEXT);
	media_codes(a, fd, &b);
	(void)close(fd);
	return buf_str(&b);
}

Test(media, the_code_on_a_scanned_sheet_is_read_from_jpeg_png_and_the_pdf_of_a_scanner)
{
	struct arena *a = arena_new();
	struct str list = codes(a, "sheet.jpg"), receipt = codes(a, "sheet.png");

	cr_expect(str_starts(list, STR("/m/")) && str_ends(list, STR("/do/file_list\n")), "%.*s", STR_FMT(list));
	cr_expect(str_starts(receipt, STR("/m/")) && str_ends(receipt, STR("/do/file_receipt\n")), "%.*s", STR_FMT(receipt));
	cr_expect(str_eq(codes(a, "sheet.pdf"), list), "each code once, a picture that is cut is passed over");
	cr_expect_eq(codes(a, "film.mp4").n, 0);
	(void)arena_free(a);
}

Test(media, a_film_tells_length_codecs_time_and_place)
{
	struct arena *a = arena_new();
	struct facts f = read_file(a, "film.mp4");

	cr_expect_eq(f.fault, FACTS_FINE);
	cr_expect(f.length >= 1900 && f.length <= 2100, "%lld", (long long)f.length);
	cr_expect(str_is(f.video, "h264") && str_is(f.audio, "aac"));
	cr_expect(f.width == 32 && f.height == 32);
	cr_expect_eq(f.made, 1794895330000, "2026-11-17 06:02:10 UTC");
	cr_expect(!f.local && f.placed && f.lat == 36012300 && f.lon == 111512300);
	(void)arena_free(a);
}

Test(media, a_film_that_was_cut_says_so)
{
	struct arena *a = arena_new();
	struct facts front = read_file(a, "cut-index-first.mp4");

	cr_expect_eq(front.fault, FACTS_CUT);
	cr_expect(front.length >= 1900, "its index tells the whole length");
	cr_expect_eq(read_file(a, "cut-index-last.mp4").fault, FACTS_NO_INDEX);
	cr_expect_eq(read_file(a, "cut.avi").fault, FACTS_CUT);
	cr_expect_eq(read_file(a, "film.avi").fault, FACTS_FINE);
	cr_expect_eq(read_file(a, "noise").fault, FACTS_UNREAD);
	cr_expect_eq(read_file(a, "empty").fault, FACTS_UNREAD);
	(void)arena_free(a);
}

Test(media, a_photo_tells_time_device_and_place)
{
	struct arena *a = arena_new();
	struct facts f = read_file(a, "photo.jpg");

	cr_expect_eq(f.fault, FACTS_FINE);
	cr_expect(f.width == 32 && f.height == 16, "%lldx%lld", (long long)f.width, (long long)f.height);
	cr_expect(str_is(f.device, "HUAWEI ANA-AN00"), "%.*s", STR_FMT(f.device));
	cr_expect(f.local && f.made == 1794895330000, "14:02:10 by Shanghai's clock: %lld", (long long)f.made);
	cr_expect(f.placed && f.lat == 36012300 && f.lon == 111512300, "%lld %lld", (long long)f.lat, (long long)f.lon);
	cr_expect_eq(read_file(a, "photo-cut.jpg").fault, FACTS_CUT);
	f = read_file(a, "photo-zone.jpg"); /* big endian, south and west, with a zone */
	cr_expect(!f.local && f.made == 1794895330000 - 3600000, "%lld", (long long)f.made);
	cr_expect(f.placed && f.lat == -36012300 && f.lon == -111512300);
	(void)arena_free(a);
}

#ifndef __SANITIZE_ADDRESS__ /* whose own calls the filter would end */
/* Run by a child that confined itself; each bit is something that it could do all the same. */
static int tries(void)
{
	int could = 0;
	char c;

	if (open("/etc/passwd", O_RDONLY) >= 0)
		could |= 1;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
		could |= 2;
	if (fork() >= 0)
		could |= 4;
	if (write(2, "", 1) >= 0 || read(3, &c, 1) >= 0)
		could |= 8;
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		could |= 16;
	if (malloc(MEDIA_MEMORY))
		could |= 32;
	if (execl("/bin/true", "true", NULL) != -1 || kill(getppid(), 0) == 0)
		could |= 64;
	return could;
}

Test(media, whoever_reads_is_confined)
{
	struct err err = { 0 };
	int status = 0, file = open(CORPUS "film.mp4", O_RDONLY);
	pid_t pid = fork();

	if (pid == 0) {
		(void)dup2(file, 0);
		if (!media_confine(&err))
			_exit(100);
		_exit(tries());
	}
	cr_assert(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "%d", status);
	cr_expect_eq(WEXITSTATUS(status), 0, "it could do %d", WEXITSTATUS(status));
}
#endif
