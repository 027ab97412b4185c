-- The quick start of Pie's JavaScript client, line by line, in Lua. `await` is gone: a call that waits just waits.

-- const client = new PieClient('ws://127.0.0.1:8080');  await client.connect();
local client = pie.connect() -- no address: --server, $PIE_SERVER, or the embedded engine

-- await client.authenticate('my-username');
client:authenticate("my-username")

-- const instance = await client.launchInstance(programHash, ['--prompt', 'What is the capital of France?']);
local instance = client:launch_instance("text-completion", { "--prompt", "What is the capital of France?", "--max-tokens", "16" })

-- while (true) { const { event, msg } = await instance.recv(); … }
while true do
  local event, msg = instance:recv()
  if event == "Stdout" then
    io.write(msg)
  elseif event == "Completed" then
    print("\n[completed]")
    break
  elseif event == "Exception" or event == "ServerError" or event == "Aborted" then
    print("failed: " .. msg)
    break
  end
end

-- await client.close();
client:close()
