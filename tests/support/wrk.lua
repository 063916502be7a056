-- Three of four requests read the notes, the fourth makes one. Tells how many answers had which status.
local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init()
    statuses = {}
    requests = 0
end

function request()
    requests = requests + 1
    if requests % 4 == 0 then
        return wrk.format("POST", "/notes", {["Content-Type"] = "application/json"}, '{"text": "made by wrk"}')
    end
    return wrk.format("GET", "/notes")
end

function response(status)
    statuses[status] = (statuses[status] or 0) + 1
end

function done(summary)
    local all = {}
    for _, thread in ipairs(threads) do
        for status, count in pairs(thread:get("statuses")) do
            all[status] = (all[status] or 0) + count
        end
    end
    for status, count in pairs(all) do
        print(string.format("status %d: %d", status, count))
    end
    local errors = summary.errors
    print(string.format("socket errors: %d", errors.connect + errors.read + errors.write + errors.timeout))
end
