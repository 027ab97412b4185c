// The official JavaScript client at one job: node bench.mjs URI WORD N M
import { writeSync } from 'node:fs';

const [uri, word, n, m] = [process.argv[2], process.argv[3], Number(process.argv[4]), Number(process.argv[5])];
const begin = () => writeSync(1, 'begin\n');
const end = (got, want) => {
  if (got !== want) throw new Error(`${got} of ${want} came`);
  writeSync(1, 'end\n');
  process.stdin.on('end', () => process.exit(0)).resume();
};

if (word === 'start') {
  begin();
  end(0, 0);
} else {
  const { PieClient } = await import('@pie-project/client');
  const { default: WebSocket } = await import('ws');
  const client = new PieClient(uri, { WebSocket, identity: 'bench/bench' });
  await client.connect();
  await jobs(client)[word]();
}

function jobs(client) {
  const launch = (count, program, input = {}) =>
    Promise.all(Array.from({ length: count }, () => client.launchProcess(program, input)));

  const count = async (p) => {
    for (let got = 0; ; got++) {
      const { event, value } = await p.recv();
      if (event === 'return') return got;
      if (event === 'error') throw new Error(value);
    }
  };
  const sum = async (list) => (await Promise.all(list.map(count))).reduce((a, b) => a + b, 0);

  return {
    async events() {
      const list = await launch(n, 'source@1.0.0', { n: m });
      begin();
      await list[0].signal('go');
      end(await sum(list), n * m);
    },
    async silent() {
      for (const p of await launch(n, 'idle@1.0.0')) count(p);
      const [p] = await launch(1, 'source@1.0.0', { n: m });
      begin();
      await p.signal('go');
      end(await count(p), m);
    },
    async launches() {
      begin();
      let ended = 0;
      await Promise.all(Array.from({ length: n }, async () => {
        await count(await client.launchProcess('noop@1.0.0', {}));
        ended++;
      }));
      end(ended, n);
    },
    async echo() {
      const list = await launch(n, 'echo@1.0.0');
      begin();
      await Promise.all(list.map(async (p) => {
        for (let k = 0; k < m; k++) {
          await p.signal('0123456789abcdef');
          await p.recv();
        }
      }));
      end(0, 0);
    },
    async down() {
      const [p] = await launch(1, 'down@1.0.0', { n: m });
      begin();
      await p.signal('go');
      end((await p.recv()).value.length, m);
    },
    async up() {
      const [p] = await launch(1, 'up@1.0.0', { n: m });
      const data = Buffer.alloc(m); // a Uint8Array would be sent as what no server takes
      begin();
      await p.transferFile(data);
      const { event } = await p.recv();
      end(event, 'message');
    },
    async idle() {
      begin();
      const list = await launch(n, 'idle@1.0.0');
      for (const p of list) count(p);
      end(list.length, n);
    },
  };
}
