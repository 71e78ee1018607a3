-- SPDX-License-Identifier: MulanPSL-2.0
-- wrk: what people ask of the public side, each from an address of its own, so that the limits an address has do not answer. MODE:
-- number (one decision's), name (two characters of a name), year (the same and a year), facts (two words of what was done), organ
-- (all of an organ), type (all of a type and year), pair (two trades that are rarely together), none (words that no decision has),
-- statistics (the page of a year). N decisions were filled in (bench/public.sql).
math.randomseed(os.time())
local n, mode, year = tonumber(os.getenv("N")), os.getenv("MODE"), os.getenv("YEAR")

local function characters(s)
	local all = {}
	for c in s:gmatch("[\xe0-\xef][\x80-\xbf][\x80-\xbf]") do all[#all + 1] = c end
	return all
end
local name = characters("宏昌兴盛瑞祥福泰丰裕恒顺鑫达荣华嘉佳美康安宁永久长远广源通汇聚德仁义诚信和谐")
local facts = { "警示标志", "维护保养", "教育培训", "特种作业", "应急救援", "劳动防护", "动火作业", "管理协议", "消防通道", "登记建档" }

local function pick(list)
	return list[math.random(#list)]
end
local function decisions(q, rest)
	local hex = q:gsub("[^%w]", function(c) return string.format("%%%02X", c:byte()) end)
	return "/decisions?q=" .. hex .. (rest or "")
end
local asked = {
	number = function() return decisions("〔" .. year .. "〕" .. math.random(n) .. "号") end,
	name = function() return decisions(pick(name) .. pick(name)) end,
	year = function() return decisions(pick(name) .. pick(name), "&year=" .. year) end,
	facts = function() return decisions(pick(name) .. pick(name) .. " " .. pick(facts)) end,
	organ = function() return "/decisions?organ=" .. os.getenv("ORGAN") end,
	type = function() return "/decisions?type=penalty_act&year=" .. year end,
	pair = function() return decisions("仓储运输") end,
	none = function() return decisions(pick(facts) .. " " .. pick(name) .. pick(name) .. "塘") end,
	statistics = function() return "/statistics?year=" .. year end,
}

request = function()
	wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
	return wrk.format("GET", asked[mode]())
end
