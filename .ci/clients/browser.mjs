// The official JavaScript client in headless Chromium, from a page, against `pierun engine`.
//   node browser.mjs CHROMIUM DIR ws://HOST:PORT       DIR: a folder that has the npm packages installed
// The engine must let in pages of http://page.test and no others. Both names of a page lead to this server here.
import { spawn } from 'node:child_process';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const [chromium, packages, engine] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };

// serve hands out the page and the packages as they were published, and hears what the page reports.
function serve(heard) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://page.test').pathname);
    if (request.method === 'POST') {
      let words = '';
      for await (const chunk of request) words += chunk;
      response.end();
      heard(words);
      return;
    }
    try {
      const content = await readFile(join(path.startsWith('/node_modules/') ? packages : here, path));
      response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream').end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

// Nothing but the page is wanted from the network, and nothing of the user's own browser.
const flags = (profile, port) => [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
  `--user-data-dir=${profile}`, `--host-resolver-rules=MAP *.test 127.0.0.1:${port}`, '--enable-logging=stderr',
];

// visit opens the page of a host in a browser of its own and gives what the page reports.
async function visit(host) {
  const profile = await mkdtemp(join(tmpdir(), 'pierun-page-'));
  let heard;
  const report = new Promise((resolve) => { heard = resolve; });
  const server = await serve(heard);
  const page = `http://${host}/page.html?${encodeURIComponent(engine)}`;
  const browser = spawn(chromium, [...flags(profile, server.address().port), page], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  browser.stderr.on('data', (data) => { said = (said + data).slice(-4000); });
  const gone = new Promise((resolve) => browser.once('close', resolve).once('error', (error) => { said += error; resolve(); }));
  const late = new Promise((resolve) => setTimeout(resolve, 60_000, 'failed: the page reported nothing within a minute').unref());
  const words = await Promise.race([report, late, gone.then(() => 'failed: the browser has ended')]);
  try { process.kill(-browser.pid, 'SIGKILL'); } catch { /* it has ended */ }
  await gone;
  server.closeAllConnections();
  server.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  return { words, said };
}

for (const [host, want] of [['page.test', 'ok'], ['elsewhere.test', 'failed: WebSocket connection failed.']]) {
  const { words, said } = await visit(host);
  if (words === want) continue;
  console.error(`the page of ${host} reported ${JSON.stringify(words)}, want ${JSON.stringify(want)}; the browser's last words:\n${said}`);
  process.exit(1);
}
console.log('ok: JavaScript client 0.5.2 in a page');
