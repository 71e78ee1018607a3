// SPDX-License-Identifier: MulanPSL-2.0
// Opens each DIR/NAME.ofd with another program (ofd.js) and compares its text with that of DIR/NAME.pdf, as poppler reads it;
// checks what ofd.js does not: the order of elements after GB/T 33190, ids that are given once, files that exist.
// Prints a line for each that is wrong, and last how many were right.
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { JSDOM } = require('jsdom');

// ofd.js expects to live in a page.
const { window } = new JSDOM('<!doctype html><body></body>');
for (const name of ['document', 'navigator', 'DOMParser', 'XMLSerializer', 'HTMLElement', 'Node', 'Element', 'Image', 'FileReader', 'Blob', 'File']) {
	Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}
Object.assign(globalThis, { window, self: window });
const { parseOfdDocument, renderOfd } = require('ofd.js/lib/ofd.common.js');

function opened(file) {
	const b = fs.readFileSync(file);
	return new Promise((ok, no) => {
		setTimeout(() => no(new Error('ofd.js said nothing')), 20000).unref();
		Promise.resolve(parseOfdDocument({ ofd: b.buffer.slice(b.byteOffset, b.byteOffset + b.length), success: ok, fail: no })).catch(no);
	}).then((docs) => renderOfd(800, docs[0]));
}

// poppler joins a word that a line's end divides at its hyphen.
const plain = (text) => text.replace(/[-\s\u3000]+/g, '');
const sorted = (text) => [...text].sort().join('');

/* ---- the schema ---- */

const order = {
	'ofd:OFD': ['ofd:DocBody'],
	'ofd:DocBody': ['ofd:DocInfo', 'ofd:DocRoot'],
	'ofd:DocInfo': ['ofd:DocID', 'ofd:Title', 'ofd:Author', 'ofd:CreationDate', 'ofd:Creator'],
	'ofd:Document': ['ofd:CommonData', 'ofd:Pages'],
	'ofd:CommonData': ['ofd:MaxUnitID', 'ofd:PageArea', 'ofd:PublicRes'],
	'ofd:Res': ['ofd:Fonts'],
	'ofd:Page': ['ofd:Area', 'ofd:Content'],
	'ofd:TextObject': ['ofd:FillColor', 'ofd:TextCode'],
	'ofd:PathObject': ['ofd:(Stroke|Fill)Color', 'ofd:AbbreviatedData'], // a line, or a dark square of a QR code
};

function schema(file) {
	const names = execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' }).trim().split('\n');
	const xml = (name) => new window.DOMParser().parseFromString(execFileSync('unzip', ['-p', file, name], { encoding: 'utf8', maxBuffer: 1 << 26 }), 'application/xml');
	const wrong = names[0] === 'OFD.xml' ? [] : ['OFD.xml is not the first'];
	const ids = new Map();
	for (const name of names.filter((n) => n.endsWith('.xml'))) {
		for (const e of xml(name).getElementsByTagName('*')) {
			if (e.nodeName === 'parsererror') wrong.push(`${name} is no XML`);
			if (e.namespaceURI !== 'http://www.ofdspec.org/2016') wrong.push(`${name}: ${e.nodeName} is of no namespace`);
			// A page of the list has an id; its file's root has none.
			if (order[e.nodeName] && e.children.length > 0) {
				const got = [...e.children].map((c) => c.nodeName).join(' ');
				if (!new RegExp(`^${order[e.nodeName].join(' ')}$`).test(got)) wrong.push(`${name}: ${e.nodeName} has ${got}`);
			}
			const id = e.getAttribute('ID');
			if (id && ids.has(id)) wrong.push(`${name}: id ${id} was given to ${ids.get(id)} before`);
			if (id) ids.set(id, `${name} ${e.nodeName}`);
			const code = e.nodeName === 'ofd:TextCode' ? e.textContent : '';
			if (code.length > 1) {
				const n = e.getAttribute('DeltaX').replace(/g (\d+) (\S+)/g, (_, k, v) => Array(Number(k)).fill(v).join(' ')).split(' ').length;
				if (n !== [...code].length - 1) wrong.push(`${name}: ${n} advances for “${code}”`);
			}
		}
	}
	const most = Number(xml('Doc_0/Document.xml').getElementsByTagName('ofd:MaxUnitID')[0].textContent);
	if ([...ids.keys()].some((id) => Number(id) > most)) wrong.push(`an id is above MaxUnitID ${most}`);
	for (const f of xml('Doc_0/PublicRes.xml').getElementsByTagName('ofd:FontFile')) {
		if (!names.includes(`Doc_0/Res/${f.textContent}`)) wrong.push(`the font ${f.textContent} is not there`);
	}
	return wrong;
}

(async () => {
	let right = 0;
	for (const file of fs.readdirSync(process.argv[2]).filter((f) => f.endsWith('.ofd')).map((f) => path.join(process.argv[2], f))) {
		try {
			const wrong = schema(file);
			const pages = await opened(file);
			const pdf = execFileSync('pdftotext', ['-enc', 'UTF-8', file.replace(/ofd$/, 'pdf'), '-'], { encoding: 'utf8', maxBuffer: 1 << 26 });
			// Readers order cells of tables differently: the same characters must be there, and every page.
			if (sorted(plain(pages.map((p) => p.textContent).join(''))) !== sorted(plain(pdf))) wrong.push('its text is not that of the PDF');
			if (pages.length !== pdf.split('\f').length - 1) wrong.push(`${pages.length} pages`);
			if (wrong.length) console.log(`${path.basename(file)}: ${wrong.slice(0, 5).join('; ')}`);
			else right++;
		} catch (e) {
			console.log(`${path.basename(file)}: ${e && e.message ? e.message : e}`);
		}
	}
	console.log(right);
	process.exit(0);
})();
