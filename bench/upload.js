// SPDX-License-Identifier: MulanPSL-2.0
// One upload of MIB mebibytes to PORT as COOKIE and CSRF, by tus 1.0.0 in one PATCH. Prints "mib-per-second seconds-until-sealed".
'use strict';
const http = require('node:http');
const { PORT, COOKIE, CSRF, MIB } = process.env;
const all = Number(MIB) * 1048576;
const meta = `kind ${Buffer.from('penalty').toString('base64')},filename ${Buffer.from('a.mp4').toString('base64')}`;
const headers = { 'Tus-Resumable': '1.0.0', Cookie: COOKIE, 'X-CSRF-Token': CSRF };

function ask(method, path, more, body) {
	return new Promise((ok, no) => {
		const r = http.request({ host: '127.0.0.1', port: PORT, method, path, headers: { ...headers, ...more } }, (res) => {
			let text = '';
			res.on('data', (d) => { text += d; });
			res.on('end', () => ok({ status: res.statusCode, headers: res.headers, body: text }));
		});
		r.on('error', no);
		body ? body(r) : r.end();
	});
}

(async () => {
	const piece = Buffer.alloc(1 << 20);
	piece.writeBigUInt64LE(process.hrtime.bigint()); // each time another content
	const made = await ask('POST', '/upload', { 'Upload-Length': all, 'Upload-Metadata': meta });
	const where = made.headers.location;
	if (made.status !== 201) throw new Error(`creation: ${made.status} ${made.body}`);
	const begin = Date.now();
	const sent = await ask('PATCH', where, { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0', 'Content-Length': all }, (r) => {
		const more = (left) => (left ? r.write(piece, () => more(left - piece.length)) : r.end());
		more(all);
	});
	if (sent.status !== 204) throw new Error(`${sent.status} ${sent.body}`);
	const ms = Date.now() - begin;
	while (JSON.parse((await ask('GET', where)).body).state !== 'sealed') await new Promise((ok) => setTimeout(ok, 5));
	console.log(`${(Number(MIB) * 1000 / ms).toFixed(1)} ${((Date.now() - begin) / 1000).toFixed(2)}`);
})().catch((e) => { console.error(e.message); process.exit(1); });
