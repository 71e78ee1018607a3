/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/codes.h"

#include <string.h>

#include "base/day.h"

static int index_in(const char *alphabet, char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

bool code_uscc(struct str s)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	static const int weight[] = { 1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28 };
	int sum = 0;

	if (s.n != 18)
		return false;
	for (size_t i = 0; i < 17; i++) {
		int v = index_in(alphabet, s.p[i]);

		if (v < 0)
			return false;
		sum += v * weight[i];
	}
	return index_in(alphabet, s.p[17]) == (31 - sum % 31) % 31;
}

bool code_idcard(struct str s)
{
	static const int weight[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0, date = 0;

	if (s.n != 18)
		return false;
	for (size_t i = 0; i < 17; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		sum += (s.p[i] - '0') * weight[i];
		if (i >= 6 && i < 14)
			date = date * 10 + (s.p[i] - '0');
	}
	return day_valid(date / 10000, date / 100 % 100, date % 100) && s.p[17] == "10X98765432"[sum % 11];
}

bool code_phone(struct str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (index_in("+-() ", s.p[i]) < 0)
			return false;
	}
	return digits >= 5 && digits <= 20 && s.n <= 30;
}

bool code_region(struct str s)
{
	if (s.n != 2 && s.n != 4 && s.n != 6 && s.n != 9 && s.n != 12)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}
