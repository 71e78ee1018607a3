/* SPDX-License-Identifier: MulanPSL-2.0 */
/* mingfa-media: what the file on descriptor 0 says of itself, as lines on descriptor 1 (media.h). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "media/media.h"

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct facts f;
	struct buf b;
	struct err err = { 0 };

	const bool codes = argc == 2 && strcmp(argv[1], "codes") == 0;

	if (argc > 1 && !codes) {
		(void)puts("用法：mingfa-media [codes] <文件 >结果\n由 mingfa 启动，读取音像文件自带的时长、编码、拍摄时间、设备和位置；codes：扫描件上的二维码。");
		return 2;
	}
#ifndef __SANITIZE_ADDRESS__ /* whose memory is larger than any limit */
	if (!media_confine(&err))
		return 1;
#endif
	(void)err;
	buf_init(&b, a, FACTS_TEXT);
	if (codes) {
		media_codes(a, STDIN_FILENO, &b);
	} else {
		media_read(a, STDIN_FILENO, &f);
		facts_put(&b, &f);
	}
	return buf_ok(&b) && write(STDOUT_FILENO, buf_str(&b).p, buf_str(&b).n) == (ssize_t)buf_str(&b).n ? 0 : 1;
}
