// The official JavaScript client (npm, @pie-project/client 0.5.2), unmodified, against `pierun engine`.
//   node gateway.mjs ws://HOST:PORT       run in a folder that has the packages installed
import { PieClient } from '@pie-project/client';
import WebSocket from 'ws';
import assert from 'node:assert/strict';

const client = new PieClient(process.argv[2], { WebSocket, identity: 'default/check' });
await client.connect();
await client.ping();

const text = await client.launchProcess('text-completion@0.2.15', { prompt: 'Once upon a time', max_tokens: 12 });
const full = await text.result();
assert.equal(text.output.join(''), full, 'what was streamed is what was returned');
assert.ok(full.length > 12);

const echo = await client.launchProcess('echo@0.1.0', {});
for (const word of ['one', '', 'three ✓']) {
  await echo.signal(word);
  assert.deepEqual(await echo.recv(), { event: 'message', value: word });
}
assert.ok((await client.listProcesses()).map((p) => p.id ?? JSON.parse(p).id).includes(echo.processId), 'echo is listed');
await echo.terminate();
assert.deepEqual(await echo.recv(), { event: 'error', value: 'Signal' });

const fail = await client.launchProcess('fail@0.1.0', { message: 'on purpose' });
await assert.rejects(() => fail.result(), /on purpose/);
await assert.rejects(() => client.launchProcess('no-such-program@1.0.0', {}), /no-such-program/);
assert.equal(await client.checkProgram('echo@0.1.0'), true);
assert.equal(await client.checkProgram('nothing@9.9.9'), false);

const many = await Promise.all(Array.from({ length: 50 }, () => client.launchProcess('noop@0.1.0', {})));
await Promise.all(many.map((p) => p.result()));
await client.close();
console.log('ok: JavaScript client 0.5.2');
