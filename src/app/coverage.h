/* SPDX-License-Identifier: MulanPSL-2.0 */
/* coverage.h - how much of the ledger is cited by definitions and proved (language.md 13).
 *
 * cited   some definition of some pack names the rule
 * proved  a passing scenario names it and fails without a node that cites it; or a test in C or in a browser
 *         names it and passed in the last ./test. Those stand in build/proved.txt, which tests/run.sh writes:
 *         one line a rule, RULE<TAB>TEST. Another file: --proved FILE; without a file none of them counts.
 *         A test names its rules in a comment line of its source: "Proves: CF60 CF85".
 * later   law/ledger/later.tsv names the part that brings it: never counted as proved */
#ifndef MINGFA_APP_COVERAGE_H
#define MINGFA_APP_COVERAGE_H

#include "app/command.h"

/* mingfa law coverage [--csv] [--pack P] [--law DIR] [--proved FILE]; arguments after "coverage".
 * Exit code 1 when a rule that is due (SX-SH, YQ-SH, LY1.04, LY1.12, CF) is not proved; with --pack and --csv 0. */
int law_coverage(int argc, char **argv);

#endif
