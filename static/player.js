// SPDX-License-Identifier: MulanPSL-2.0
// player.js - a mark jumps within the page, and the moment that is played is written into the form. Without it a mark's link
// opens the page at its moment.
"use strict";

(function () {
	var player = document.querySelector("[data-player]"), now = document.querySelector("[data-now]"), moment = document.getElementById("moment");

	function two(n) {
		return (n < 10 ? "0" : "") + n;
	}
	function text(seconds) {
		var s = Math.floor(seconds), m = Math.floor(s / 60), h = Math.floor(m / 60);
		return h ? h + ":" + two(m % 60) + ":" + two(s % 60) : m + ":" + two(s % 60);
	}
	if (!player)
		return;
	document.querySelectorAll("[data-at]").forEach(function (mark) {
		mark.addEventListener("click", function (e) {
			e.preventDefault();
			player.currentTime = Number(mark.dataset.at);
			player.scrollIntoView({ block: "nearest" });
		});
	});
	if (!now)
		return;
	now.hidden = false;
	now.addEventListener("click", function () {
		player.pause();
		moment.value = text(player.currentTime);
		document.getElementById("text").focus();
	});
})();
