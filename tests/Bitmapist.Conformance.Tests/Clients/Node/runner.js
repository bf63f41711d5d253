// Runs one check of a table against the server on a port: node FILE PORT CHECK.
'use strict';

const LimitMs = 30000;

/** The arguments of the next event of a kind. */
exports.nextOf = (emitter, event) =>
  new Promise((resolve) => emitter.once(event, (...values) => resolve(values)));

/** Connects, runs the check that was asked for, and says "ok", or what failed. */
exports.run = async (checks, connect) => {
  const [port, name] = process.argv.slice(2);
  setTimeout(() => {
    console.error(`${name} did not end within ${LimitMs} ms`);
    process.exit(1);
  }, LimitMs).unref();
  try {
    const { client, end } = await connect(Number(port));
    await checks[name](client, Number(port));
    await end();
    console.log('ok');
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
};
