// Does the steps that its words list, as lab_test.go does on the embedded engine: "out:text", "echo:3", "ret:text" …
const large = (n) => '🙂'.repeat(n / 4);

export const main = async function (input) {
  const talk = pie.session;
  for (const step of input._positional ?? []) {
    const at = step.indexOf(':');
    const verb = at < 0 ? step : step.slice(0, at);
    const text = at < 0 ? '' : step.slice(at + 1);
    const n = Number(text);
    switch (verb) {
      case 'out': console.log(text); break;
      case 'err': console.error(text); break;
      case 'msg': talk.send(text); break;
      case 'lines': for (let i = 0; i < n; i++) console.log('line ' + i); break;
      case 'msgs': for (let i = 0; i < n; i++) talk.send('msg ' + i); break;
      case 'big': talk.send(large(n)); break;
      case 'recv': await talk.receive(); break;
      case 'echo': for (let i = 0; i < n; i++) talk.send('echo ' + await talk.receive()); break;
      case 'size': talk.send('size ' + (await talk.receive()).length); break;
      case 'file': talk.sendFile(new Uint8Array(n).fill(7)); break;
      case 'bounce': {
        talk.send('ready');
        const file = await talk.receiveFile();
        talk.send('got ' + file.length);
        talk.sendFile(file);
        break;
      }
      case 'spin': for (;;);
      case 'fail': throw new Error(text);
      case 'ret': return text;
      case 'bigret': return large(n);
      default: throw new Error('no step ' + step);
    }
  }
  return '';
};
