-- history - metrics/get-history page after page, from the start again after the last one
--
-- args: RUN KEY PAGE
-- SPDX-License-Identifier: Apache-2.0
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "report.lua")
local path, token = "", nil

function init(args)
   path = string.format("/api/2.0/mlflow/metrics/get-history?run_id=%s&metric_key=%s&max_results=%s", args[1], args[2], args[3])
end

local function escape(text)
   return (text:gsub("[^%w_.~-]", function(c) return string.format("%%%02X", c:byte()) end))
end

function request()
   return "GET " .. path .. (token and "&page_token=" .. escape(token) or "") .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\n\r\n"
end

function response(status, headers, body)
   token = body:sub(-1000):match('"next_page_token"%s*:%s*"([^"]+)"') or body:sub(1, 1000):match('"next_page_token"%s*:%s*"([^"]+)"')
end
