/* SPDX-License-Identifier: MulanPSL-2.0 */
/* codes.h - national codes with check digits. */
#ifndef MINGFA_BASE_CODES_H
#define MINGFA_BASE_CODES_H

#include "base/str.h"

/* Unified social credit code (统一社会信用代码), GB 32100-2015: 18 characters and the check character. */
bool code_uscc(struct str s);
/* Citizen identity number (公民身份号码), GB 11643-1999: 18 characters, a real birthday, check digit. */
bool code_idcard(struct str s);
/* A telephone number: 5 to 20 digits, with + - ( ) and blanks between them. */
bool code_phone(struct str s);
/* Division code (行政区划代码), GB/T 2260 with the statistical townships: 2, 4, 6, 9 or 12 digits. */
bool code_region(struct str s);

#endif
