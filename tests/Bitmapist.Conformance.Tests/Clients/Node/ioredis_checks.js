// What a Node service asks of its server through ioredis, over RESP3 and RESP2.
//
// Usage: node ioredis_checks.js PORT CHECK. Prints "ok"; a failed check is an assertion that says what differed.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const Redis = require('ioredis');
const { nextOf, run } = require('./runner');

const connect = (port, options) => new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 1, ...options });

async function speaks(client, protocol) {
  assert.match(await client.client('INFO'), new RegExp(` resp=${protocol}\\b`));
}

const checks = {
  async strings_and_bitmaps(client) {
    await speaks(client, 3);
    assert.equal(await client.setbit('k', 7, 1), 0);
    assert.equal(await client.getbit('k', 7), 1);
    assert.equal(await client.set('t', 'v', 'EX', 100, 'NX'), 'OK');
    assert.equal(await client.set('t', 'w', 'NX'), null);
    assert.ok(await client.ttl('t') > 90);
    assert.equal(await client.setbit('l', 100, 1), 0);
    assert.equal(await client.bitop('OR', 'both', 'k', 'l'), 13);
    assert.equal(await client.bitcount('both'), 2);
    assert.equal(await client.bitpos('both', 1), 7);
    assert.deepEqual(await client.bitfield('k', 'GET', 'u8', 0, 'INCRBY', 'u8', 0, 1), [1, 2]);
    const value = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await client.set('binary', value);
    assert.deepEqual(await client.getBuffer('binary'), value);
    assert.deepEqual(await client.mget('t', 'missing'), ['v', null]);
    assert.equal(await client.incrbyfloat('f', 1.5), '1.5');
    assert.equal(await client.del('k', 'l', 'missing'), 2);
  },

  async resp2(_, port) {
    const client = connect(port, { protocol: 2 });
    await speaks(client, 2);
    assert.equal(await client.set('k', 'v'), 'OK');
    assert.deepEqual(await client.config('GET', 'databases'), ['databases', '16']);
    client.disconnect();
  },

  async maps_of_resp3(_, port) {
    const client = connect(port, { replyMapping: 'resp3' });
    assert.deepEqual(await client.config('GET', 'databases'), { databases: '16' });
    client.disconnect();
  },

  async pipelines_and_transactions(client, port) {
    const pipeline = client.pipeline();
    for (let id = 0; id < 20000; id++) pipeline.setbit('k', id * 3, 1);
    const replies = await pipeline.exec();
    assert.ok(replies.every(([error, bit]) => error === null && bit === 0));
    const [[, set], [error], [, count]] =
      await client.multi().setbit('k', 1, 1).setbit('k', 2 ** 32, 1).bitcount('k').exec();
    assert.equal(set, 0);
    assert.equal(error.message, 'ERR bit offset is not an integer or out of range');
    assert.equal(count, 20001);
    await client.watch('k');
    const other = connect(port);
    await other.setbit('k', 2, 1);
    other.disconnect();
    assert.equal(await client.multi().bitcount('k').exec(), null);
  },

  async auto_pipelining(_, port) {
    const client = connect(port, { enableAutoPipelining: true });
    const bits = await Promise.all(Array.from({ length: 5000 }, (_, id) => client.setbit('k', id, 1)));
    assert.ok(bits.every((bit) => bit === 0));
    assert.equal(await client.bitcount('k'), 5000);
    client.disconnect();
  },

  async scans(client) {
    for (let key = 0; key < 100; key++) await client.setbit(`trackist_${key}`, 1, 1);
    await client.set('other', 'v');
    const found = new Set();
    for await (const keys of client.scanStream({ match: 'trackist_*', count: 10 })) keys.forEach((k) => found.add(k));
    assert.equal(found.size, 100);
  },

  async messages_and_key_events(client, port) {
    await client.config('SET', 'notify-keyspace-events', 'KEA');
    const subscriber = connect(port);
    await subscriber.subscribe('news');
    const message = nextOf(subscriber, 'message');
    assert.equal(await client.publish('news', 'hello'), 1);
    assert.deepEqual(await message, ['news', 'hello']);
    await subscriber.psubscribe('__keyevent@0__:*');
    const event = nextOf(subscriber, 'pmessage');
    await client.setbit('k', 1, 1);
    assert.deepEqual(await event, ['__keyevent@0__:*', '__keyevent@0__:setbit', 'k']);
    await subscriber.unsubscribe('news');
    await subscriber.punsubscribe('__keyevent@0__:*');
    subscriber.disconnect();
    await client.config('SET', 'notify-keyspace-events', '');
  },

  async monitor(client) {
    const monitor = await client.monitor();
    const line = once(monitor, 'monitor');
    await client.setbit('k', 1, 1);
    assert.deepEqual((await line)[1], ['setbit', 'k', '1', '1']);
    monitor.disconnect();
  },

  async users(client, port) {
    await client.acl('SETUSER', 'ann', 'on', '>secret', '~a*', '+@all');
    const ann = connect(port, { username: 'ann', password: 'secret' });
    assert.equal(await ann.acl('WHOAMI'), 'ann');
    assert.equal(await ann.setbit('a', 1, 1), 0);
    await assert.rejects(ann.get('b'), /^ReplyError: NOPERM /);
    ann.disconnect();
    const stranger = connect(port, { username: 'ann', password: 'wrong', lazyConnect: true, retryStrategy: null });
    stranger.on('error', () => {});
    await assert.rejects(stranger.connect().then(() => stranger.get('a')));
    stranger.disconnect();
    await client.acl('DELUSER', 'ann');
  },
};

run(checks, async (port) => {
  const client = connect(port);
  await client.flushall();
  return { client, end: () => client.disconnect() };
});
