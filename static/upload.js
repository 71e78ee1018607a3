// SPDX-License-Identifier: MulanPSL-2.0
// upload.js - large files of a form are sent piece by piece while the form is filled in, and gone on with after a break or
// another day. Small ones go with the form as they do without scripts.
"use strict";

(function () {
	var form = document.querySelector("form[data-upload]"), SMALL = 1 << 20, PIECE = 16 << 20;
	var running = [], waits = null;
	if (!form || !window.tus || !window.tus.isSupported || !window.DataTransfer)
		return;

	// Whose form it is, by its own address: /m/CODE/do/ACTION or /k/KIND/new.
	function about(file, field) {
		var part = form.dataset.keep.split("/").map(decodeURIComponent);
		var all = { filename: file.name, field: field, mark: [file.name, file.size, file.lastModified].join("|") };
		if (part[1] === "k")
			all.kind = part[2];
		else {
			all.matter = part[2];
			all.action = part[4];
		}
		return all;
	}

	function button(name, act) {
		var b = document.createElement("button");
		b.type = "button";
		b.className = "btn btn-sm";
		b.textContent = name;
		b.addEventListener("click", act);
		return b;
	}

	function time(seconds) {
		return seconds < 90 ? "约" + Math.max(1, Math.round(seconds)) + "秒" : "约" + Math.round(seconds / 60) + "分钟";
	}
	function size(n) {
		return n < 1 << 30 ? Math.max(1, Math.round(n / (1 << 20))) + " MB" : (n / (1 << 30)).toFixed(1) + " GB";
	}

	// A line of a file: name, bar, buttons, what is said.
	function line(box, name) {
		var row = document.createElement("div"), bar = document.createElement("progress"), says = document.createElement("span");
		var label = document.createElement("span"), buttons = document.createElement("span");
		row.className = "mf-sent";
		label.textContent = name;
		bar.max = 1;
		bar.value = 0;
		bar.setAttribute("aria-label", "上传进度：" + name);
		says.className = "mf-sent-says";
		says.setAttribute("role", "status");
		[label, bar, buttons, says].forEach(function (e) { row.appendChild(e); });
		box.appendChild(row);
		return { row: row, bar: bar, buttons: buttons, says: says };
	}

	// What the server says is said; else it is the network.
	function why(error) {
		var answer = error && error.originalResponse, text = answer && answer.getBody && answer.getBody();
		if (answer && answer.getStatus() === 401)
			return "登录已结束。登录后回到这张表单，再选一次这个文件，从断处继续。";
		if (answer && text && text.length < 300 && text.indexOf("<") < 0)
			return text;
		return answer ? "服务器没有收下这一段，请点“继续”再试。" : "网络中断，已传的部分还在。网络恢复后自动继续，也可以点“继续”。";
	}

	// The digest of what has come is told when it is checked.
	function sealed(url, told, failed) {
		fetch(url, { credentials: "same-origin" })
			.then(function (answer) {
				if (!answer.ok)
					throw answer.status;
				return answer.json();
			})
			.then(function (state) {
				if (state.state === "sealed")
					told(state.kept);
				else
					setTimeout(function () { sealed(url, told, failed); }, 1000);
			})
			.catch(failed);
	}

	function keep(box, l, field, kept) {
		var input = document.createElement("input");
		input.type = "hidden";
		input.name = field + ".kept";
		input.value = kept;
		l.row.className = "mf-kept";
		l.bar.remove();
		l.buttons.replaceChildren(button("不要这份", function () {
			l.row.remove();
			form.dispatchEvent(new Event("change"));
		}));
		l.says.textContent = "已传完，已校验";
		l.row.appendChild(input);
		form.dispatchEvent(new Event("change"));
	}

	// Whoever pressed a button before all had come has it pressed when all has.
	function ended(one) {
		running = running.filter(function (x) { return x !== one; });
		if (waits && !running.length) {
			var go = waits;
			waits = null;
			go.click();
		}
	}

	function send(field, box, file) {
		var l = line(box, file.name), meta = about(file, field), begun = 0, from = 0;
		var earlier = Array.from(box.querySelectorAll("[data-mark]")).find(function (e) { return e.dataset.mark === meta.mark; });
		var one = {}, upload;

		function say(text, bad) {
			l.says.textContent = text;
			l.row.classList.toggle("is-bad", bad === true);
		}
		function moving() {
			begun = 0;
			one.moves = true;
			l.buttons.replaceChildren(button("暂停", pause), button("取消", cancel));
		}
		function pause() {
			one.moves = false;
			upload.abort();
			say("已暂停，已传的部分还在。");
			l.buttons.replaceChildren(button("继续", go), button("取消", cancel));
		}
		function go() {
			if (one.moves)
				return;
			moving();
			say("正在继续");
			upload.start();
		}
		function cancel() {
			one.moves = false;
			upload.abort(true).catch(function () { /* it ends by itself after some days */ });
			l.row.remove();
			ended(one);
		}
		one.go = go;
		running.push(one);
		if (earlier)
			earlier.remove();
		upload = new window.tus.Upload(file, {
			endpoint: form.dataset.upload,
			uploadUrl: earlier ? form.dataset.upload + "/" + earlier.dataset.sent : null,
			headers: { "X-CSRF-Token": form.elements.csrf.value },
			metadata: meta,
			chunkSize: PIECE,
			retryDelays: [1000, 3000, 5000, 10000, 20000],
			storeFingerprintForResuming: false,
			onProgress: function (sent, all) {
				var now = Date.now();
				if (!begun) {
					begun = now;
					from = sent;
				}
				var speed = (sent - from) / (now - begun + 1) * 1000;
				l.bar.value = all ? sent / all : 1;
				say(size(all) + "，已传" + Math.floor(all ? 100 * sent / all : 100) + "%"
					+ (speed > 0 && now - begun > 2000 ? "，还要" + time((all - sent) / speed) : ""));
			},
			onError: function (error) {
				one.moves = false;
				waits = null;
				say(why(error), true);
				l.buttons.replaceChildren(button("继续", go), button("取消", cancel));
			},
			onSuccess: function () {
				l.bar.value = 1;
				l.buttons.replaceChildren();
				say("已传完，正在校验");
				sealed(upload.url, function (kept) {
					keep(box, l, field, kept);
					ended(one);
				}, function () {
					one.moves = false;
					say("已传完，暂时问不到校验结果。", true);
					l.buttons.replaceChildren(button("继续", go), button("取消", cancel));
				});
			}
		});
		moving();
		say("正在开始");
		upload.start();
	}

	window.addEventListener("online", function () {
		running.forEach(function (one) { one.go(); });
	});
	window.addEventListener("beforeunload", function (e) {
		if (running.some(function (one) { return one.moves; }))
			e.preventDefault();
	});
	form.addEventListener("submit", function (e) {
		if (!running.length)
			return;
		e.preventDefault();
		e.stopImmediatePropagation();
		waits = e.submitter || form.querySelector(".mf-submit .btn-primary");
		if (!running.some(function (one) { return one.moves; })) {
			waits = null;
			running[0].go();
		}
		form.querySelector("[data-draft]").textContent = "还有文件没有传完，传完后自动提交";
	}, true);

	form.querySelectorAll("[data-sending]").forEach(function (box) {
		var input = document.getElementById(box.dataset.sending), help = form.querySelector('[data-most="' + box.dataset.sending + '"]');
		if (!input)
			return;
		help.textContent = "支持大文件（每份最多8 GB），断网可续传；可以一次选几份，传的时候可以接着填写。";
		box.querySelectorAll("[data-mark]").forEach(function (e) { e.hidden = false; });
		input.addEventListener("change", function (e) {
			var small = new DataTransfer(), large = [];
			Array.from(input.files).forEach(function (f) {
				var begun = Array.from(box.querySelectorAll("[data-mark]")).some(function (x) { return x.dataset.mark.indexOf(f.name + "|") === 0; });
				if (f.size > SMALL || begun)
					large.push(f);
				else
					small.items.add(f);
			});
			if (!large.length)
				return;
			input.files = small.files;
			large.forEach(function (f) { send(input.name, box, f); });
		});
	});
})();
