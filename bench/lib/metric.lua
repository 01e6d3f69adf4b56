-- metric - log-metric: one point a request, runs taken in turn (as many runs as connections)
--
-- args: FIRST RUN...   FIRST is the first step: no point is ever sent twice to one server.
-- SPDX-License-Identifier: Apache-2.0
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "report.lua")
local runs, step, at = {}, 0, 0

function init(args)
   step = tonumber(args[1])
   for i = 2, #args do runs[#runs + 1] = args[i] end
end

function request()
   at = at % #runs + 1
   step = step + 1
   return post("/api/2.0/mlflow/runs/log-metric", string.format(
      '{"run_id":"%s","key":"loss","value":%.6f,"timestamp":%.0f,"step":%.0f}',
      runs[at], 1 / step + at, 1700000000000 + step, step))
end
