-- stream() gives the text as the program writes it; by = "line" gives whole lines.
-- Either loop raises if the program fails, and ends when it ends.

local story = pie.launch("text-completion", { prompt = "Tell me about the sea.", max_tokens = 30 })
for piece in story:stream() do
  io.write(piece)
end
print()

local numbers = pie.launch("source", { n = 3, rate = 0 })
for line in numbers:stream({ by = "line" }) do
  print("line: " .. line)
end

-- The result holds everything, read or not.
local result = story:wait()
print(#result.stdout == #result.text, result.event)
