/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/version.h"

#include "build.h"

const char program_version[] = BUILD_VERSION;
const char program_commit[] = BUILD_COMMIT;
