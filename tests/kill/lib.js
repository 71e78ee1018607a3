// SPDX-License-Identifier: MulanPSL-2.0
// lib.js - write load whose acknowledgements are remembered, and what must hold in the record whatever happened.
'use strict';
const http = require('node:http');
const { randomUUID, openLead, request, expect, that, wait, within } = require('../http/lib.js');

// Clients that open leads and act on them, as fast as they are answered. Each keeps a list of once-tokens: acknowledged,
// told that it was not done, or unknown (sent, and no answer came).
class Load {
	constructor() {
		this.acknowledged = new Map(); // token -> address of the matter
		this.turnedAway = new Map(); // token -> what was said
		this.unknown = new Set();
		this.other = [];
		this.clients = [];
	}

	start(who, n) {
		this.over = false;
		this.agent = new http.Agent({ keepAlive: true, maxSockets: n });
		this.clients = Array.from({ length: n }, () => this.client(who));
	}

	// At least ms of load, and until `more` writes were acknowledged: a busy machine begins slowly.
	async reach(more, ms) {
		const had = this.acknowledged.size, begin = Date.now();
		await wait(ms);
		while (this.acknowledged.size - had <= more && Date.now() - begin < 20000)
			await wait(20);
		that(this.acknowledged.size - had > more, `only ${this.acknowledged.size - had} writes in ${Date.now() - begin} ms, no load`);
	}

	async client(who) {
		while (!this.over) {
			const token = randomUUID();
			const at = await this.send(() => openLead(who, token, { agent: this.agent }), token);
			if (!at || this.over) continue;
			const second = randomUUID();
			await this.send(() => request(who.server.port, 'POST', `${at}/do/start_lead_test`, {
				cookie: who.cookie, agent: this.agent,
				form: { csrf: who.csrf, request: second, version: 1, go: 'act', 'f.test_sort': 'detect', 'f.test_org': '示例检测所' },
			}), second);
		}
	}

	async send(fn, token) {
		try {
			const r = await fn();
			if (r.status === 303) {
				const at = r.headers.location.replace(/\?.*/, '');
				this.acknowledged.set(token, at);
				return at;
			}
			const said = `${r.status} ${r.body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').slice(0, 300)}`;
			if (r.body.includes('还不知道这一步是否已经记下')) this.unknown.add(token);
			else this.turnedAway.set(token, said);
			if (r.status < 500) this.other.push(said);
			await wait(20);
		} catch {
			this.unknown.add(token);
			await wait(20);
		}
		return null;
	}

	async stop() {
		this.over = true;
		await within(60000, 'end of the load', Promise.all(this.clients));
		this.agent.destroy();
	}

	// What the clients were told is what is there.
	check(server) {
		const stored = new Set(server.ask('SELECT request FROM event WHERE request IS NOT NULL').split('\n'));
		const lost = [...this.acknowledged.keys()].filter((t) => !stored.has(t));
		const ghost = [...this.turnedAway.keys()].filter((t) => stored.has(t));
		expect(lost.length, 0, `acknowledged and lost (${lost.slice(0, 3)})`);
		expect(ghost.length, 0, `told that it was not done, and done (${ghost.slice(0, 3)}): ${this.turnedAway.get(ghost[0])}`);
		expect(this.other.length, 0, `answers that nobody should get here: ${this.other[0]}`);
	}
}

// Each question must be answered with 0.
const whole = {
	'events without body': 'SELECT count(*) FROM event e LEFT JOIN event_body b ON b.event = e.id WHERE b.event IS NULL',
	'events without leaf': 'SELECT count(*) FROM event e LEFT JOIN leaf l ON l.event = e.id WHERE l.event IS NULL',
	'log size and events': 'SELECT (SELECT size FROM log_head) - (SELECT count(*) FROM event)',
	'gaps in the log': 'SELECT count(*) - coalesce(max(idx), -1) - 1 FROM leaf',
	'leaves out of order': 'SELECT count(*) FROM (SELECT event - lag(event) OVER (ORDER BY idx) AS d FROM leaf) x WHERE d <= 0',
	'snapshots behind their events': 'SELECT count(*) FROM matter m WHERE m.version <> (SELECT count(*) FROM event e WHERE e.matter = m.id) OR m.version <> (SELECT max(seq) FROM event e WHERE e.matter = m.id)',
	'once-tokens used twice': 'SELECT count(*) - count(DISTINCT request) FROM event WHERE request IS NOT NULL',
	'matters that nobody sees': 'SELECT count(*) FROM matter m LEFT JOIN matter_reader r ON r.matter = m.id WHERE m.kind = \'penalty\' AND r.matter IS NULL',
	'leads without their clock': 'SELECT count(*) FROM matter m WHERE m.kind = \'penalty\' AND m.state = \'lead\' AND NOT EXISTS (SELECT 1 FROM clock c WHERE c.matter = m.id)',
	'numbers given twice': 'SELECT count(*) - count(DISTINCT organ || \' \' || number) FROM matter WHERE number <> \'\' AND kind = \'penalty\'',
	'doubled titles of leads': 'SELECT count(*) - count(DISTINCT title) FROM matter WHERE title LIKE \'演练线索%\'',
};

function checkWhole(server) {
	for (const [what, sql] of Object.entries(whole)) expect(server.count(sql), 0, what);
	if (!server.db) expect(server.ask('PRAGMA quick_check'), 'ok', 'quick_check');
}

module.exports = { Load, checkWhole };
