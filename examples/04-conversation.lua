-- A program that stays: send it messages, read what it says, until it is told to end.
-- `chat` prints its answer in pieces and then sends the message {"done":true}.

local chat = pie.launch("chat", { max_tokens = 12 })

local function ask(question)
  chat:send(question)
  local answer = {}
  for event, msg in chat:events("10s") do
    if event == "Stdout" then answer[#answer + 1] = msg end
    if event == "Message" and json.decode(msg).done then break end
  end
  return table.concat(answer)
end

for _, question in ipairs { "Who are you?", "What do you see?", "And then?" } do
  print("> " .. question)
  print(ask(question))
end

chat:send("bye")
print(chat:wait().event)
