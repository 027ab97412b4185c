// Greets on stdout, answers every message, and ends at "bye" with what it counted.
export const main = async function (input) {
  console.log(`hello ${input.name ?? 'world'}`);
  let heard = 0;
  for (;;) {
    const message = await pie.session.receive();
    if (message === 'bye') break;
    heard += 1;
    pie.session.send(`${input.name}: ${message}`);
  }
  return { heard };
};
