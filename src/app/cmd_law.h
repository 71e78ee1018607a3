/* SPDX-License-Identifier: MulanPSL-2.0 */
/* cmd_law.h - `mingfa law …` and `mingfa workday`. Definitions come from the binary, or from a folder with
 * `--law DIR`. */
#ifndef MINGFA_APP_CMD_LAW_H
#define MINGFA_APP_CMD_LAW_H

#include "app/command.h"
#include "law/law.h"

int cmd_law(int argc, char **argv);
int cmd_workday(int argc, char **argv);

/* Findings as people read them, errors first: place, sentence, hint. warnings false: errors alone. */
void findings_print(const struct diag *d, bool warnings);

#endif
