// SPDX-License-Identifier: MulanPSL-2.0
// frame.js - on every page: single keys and the counts of what waits. All of it is also there without.
"use strict";

// Single keys: not while something is typed or composed, not with other keys, not when they were switched off (我的).
(function () {
	var at = -1, gone = 0;

	function typing(e) {
		var t = e.target;
		return e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey || e.altKey || !document.body.dataset.keys
			|| (t && t.closest && t.closest("input, textarea, select, [contenteditable]"));
	}
	function rows() {
		return Array.from(document.querySelectorAll(".mf-row-title, .mf-list-title a")).filter(function (a) {
			return a.getClientRects().length;
		});
	}
	function move(by) {
		var all = rows(), now = all.indexOf(document.activeElement);
		if (!all.length)
			return;
		at = Math.max(0, Math.min(all.length - 1, (now < 0 ? at : now) + by));
		all[at].focus();
	}
	document.addEventListener("keydown", function (e) {
		if (typing(e))
			return;
		if (gone && Date.now() - gone < 1500 && (e.key === "d" || e.key === "D")) {
			location.href = "/";
			return;
		}
		gone = 0;
		switch (e.key) {
		case "/":
			e.preventDefault();
			document.getElementById("mf-q").focus();
			break;
		case "g": case "G":
			gone = Date.now();
			break;
		case "j": case "J":
			move(1);
			break;
		case "k": case "K":
			move(-1);
			break;
		case "n": case "N":
			location.href = "/new";
			break;
		case "?":
			location.href = "/me#keys";
			break;
		}
	});
})();

// What waits for me, once a minute while the page is looked at; the server answers 304 when nothing has changed.
(function () {
	var desk = document.querySelector("[data-count=mine]");
	if (!desk || !window.fetch)
		return;
	setInterval(function () {
		if (document.hidden)
			return;
		fetch("/desk/count", { credentials: "same-origin" })
			.then(function (answer) {
				if (!answer.ok)
					throw answer.status;
				return answer.json();
			})
			.then(function (count) {
				["mine", "unread"].forEach(function (name) {
					document.querySelectorAll("[data-count=" + name + "]").forEach(function (at) {
						at.textContent = count[name] > 99 ? "99+" : count[name];
						at.hidden = !count[name];
					});
				});
			})
			.catch(function () { /* the next minute asks again */ });
	}, 60000);
})();

// A button that prints the page.
document.querySelectorAll("[data-print]").forEach(function (button) {
	button.hidden = false;
	button.addEventListener("click", function () {
		window.print();
	});
});

// Seconds that are left, counted down; when they are over the page asks how things stand. The clock of this machine is not asked.
document.querySelectorAll("[data-left]").forEach(function (at) {
	var left = Number(at.dataset.left), began = performance.now();

	function two(n) {
		return (n < 10 ? "0" : "") + n;
	}
	var timer = setInterval(function () {
		var s = Math.max(0, left - Math.floor((performance.now() - began) / 1000));

		at.textContent = two(Math.floor(s / 3600)) + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
		if (s > 0)
			return;
		clearInterval(timer);
		setTimeout(function () { location.reload(); }, 1000);
	}, 1000);
});
