/* SPDX-License-Identifier: MulanPSL-2.0 */
/* digests: the speed of both digests together, as an upload reckons them. Usage: digests SECONDS. Prints MiB a second. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "base/parse.h"

#define PIECE ((size_t)64 * 1024) /* about what a connection brings at once */

int main(int argc, char **argv)
{
	static unsigned char piece[PIECE];
	EVP_MD_CTX *sha256 = EVP_MD_CTX_new(), *sm3 = EVP_MD_CTX_new();
	int64_t seconds = 3, from, n = 0, ms;

	if (argc > 1 && !parse_i64(str_of(argv[1]), 1, 3600, &seconds))
		return 2;
	memset(piece, 'x', sizeof(piece));
	(void)EVP_DigestInit_ex(sha256, EVP_sha256(), NULL);
	(void)EVP_DigestInit_ex(sm3, EVP_sm3(), NULL);
	for (from = time_monotonic(); (ms = time_monotonic() - from) < seconds * 1000; n++) {
		(void)EVP_DigestUpdate(sha256, piece, PIECE);
		(void)EVP_DigestUpdate(sm3, piece, PIECE);
	}
	(void)printf("both_mib_per_s %.1f\n", (double)n * (double)PIECE / 1048576 * 1000 / (double)ms);
	EVP_MD_CTX_free(sha256);
	EVP_MD_CTX_free(sm3);
	return 0;
}
