// SPDX-License-Identifier: MulanPSL-2.0
// palette.js - a Chromium screenshot (PNG, 8 bits RGB or RGBA) as a PNG of at most 256 colours: the commonest ones, all
// others as the nearest of them. A quarter of the size, and letters stay sharp.
'use strict';
const zlib = require('node:zlib');

function decode(png) {
	const data = [];
	let at = 8, head;
	while (at < png.length) {
		const n = png.readUInt32BE(at), type = png.toString('latin1', at + 4, at + 8), body = png.subarray(at + 8, at + 8 + n);
		if (type === 'IHDR') head = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), step: body[9] === 6 ? 4 : 3 };
		if (type === 'IDAT') data.push(body);
		at += 12 + n;
	}
	return { ...head, rows: unfilter(zlib.inflateSync(Buffer.concat(data)), head) };
}

function paeth(a, b, c) {
	const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
	return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

function unfilter(raw, { width, height, step }) {
	const line = width * step, out = Buffer.alloc(line * height);
	for (let y = 0; y < height; y++) {
		const filter = raw[y * (line + 1)];
		for (let x = 0; x < line; x++) {
			const a = x >= step ? out[y * line + x - step] : 0, b = y ? out[(y - 1) * line + x] : 0;
			const c = x >= step && y ? out[(y - 1) * line + x - step] : 0;
			const add = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
			out[y * line + x] = raw[y * (line + 1) + 1 + x] + add;
		}
	}
	return out;
}

function chunk(type, body) {
	const out = Buffer.alloc(12 + body.length);
	out.writeUInt32BE(body.length, 0);
	out.write(type, 4, 'latin1');
	body.copy(out, 8);
	out.writeUInt32BE(zlib.crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
	return out;
}

function reduce(png) {
	const { width, height, step, rows } = decode(png);
	const count = new Map(), pixel = new Uint32Array(width * height);
	for (let i = 0; i < pixel.length; i++) {
		pixel[i] = (rows[i * step] << 16) | (rows[i * step + 1] << 8) | rows[i * step + 2];
		count.set(pixel[i], (count.get(pixel[i]) || 0) + 1);
	}
	const colours = [...count].sort((a, b) => b[1] - a[1]).slice(0, 256).map((c) => c[0]);
	const place = new Map(colours.map((c, i) => [c, i]));
	const far = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + ((a >> 8 & 255) - (b >> 8 & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
	for (const c of count.keys()) {
		if (!place.has(c)) place.set(c, colours.reduce((best, x, i) => (far(x, c) < far(colours[best], c) ? i : best), 0));
	}
	const raw = Buffer.alloc((width + 1) * height), head = Buffer.alloc(13), table = Buffer.alloc(colours.length * 3);
	for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) raw[y * (width + 1) + 1 + x] = place.get(pixel[y * width + x]);
	colours.forEach((c, i) => table.writeUIntBE(c, i * 3, 3));
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 3, 0, 0, 0], 8);
	return Buffer.concat([png.subarray(0, 8), chunk('IHDR', head), chunk('PLTE', table), chunk('IDAT', zlib.deflateSync(raw, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

module.exports = { reduce };
