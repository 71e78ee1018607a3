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

// Forms keep themselves as drafts two seconds after the last key, every four while somebody types on, on leaving a field
// and on leaving the page.
(function () {
	var form = document.querySelector("form[data-keep]");
	if (!form || !window.fetch || !window.FormData)
		return;
	var shown = form.querySelector("[data-draft]"), clash = form.querySelector("[data-clash]");
	var more = { quiet: "1", go: "draft" };
	var timer = 0, since = 0, last = "", sending = false, sent = false, clashed = false;

	function say(text, two) {
		shown.textContent = text;
		clash.hidden = !two;
		clashed = two;
	}

	function keep(always) {
		var body = typed(form, more), text = body.toString();
		clearTimeout(timer);
		since = 0;
		if ((text === last && always !== true) || sending || sent || clashed)
			return;
		sending = true;
		fetch(form.dataset.keep, { method: "POST", body: body, credentials: "same-origin" })
			.then(function (answer) {
				if (!answer.ok && answer.status !== 409)
					throw answer.status;
				return answer.json();
			})
			.then(function (kept) {
				idle();
				if (kept.clash)
					return say("这张表单" + kept.clash + "在另一个窗口改过，没有覆盖。", true);
				var same = typed(form, more).toString() === text;
				form.elements.kept.value = kept.kept;
				last = same ? typed(form, more).toString() : "";
				say("草稿已存 " + kept.at + (kept.since ? "；" + kept.since : ""), false);
			})
			.catch(function (status) {
				if (status === 401)
					ended();
				else
					say("草稿暂未存上，稍后自动再存", false);
			})
			.finally(function () {
				sending = false;
			});
	}

	last = typed(form, more).toString();
	form.addEventListener("input", function () {
		var now = Date.now();
		clearTimeout(timer);
		since = since || now;
		if (now - since > 4000)
			keep();
		else
			timer = setTimeout(keep, 2000);
	});
	form.addEventListener("change", function () { keep(); });
	form.addEventListener("submit", function () {
		sent = true;
		clearTimeout(timer);
	});
	window.addEventListener("pagehide", function () {
		var body = typed(form, more);
		if (!sent && !clashed && body.toString() !== last && navigator.sendBeacon)
			navigator.sendBeacon(form.dataset.keep, body);
	});
	window.addEventListener("pageshow", function () { sent = false; });
	document.addEventListener("keydown", function (e) {
		if ((e.ctrlKey || e.metaKey) && e.key === "s") {
			e.preventDefault();
			keep(true);
		}
		if ((e.ctrlKey || e.metaKey) && e.key === "Enter" && !e.isComposing && form.contains(e.target)) {
			e.preventDefault();
			form.querySelector(".mf-submit .btn-primary").click();
		}
	});

	// The session ends without a word for so many minutes: five before its end that is said.
	var bar = null, idleTimer = 0;
	function notice(text, name, act) {
		var button = document.createElement("button");
		if (bar)
			bar.remove();
		bar = document.createElement("div");
		bar.className = "mf-alert mf-alert-warn mf-idle";
		bar.setAttribute("role", "alert");
		bar.textContent = text;
		button.className = "btn btn-sm";
		button.type = "button";
		button.textContent = name;
		button.addEventListener("click", act);
		bar.appendChild(button);
		document.body.appendChild(bar);
	}
	function idle() {
		if (bar)
			bar.remove();
		bar = null;
		clearTimeout(idleTimer);
		idleTimer = setTimeout(function () {
			notice("已有一段时间没有操作，登录将在5分钟后结束。", "继续填写", function () { keep(true); });
		}, (Number(form.dataset.idle) - 5) * 60000);
	}
	// The form goes to the server as it stands and comes back after signing in.
	function ended() {
		shown.textContent = "";
		notice("登录已结束，所填内容还在。", "登录后继续填写", function () {
			var go = document.createElement("input");
			go.type = "hidden";
			go.name = "go";
			go.value = "draft";
			form.appendChild(go);
			form.setAttribute("action", form.dataset.keep);
			form.removeAttribute("enctype");
			sent = true;
			form.submit();
		});
	}
	idle();

	// A draft that was thrown away can be had back at once for ten seconds, and from 草稿箱 for 30 days.
	var undo = document.querySelector("[data-undo]");
	if (undo)
		setTimeout(function () { undo.remove(); }, 10000);

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
		var fold = field.closest("details.mf-fold");
		if (fold)
			fold.open = true;
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

// A citation opens at the right of the page that it stands on; with a modifier key or without scripts it is a page.
(function () {
	if (!window.fetch || !window.DOMParser)
		return;
	var drawer = null, from = null;

	// Copying needs a script; without one the words can be selected.
	function offer(where) {
		where.querySelectorAll(".mf-copy").forEach(function (e) { e.hidden = false; });
	}

	// An office's server seldom has a certificate, and then there is no navigator.clipboard.
	function take(text, done) {
		function byHand() {
			var box = document.createElement("textarea");
			box.value = text;
			box.className = "mf-copied";
			document.body.appendChild(box);
			box.select();
			if (document.execCommand("copy"))
				done();
			box.remove();
		}
		if (navigator.clipboard)
			navigator.clipboard.writeText(text).then(done, byHand);
		else
			byHand();
	}

	function close() {
		if (drawer)
			drawer.remove();
		drawer = null;
		if (from)
			from.focus();
	}

	function open(answer) {
		var main = new DOMParser().parseFromString(answer, "text/html").getElementById("main");
		var button = document.createElement("button"), heading;
		if (!main)
			throw 0;
		if (drawer)
			drawer.remove();
		main.querySelectorAll(".mf-crumbs").forEach(function (e) { e.remove(); });
		heading = main.querySelector("h1");
		drawer = document.createElement("aside");
		drawer.className = "mf-drawer";
		drawer.setAttribute("aria-label", "条文");
		button.className = "btn btn-sm mf-drawer-close";
		button.type = "button";
		button.textContent = "关闭";
		button.addEventListener("click", close);
		drawer.appendChild(button);
		if (heading) {
			var h = document.createElement("h2");
			h.className = "mf-h1";
			h.textContent = heading.textContent;
			heading.replaceWith(h);
		}
		Array.from(main.childNodes).forEach(function (e) { drawer.appendChild(e); });
		offer(drawer);
		document.body.appendChild(drawer);
		button.focus();
	}

	document.addEventListener("click", function (e) {
		var cite = e.target.closest && e.target.closest("a.mf-cite"), copy = e.target.closest && e.target.closest("[data-copy]");
		if (copy) {
			take(copy.dataset.copy, function () { copy.textContent = "已复制"; });
			return;
		}
		if (!cite || e.ctrlKey || e.metaKey || e.shiftKey || e.button || (drawer && drawer.contains(cite)))
			return;
		e.preventDefault();
		from = cite;
		fetch(cite.href, { credentials: "same-origin" })
			.then(function (answer) {
				if (!answer.ok)
					throw answer.status;
				return answer.text();
			})
			.then(open)
			.catch(function () { location.href = cite.href; });
	});
	document.addEventListener("keydown", function (e) {
		if (e.key === "Escape" && drawer)
			close();
	});
	// 〔为什么〕 leads to what is folded.
	function unfold() {
		var at = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
		if (at && at.tagName === "DETAILS")
			at.open = true;
	}
	window.addEventListener("hashchange", unfold);
	unfold();
	offer(document);
})();
