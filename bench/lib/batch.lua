-- batch - log-batch: 1,000 metrics a request (10 keys of 100 steps each), runs taken in turn
--
-- args: FIRST RUN...   FIRST numbers the first batch. The body is made once; a request changes only the leading digits of
-- its steps and timestamps, so that every point is new and wrk spends little on writing it.
-- SPDX-License-Identifier: Apache-2.0
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "report.lua")
local runs, number, at = {}, 0, 0
local parts, holes = {}, {}

function init(args)
   number = tonumber(args[1])
   for i = 2, #args do runs[#runs + 1] = args[i] end
   parts = { '{"run_id":"', "", '","metrics":[' }
   for i = 0, 999 do
      local last = string.format("%02d", math.floor(i / 10))
      parts[#parts + 1] = string.format('%s{"key":"metric_%d","value":%.6f,"timestamp":17', i == 0 and "" or ",", i % 10, i / 7)
      parts[#parts + 1] = ""
      holes[#holes + 1] = #parts
      parts[#parts + 1] = last .. ',"step":'
      parts[#parts + 1] = ""
      holes[#holes + 1] = #parts
      parts[#parts + 1] = last .. "}"
   end
   parts[#parts + 1] = ']}'
end

function request()
   at = at % #runs + 1
   number = number + 1
   local digits = string.format("1%08d", number)
   for i = 1, #holes do parts[holes[i]] = digits end
   parts[2] = runs[at]
   return post("/api/2.0/mlflow/runs/log-batch", table.concat(parts))
end
