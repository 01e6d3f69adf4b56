-- search - runs/search with one body; a "%f" in it becomes a number a little above 0.5, another one each time
--
-- args: BODY
-- SPDX-License-Identifier: Apache-2.0
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "report.lua")
local body, count = "", 0

function init(args)
   body = args[1]
end

function request()
   count = count + 1
   return post("/api/2.0/mlflow/runs/search", (body:gsub("%%f", string.format("%.7f", 0.5 + count % 10000 * 1e-7))))
end
