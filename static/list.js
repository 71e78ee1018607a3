// SPDX-License-Identifier: MulanPSL-2.0
// list.js - small conveniences of lists; every list works without them: how many the filters leave, how many rows are
// ticked.
"use strict";
(function () {
	var filters = document.querySelector("form[data-list-filters]");
	var go = document.querySelector("[data-list-go]");
	var all = document.querySelector("[data-list-all]");
	var chosen = document.querySelector("[data-list-chosen]");

	if (filters && go && window.fetch && window.URLSearchParams)
		filters.addEventListener("change", function () {
			var query = new URLSearchParams(new FormData(filters)).toString();

			fetch(filters.getAttribute("action") + "/count?" + query, { credentials: "same-origin" })
				.then(function (answer) {
					return answer.ok ? answer.text() : "查看";
				})
				.then(function (say) {
					go.textContent = say;
				})
				.catch(function () {
					go.textContent = "查看";
				});
		});

	function ticks() {
		return Array.prototype.slice.call(document.querySelectorAll(".mf-tick input[name=m]"));
	}

	function tell() {
		if (chosen)
			chosen.textContent = "已选 " + ticks().filter(function (t) { return t.checked; }).length;
	}

	if (all) {
		all.hidden = false;
		all.addEventListener("change", function () {
			ticks().forEach(function (t) {
				t.checked = all.checked;
			});
			tell();
		});
	}
	document.addEventListener("change", tell);
	tell();
})();
