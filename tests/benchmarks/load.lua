-- Rotates the sessions of readers, one a request, from a place on: wrk ... -- FILE START [BODY-FILE]
-- Prints how many requests were sent and how many answers were no success.
local cookies, place, sent = {}, 0, 0
local body

function init(arguments)
  for line in io.lines(arguments[1]) do cookies[#cookies + 1] = line end
  place = tonumber(arguments[2])
  if arguments[3] then
    local file = io.open(arguments[3])
    body = file:read("*a")
    file:close()
    wrk.method = "POST"
    wrk.body = body
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Sec-Fetch-Site"] = "same-origin"
  end
  wrk.headers["Host"] = "localhost"
end

function request()
  if #cookies > 0 then
    wrk.headers["Cookie"] = "sessionid=" .. cookies[place % #cookies + 1]
    place = place + 1
  end
  return wrk.format()
end

function done(summary, latency, requests)
  io.write(string.format("result %d %d %d %d\n", summary.requests, summary.duration,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
