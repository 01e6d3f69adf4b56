-- get - the same GET again and again (the path is in wrk's URL)
-- SPDX-License-Identifier: Apache-2.0
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "report.lua")
