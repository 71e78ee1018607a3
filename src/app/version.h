/* SPDX-License-Identifier: MulanPSL-2.0 */
/* version.h - which program this is. */
#ifndef MINGFA_APP_VERSION_H
#define MINGFA_APP_VERSION_H

extern const char program_version[]; /* 0.2.0 */
extern const char program_commit[];  /* of the sources, a "+" behind it when they were changed; "" when it is not known */

#endif
