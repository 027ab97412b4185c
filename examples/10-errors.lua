-- Errors are values with a kind, the server's words and a hint. try() returns them, pcall works as always.

local result, err = try(pie.run, "fail", { message = "the oven is cold" })
print(result, err.kind, err.server)

local _, unknown = try(pie.run, "no-such-program")
print(unknown.kind)

local _, usage = try(pie.run, "echo", {}, { timout = "1s" })
print(usage.kind, usage.hint)

-- retry() tries again what may succeed the next time; each try ends with its instances gone.
local tries = 0
local answer = flow.retry(function(attempt)
  tries = attempt
  if attempt < 3 then pie.run("sleep", { seconds = 60 }, { timeout = "20ms" }) end
  return pie.run("text-completion", { prompt = "third time lucky", max_tokens = 6 }).text
end, { times = 4, delay = "1ms" })
print(tries, #answer > 0)

-- In a map a failed row is collected; allow_failed keeps it out of the exit code.
local rows, failed = flow.map({ "a", "b", "c" }, function(name, i)
  if i == 2 then pie.run("fail", { message = "no " .. name }) end
  return name:upper()
end, { allow_failed = true })
print(rows[1], rows[2], rows[3], failed[1].index, failed[1].error.kind)
