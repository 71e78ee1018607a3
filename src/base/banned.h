/* SPDX-License-Identifier: MulanPSL-2.0 */
/* banned.h - included on the command line before every file of ours: calls that are never right here
 * become compile errors whose text names the function. Use base/str.h, base/buf.h, base/parse.h, base/day.h. */
#ifndef MINGFA_BASE_BANNED_H
#define MINGFA_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atof strtol strtoul strtod gmtime localtime

#endif
