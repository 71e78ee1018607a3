/* SPDX-License-Identifier: MulanPSL-2.0 */
/* status.h - the page 运行状况. */
#ifndef MINGFA_APP_STATUS_H
#define MINGFA_APP_STATUS_H

#include "app/frame.h"
#include "app/ops.h"

struct status_view {
	struct frame frame;
	const struct figure_view *figure;
	size_t n;
	bool read_only;
};

#endif
