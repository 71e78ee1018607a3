// SPDX-License-Identifier: MulanPSL-2.0
// mingfa.js - small conveniences; every page works without it. Forms keep themselves as drafts two seconds after
// the last key, and on leaving a field.
"use strict";
(function () {
	var form = document.querySelector("form[data-keep]");
	if (!form || !window.fetch || !window.FormData)
		return;
	var shown = form.querySelector("[data-draft]");
	var timer = 0, last = "", sending = false, sent = false;

	function typed() {
		var data = new FormData(form), body = new URLSearchParams();
		data.forEach(function (value, name) {
			if (typeof value === "string")
				body.append(name, value);
		});
		body.append("quiet", "1");
		body.append("go", "draft");
		return body;
	}

	function keep() {
		var body = typed(), text = body.toString();
		clearTimeout(timer);
		if (text === last || sending || sent)
			return;
		sending = true;
		fetch(form.getAttribute("action").replace(/\/send$/, ""), { method: "POST", body: body, credentials: "same-origin" })
			.then(function (answer) {
				if (!answer.ok)
					throw answer.status;
				return answer.json();
			})
			.then(function (kept) {
				last = text;
				shown.textContent = "草稿已存 " + kept.at;
			})
			.catch(function (status) {
				shown.textContent = status === 401 ? "登录已结束：草稿未存，请在新窗口登录后继续" : "草稿暂未存上，稍后自动再存";
			})
			.finally(function () {
				sending = false;
			});
	}

	last = typed().toString();
	form.addEventListener("input", function () {
		clearTimeout(timer);
		timer = setTimeout(keep, 2000);
	});
	form.addEventListener("change", keep);
	form.addEventListener("submit", function () {
		sent = true;
		clearTimeout(timer);
	});
	document.addEventListener("keydown", function (e) {
		if ((e.ctrlKey || e.metaKey) && e.key === "s") {
			e.preventDefault();
			keep();
		}
	});

	var wrong = document.getElementById("wrong");
	if (wrong)
		wrong.focus();
})();
