-- SPDX-License-Identifier: MulanPSL-2.0
-- wrk: the public search by a word that one decision has (MODE=one), by two frequent words (MODE=pair), by type and year
-- (MODE=type); or the page of its statistics (MODE=statistics). N decisions were filled in.
math.randomseed(os.time())
local n, mode = tonumber(os.getenv("N")), os.getenv("MODE")

-- Each question comes from an address of its own, so that the limits an address has do not answer.
request = function()
	wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
	if mode == "one" then
		return wrk.format("GET", string.format("/decisions?q=%%E5%%8E%%8B%%E6%%B5%%8B%d", math.random(1, n)))
	elseif mode == "pair" then -- 仓储 运输
		return wrk.format("GET", "/decisions?q=%E4%BB%93%E5%82%A8+%E8%BF%90%E8%BE%93")
	end
	if mode == "statistics" then
		return wrk.format("GET", "/statistics?year=" .. os.getenv("YEAR"))
	end
	return wrk.format("GET", "/decisions?type=penalty_act&year=" .. os.getenv("YEAR"))
end
