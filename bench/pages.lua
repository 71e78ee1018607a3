-- SPDX-License-Identifier: MulanPSL-2.0
-- wrk: pages of random cases (MODE=page), or lists by filter and words (MODE=list, MODE=text, MODE=pair). N cases were filled in.
math.randomseed(os.time())
local n, mode = tonumber(os.getenv("N")), os.getenv("MODE")
local head = { ["Cookie"] = os.getenv("COOKIE") }

request = function()
	local i = math.random(1, n)
	if mode == "page" then
		local a, b = math.floor(i / 65536), i % 65536
		return wrk.format("GET", string.format("/m/018f%04x-%04x-7000-8000-%012x", a, b, i), head)
	elseif mode == "list" then
		return wrk.format("GET", "/k/penalty?state=suspended&scope=organ", head)
	elseif mode == "pair" then -- 仓储 运输
		return wrk.format("GET", "/k/penalty?q=%E4%BB%93%E5%82%A8+%E8%BF%90%E8%BE%93", head)
	end
	return wrk.format("GET", "/k/penalty?state=suspended&q=" .. string.format("%%E5%%8E%%8B%%E6%%B5%%8B%d", i), head)
end
