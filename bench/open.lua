-- SPDX-License-Identifier: MulanPSL-2.0
-- wrk: each request registers a lead, the smallest act that makes a matter. COOKIE, CSRF and DAY come by environment.
math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 100000)
local hex = function(n) local s = "" for _ = 1, n do s = s .. string.format("%x", math.random(0, 15)) end return s end
local head = { ["Cookie"] = os.getenv("COOKIE"), ["Content-Type"] = "application/x-www-form-urlencoded" }
local fixed = "csrf=" .. os.getenv("CSRF") .. "&version=0&go=act&f.source=check&f.found_on=" .. os.getenv("DAY")
	.. "&f.lead_text=%E6%A3%80%E6%9F%A5%E6%97%B6%E5%8F%91%E7%8E%B0&f.cause=%E5%8E%8B%E6%B5%8B"

request = function()
	local id = hex(8) .. "-" .. hex(4) .. "-4" .. hex(3) .. "-8" .. hex(3) .. "-" .. hex(12)
	return wrk.format("POST", "/k/penalty/new", head, fixed .. id .. "&request=" .. id)
end
