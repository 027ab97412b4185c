-- One call launches a program, collects what it says and waits for its end.
--   pierun examples/01-hello.lua

local answer = pie.run("text-completion", { prompt = "Once upon a time", max_tokens = 24 })

print(answer.text)
