// SPDX-License-Identifier: MulanPSL-2.0
// mingfa.js - small conveniences; every page works without it.
"use strict";

// What the form holds, as its server reads it; files themselves come only with the form.
function typed(form, more) {
	var body = new URLSearchParams();
	new FormData(form).forEach(function (value, name) {
		if (typeof value === "string")
			body.append(name, value);
		else if (value.size)
			body.append("chosen", name);
	});
	Object.keys(more).forEach(function (name) {
		body.append(name, more[name]);
	});
	return body;
}

// Forms keep themselves as drafts two seconds after the last key, and on leaving a field.
(function () {
	var form = document.querySelector("form[data-keep]");
	if (!form || !window.fetch || !window.FormData)
		return;
	var shown = form.querySelector("[data-draft]");
	var timer = 0, last = "", sending = false, sent = false;

	function keep() {
		var body = typed(form, { quiet: "1", go: "draft" }), text = body.toString();
		clearTimeout(timer);
		if (text === last || sending || sent)
			return;
		sending = true;
		fetch(form.dataset.keep, { method: "POST", body: body, credentials: "same-origin" })
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

	last = typed(form, { quiet: "1", go: "draft" }).toString();
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

// The paper beside a form, what is wanting and how figures and dates were understood: anew 600 ms after a pause, at most
// one question on its way.
(function () {
	var form = document.querySelector("form[data-keep]");
	if (!form || !window.fetch || !window.DOMParser)
		return;
	var timer = 0, asking = false, again = false;

	function put(answer) {
		var doc = new DOMParser().parseFromString(answer, "text/html");
		document.querySelectorAll("[data-live]").forEach(function (at) {
			var part = doc.querySelector('[data-part="' + at.dataset.live + '"]');
			if (part)
				at.replaceChildren ? at.replaceChildren.apply(at, Array.from(part.childNodes)) : (at.innerHTML = part.innerHTML);
		});
		doc.querySelectorAll("[data-for]").forEach(function (said) {
			var at = document.querySelector('[data-echo="' + said.dataset.for + '"]');
			if (at)
				at.textContent = said.textContent;
		});
	}

	function ask() {
		clearTimeout(timer);
		if (asking) {
			again = true;
			return;
		}
		asking = true;
		again = false;
		fetch(form.dataset.keep + "/preview", { method: "POST", body: typed(form, {}), credentials: "same-origin" })
			.then(function (answer) {
				if (!answer.ok)
					throw answer.status;
				return answer.text();
			})
			.then(put)
			.catch(function () { /* the last one stays; 更新预览 asks again */ })
			.finally(function () {
				asking = false;
				if (again)
					ask();
			});
	}

	function soon() {
		clearTimeout(timer);
		timer = setTimeout(ask, 600);
	}

	form.addEventListener("input", soon);
	form.addEventListener("change", soon);
	document.querySelectorAll("[data-renew]").forEach(function (button) {
		button.addEventListener("click", function (e) {
			e.preventDefault();
			ask();
		});
	});

	// A sentence or a gap leads to its field: the field has the focus, and stands out for a moment.
	document.addEventListener("click", function (e) {
		var link = e.target.closest && e.target.closest('a[href^="#f."]');
		var field = link && document.getElementById(link.getAttribute("href").slice(1));
		if (!field)
			return;
		e.preventDefault();
		show("act");
		var control = field.matches("input, textarea, select") ? field : field.querySelector("input:not([type=hidden]), textarea, select");
		var box = field.closest(".mf-input");
		if (box) {
			box.classList.add("is-led");
			setTimeout(function () { box.classList.remove("is-led"); }, 1600);
			box.scrollIntoView({ block: "center" });
		}
		if (control)
			control.focus({ preventScroll: true });
	});

	// On a narrow screen one of the two panes is shown.
	var panes = document.querySelector(".mf-panes");
	function show(which) {
		if (!panes)
			return;
		panes.parentNode.querySelector(".mf-halves").classList.toggle("is-paper", which === "paper");
		panes.querySelectorAll("a").forEach(function (a) {
			a.classList.toggle("is-here", a.dataset.pane === which);
		});
	}
	if (panes) {
		document.querySelector(".mf-halves").classList.add("mf-panes-on");
		panes.addEventListener("click", function (e) {
			if (!e.target.dataset.pane)
				return;
			e.preventDefault();
			show(e.target.dataset.pane);
		});
		show("act");
	}

	// Dates are typed; the little calendar beside them fills them in.
	form.querySelectorAll("input[data-date]").forEach(function (field) {
		var box = document.createElement("span"), pick = document.createElement("input");
		box.className = "mf-date";
		pick.type = "date";
		pick.tabIndex = -1;
		pick.setAttribute("aria-label", "从日历选择");
		field.parentNode.insertBefore(box, field);
		box.appendChild(field);
		box.appendChild(pick);
		pick.addEventListener("change", function () {
			field.value = pick.value;
			field.dispatchEvent(new Event("input", { bubbles: true }));
			field.dispatchEvent(new Event("change", { bubbles: true }));
		});
	});
})();
