-- report - the last line of every wrk script here: the figures as one JSON object that load.py reads
--
-- Loaded by the others with dofile(); also helps them to write a whole request as text, which costs wrk less than wrk.format.
-- SPDX-License-Identifier: Apache-2.0
function post(path, body)
   return "POST " .. path .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] ..
      "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency, requests)
   local e = summary.errors
   io.write(string.format(
      '@@{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"bytes":%.0f,"failed":%d,"lost":%d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      summary.bytes, e.status, e.connect + e.read + e.write + e.timeout))
end
