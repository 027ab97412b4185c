// What page.html does: the official JavaScript client 0.5.2, as published, in a browser. `/page.html?ws://HOST:PORT` talks
// to that engine and reports to its own server how it went.
const report = async (words) => {
  document.getElementById('report').textContent = words;
  await fetch('/report', { method: 'POST', body: words });
};

// The browser itself says when a module cannot be loaded.
window.addEventListener('error', (event) => report(`failed: ${event.message}`));

// equal compares what was expected.
function equal(got, want, what) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  if (a !== b) throw new Error(`${what}: ${a}, want ${b}`);
}

// refused expects an error with these words.
async function refused(promise, words, what) {
  try {
    await promise;
  } catch (error) {
    if (error.message.includes(words)) return;
    throw new Error(`${what} was refused with other words: ${error.message}`);
  }
  throw new Error(`${what} was not refused`);
}

// talk sends messages to a program that sends them back.
async function talk(client) {
  const echo = await client.launchProcess('echo@0.1.0', {});
  for (const word of ['one', '', 'three ✓', 'y'.repeat(300_000)]) {
    await echo.signal(word);
    equal(await echo.recv(), { event: 'message', value: word }, 'the echo');
  }
  const listed = (await client.listProcesses()).map((p) => p.id ?? JSON.parse(p).id);
  equal(listed, [echo.processId], 'the list');
  await echo.terminate();
  equal(await echo.recv(), { event: 'error', value: 'Signal' }, 'the end of a terminated process');
}

async function play(client) {
  await client.ping();
  const text = await client.launchProcess('text-completion@0.2.15', { prompt: 'Once upon a time', max_tokens: 12 });
  const full = await text.result();
  equal(text.output.join(''), full, 'what was streamed');
  if (text.output.length < 5) throw new Error(`streamed in ${text.output.length} pieces`);
  await talk(client);
  const fail = await client.launchProcess('fail@0.1.0', { message: 'on purpose' });
  await refused(fail.result(), 'on purpose', 'a program that fails');
  await refused(client.launchProcess('no-such-program@1.0.0', {}), 'no-such-program', 'an unknown program');
  equal(await client.checkProgram('echo@0.1.0'), true, 'a known program');
  const many = await Promise.all(Array.from({ length: 50 }, () => client.launchProcess('noop@0.1.0', {})));
  equal(await Promise.all(many.map((p) => p.result())), many.map(() => null), 'fifty results');
}

try {
  const { PieClient } = await import('@pie-project/client');
  const client = new PieClient(decodeURIComponent(location.search.slice(1)));
  await client.connect();
  await play(client);
  await client.close();
  await report('ok');
} catch (error) {
  await report(`failed: ${error.message}`);
}
