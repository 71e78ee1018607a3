/* SPDX-License-Identifier: MulanPSL-2.0 */
/* attr.h - the few compiler attributes and macros that every file may use. */
#ifndef MINGFA_BASE_ATTR_H
#define MINGFA_BASE_ATTR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define NORETURN __attribute__((noreturn))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
