// What a Node service asks of its server through node-redis, over RESP3 and RESP2.
//
// Usage: node node_redis_checks.js PORT CHECK. Prints "ok"; a failed check is an assertion that says what differed.
'use strict';

const assert = require('node:assert/strict');
const { createClient, BasicClientSideCache, RESP_TYPES, WatchError } = require('redis');
const { run } = require('./runner');

async function connect(port, options) {
  const client = createClient({ RESP: 3, socket: { host: '127.0.0.1', port, reconnectStrategy: false }, ...options });
  client.on('error', () => {}); // A refused login is told twice: here, and to who waits for connect().
  await client.connect();
  return client;
}

async function speaks(client, protocol) {
  assert.match(await client.sendCommand(['CLIENT', 'INFO']), new RegExp(` resp=${protocol}\\b`));
}

/** Asks until a condition holds, since an invalidation comes when it comes. */
async function until(condition) {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const checks = {
  async strings_and_bitmaps(client) {
    await speaks(client, 3);
    assert.equal(await client.setBit('k', 7, 1), 0);
    assert.equal(await client.getBit('k', 7), 1);
    assert.equal(await client.set('t', 'v', { expiration: { type: 'EX', value: 100 }, condition: 'NX' }), 'OK');
    assert.equal(await client.set('t', 'w', { condition: 'NX' }), null);
    assert.ok(await client.ttl('t') > 90);
    assert.equal(await client.setBit('l', 100, 1), 0);
    assert.equal(await client.bitOp('OR', 'both', ['k', 'l']), 13);
    assert.equal(await client.bitCount('both'), 2);
    assert.equal(await client.bitPos('both', 1), 7);
    assert.deepEqual(
      await client.bitField('k', [
        { operation: 'GET', encoding: 'u8', offset: 0 },
        { operation: 'INCRBY', encoding: 'u8', offset: 0, increment: 1 },
      ]),
      [1, 2]);
    const value = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await client.set('binary', value);
    const asBytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    assert.deepEqual(await asBytes.get('binary'), value);
    assert.deepEqual(await client.mGet(['t', 'missing']), ['v', null]);
    assert.equal(await client.incrByFloat('f', 1.5), '1.5');
    assert.deepEqual({ ...await client.configGet('databases') }, { databases: '16' });
    assert.equal(await client.del(['k', 'l', 'missing']), 2);
  },

  async resp2(_, port) {
    const client = await connect(port, { RESP: 2 });
    await speaks(client, 2);
    assert.equal(await client.set('k', 'v'), 'OK');
    assert.deepEqual({ ...await client.configGet('databases') }, { databases: '16' });
    client.destroy();
  },

  async pipelines_and_transactions(client, port) {
    const marks = Array.from({ length: 20000 }, (_, id) => client.setBit('k', id * 3, 1));
    assert.ok((await Promise.all(marks)).every((bit) => bit === 0));
    assert.deepEqual(await client.multi().setBit('k', 1, 1).bitCount('k').exec(), [0, 20001]);
    await assert.rejects(
      client.multi().setBit('k', 2 ** 32, 1).exec(),
      (error) => error.replies[0].message === 'ERR bit offset is not an integer or out of range');
    await client.watch('k');
    const other = await connect(port);
    await other.setBit('k', 2, 1);
    other.destroy();
    await assert.rejects(client.multi().bitCount('k').exec(), WatchError);
  },

  async scans(client) {
    for (let key = 0; key < 100; key++) await client.setBit(`trackist_${key}`, 1, 1);
    await client.set('other', 'v');
    const found = new Set();
    for await (const keys of client.scanIterator({ MATCH: 'trackist_*', COUNT: 10 })) keys.forEach((k) => found.add(k));
    assert.equal(found.size, 100);
  },

  async messages_and_key_events(client) {
    await client.configSet('notify-keyspace-events', 'KEA');
    const subscriber = client.duplicate();
    await subscriber.connect();
    const message = new Promise((resolve) => {
      subscriber.subscribe('news', (text, channel) => resolve([channel, text])).then(
        () => client.publish('news', 'hello'));
    });
    assert.deepEqual(await message, ['news', 'hello']);
    const event = new Promise((resolve) => {
      subscriber.pSubscribe('__keyevent@0__:*', (key, channel) => resolve([channel, key])).then(
        () => client.setBit('k', 1, 1));
    });
    assert.deepEqual(await event, ['__keyevent@0__:setbit', 'k']);
    assert.equal(await subscriber.ping(), 'PONG'); // RESP3 lets a subscriber ask.
    await subscriber.unsubscribe();
    await subscriber.pUnsubscribe();
    subscriber.destroy();
    await client.configSet('notify-keyspace-events', '');
  },

  async client_side_cache(client, port) {
    const cache = new BasicClientSideCache({ ttl: 0, maxEntries: 100, evictPolicy: 'LRU' });
    const reader = await connect(port, { clientSideCache: cache });
    await client.set('k', 'old');
    assert.equal(await reader.get('k'), 'old');
    assert.equal(await reader.get('k'), 'old');
    assert.equal(cache.stats().hitCount, 1);
    await client.set('k', 'new');
    await until(async () => await reader.get('k') === 'new');
    assert.ok(cache.stats().missCount >= 2);
    reader.destroy();
  },

  async users(client, port) {
    await client.sendCommand(['ACL', 'SETUSER', 'ann', 'on', '>secret', '~a*', '+@all']);
    const ann = await connect(port, { username: 'ann', password: 'secret' });
    assert.equal(await ann.aclWhoAmI(), 'ann');
    assert.equal(await ann.setBit('a', 1, 1), 0);
    await assert.rejects(ann.get('b'), /NOPERM /);
    ann.destroy();
    await assert.rejects(connect(port, { username: 'ann', password: 'wrong' }), /WRONGPASS/);
    await client.aclDelUser('ann');
  },
};

run(checks, async (port) => {
  const client = await connect(port);
  await client.flushAll();
  return { client, end: () => client.destroy() };
});
