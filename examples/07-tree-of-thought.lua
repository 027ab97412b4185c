-- Tree of thought, written in Lua: grow several thoughts from each of the best ones, keep the best, go deeper.

local QUESTION, WIDTH, KEEP, DEPTH = "How could a city keep cool in summer?", 3, 2, 3

-- What makes a thought good is yours to say: here, many different words.
local function score(thought)
  local seen, count = {}, 0
  for word in thought:lower():gmatch("%a+") do
    if not seen[word] then seen[word], count = true, count + 1 end
  end
  return count
end

local function grow(thought, branch)
  local prompt = QUESTION .. "\nSo far: " .. thought .. "\nThought " .. branch .. ":"
  return thought .. pie.run("text-completion", { prompt = prompt, max_tokens = 8 }).text .. " "
end

local frontier = { "" }
for depth = 1, DEPTH do
  local jobs = {}
  for _, thought in ipairs(frontier) do
    for branch = 1, WIDTH do jobs[#jobs + 1] = { thought, branch } end
  end
  local grown = flow.map(jobs, function(job) return grow(job[1], job[2]) end, { retry = 2 })
  table.sort(grown, function(a, b)
    local x, y = score(a), score(b)
    if x ~= y then return x > y end
    return a < b
  end)
  frontier = { unpack(grown, 1, KEEP) }
  print(("depth %d: %d thoughts, best has %d different words"):format(depth, #jobs, score(frontier[1])))
end
print(frontier[1])
