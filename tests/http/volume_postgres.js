// SPDX-License-Identifier: MulanPSL-2.0
// Volumes as volume.js binds and packs them, with the records on PostgreSQL.
'use strict';
if (!process.env.MINGFA_TEST_PG) {
	console.log('skipped: MINGFA_TEST_PG is not set\n0 passed, 0 failed, 1 skipped');
} else {
	process.env.VOLUME_ON = 'postgres';
	require('./volume.js');
}
