-- Best of n: several attempts at once; the first that is good enough wins, the others are terminated on the server.

local function score(text)
  local vowels = select(2, text:gsub("[aeiou]", ""))
  return vowels / #text
end

local best = { score = -1 }
flow.map(8, function(i)
  local text = pie.run("text-completion", { prompt = "Write a melodious line, attempt " .. i, max_tokens = 12 }).text
  return { text = text, score = score(text) }
end, {
  concurrency = 4,
  on_result = function(candidate)
    if candidate.score > best.score then best = candidate end
  end,
  stop_when = function(candidate) return candidate.score > 0.5 end,
})
print(("%.2f  %s"):format(best.score, best.text))

-- The same idea when any success will do: any() returns the first, and ends the rest before it returns.
local winner, index = task.any {
  function() return pie.run("sleep", { seconds = 60 }).text end,
  function() return pie.run("text-completion", { prompt = "quick", max_tokens = 4 }).text end,
}
print(index, winner)
print("still running: " .. #pie.default():list_instances())
