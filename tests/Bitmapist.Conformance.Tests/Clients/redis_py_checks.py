"""What the Python libraries bitmapist and bitmapist4 ask of their server, asked by redis-py itself.

Usage: redis_py_checks.py PORT CHECK. Prints "ok"; a failed check is an assertion that says what differed.
"""

import datetime
import random
import sys

import redis


def plain_commands(client):
    assert client.ping() is True
    assert client.setbit("k", 7, 1) == 0
    assert client.getbit("k", 7) == 1
    assert client.bitcount("k") == 1
    assert client.bitpos("k", 1) == 7
    assert client.get("k") == b"\x01"
    assert client.set("binary", bytes(range(256))) is True
    assert client.get("binary") == bytes(range(256))
    assert client.get("missing") is None
    assert client.expire("k", 100) is True
    assert 90 <= client.ttl("k") <= 100
    assert client.persist("k") is True
    assert client.type("k") == b"string"
    assert client.exists("k", "binary", "missing") == 2
    assert client.delete("k", "binary", "missing") == 2
    assert client.set("n", "v", nx=True, ex=10) is True
    assert client.set("n", "w", nx=True) is None
    assert client.dbsize() == 1
    assert client.info()["redis_version"]
    assert client.config_get("databases") == {"databases": "16"}
    assert client.client_setname("me") and client.client_getname() == "me"
    assert any(entry["name"] == "me" for entry in client.client_list())
    assert isinstance(client.time(), tuple)
    assert client.command_count() > 0
    try:
        client.setbit("k", 2**32, 1)
        raise AssertionError("an offset of 2^32 was taken")
    except redis.ResponseError as error:
        assert str(error) == "bit offset is not an integer or out of range", error


def pipelines(client):
    for transaction in (True, False):
        client.flushdb()
        pipe = client.pipeline(transaction=transaction)
        for id in range(1000):
            pipe.setbit("k", id * 3, 1)
        pipe.bitcount("k")
        replies = pipe.execute()
        assert replies == [0] * 1000 + [1000], (transaction, replies[-5:])
        pipe = client.pipeline(transaction=transaction)
        pipe.setbit("k", 1, 1).setbit("k", 2**32, 1).getbit("k", 1)
        replies = pipe.execute(raise_on_error=False)
        assert replies[0] == 0 and replies[2] == 1, replies
        assert isinstance(replies[1], redis.ResponseError), replies


def watched_transaction(client):
    def increment(pipe):
        current = int(pipe.get("counter") or 0)
        pipe.multi()
        pipe.set("counter", current + 1)

    for _ in range(5):
        client.transaction(increment, "counter")
    assert client.get("counter") == b"5"
    with client.pipeline() as pipe:
        pipe.watch("counter")
        client.set("counter", 100)
        pipe.multi()
        pipe.set("counter", 0)
        try:
            pipe.execute()
            raise AssertionError("a changed key was overwritten")
        except redis.WatchError:
            pass
    assert client.get("counter") == b"100"


def scan_iter(client):
    names = {f"trackist_e{number}_2026-1".encode() for number in range(500)}
    for name in names:
        client.setbit(name, 1, 1)
    client.set("other", "v")
    assert set(client.scan_iter()) == names | {b"other"}
    assert set(client.scan_iter(match="trackist_*", count=7)) == names
    assert set(client.scan_iter(match="trackist_*", count=10000)) == names
    teens = {f"trackist_e{number}_2026-1".encode() for number in range(10, 20)}
    assert set(client.scan_iter(match="trackist_e1?_*")) == teens
    assert set(client.keys("trackist_*")) == names
    assert client.delete(*client.keys("trackist_*")) == 500
    assert client.keys() == [b"other"]


def period_keys(prefix, event, now):
    iso_year, iso_week, _ = now.isocalendar()
    return [
        f"{prefix}{event}_{now.year}-{now.month}",
        f"{prefix}{event}_W{iso_year}-{iso_week}",
        f"{prefix}{event}_{now.year}-{now.month}-{now.day}",
        f"{prefix}{event}_{now.year}-{now.month}-{now.day}-{now.hour}",
    ]


def bitmapist3(client):
    """Marks in MULTI … EXEC, operations by BITOP without an expiry, event names from SCAN."""
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    start = datetime.datetime(2026, 1, 1)
    model = {}
    for _ in range(300):
        now = start + datetime.timedelta(hours=dice.randrange(24 * 90))
        id = dice.choice([dice.randrange(100), dice.randrange(100000), 2**31 + dice.randrange(10)][:2])
        event = dice.choice(["active", "song:play", "a_b"])
        with client.pipeline() as pipe:
            keys = period_keys("trackist_", event, now) + [f"trackist_{event}_u"]
            for key in keys:
                pipe.setbit(key, id, 1)
                model.setdefault(key, set()).add(id)
            pipe.execute()
    for key, ids in model.items():
        assert client.bitcount(key) == len(ids), (seed, key)
        assert all(client.getbit(key, id) == 1 for id in ids), (seed, key)
        raw = client.get(key)
        members = {at * 8 + bit for at, byte in enumerate(raw) for bit in range(8) if byte & (0x80 >> bit)}
        assert members == ids, (seed, key)
    for operation, expected in (("AND", set.__and__), ("OR", set.__or__), ("XOR", set.__xor__)):
        left, right = dice.sample(sorted(model), 2)
        target = f"trackist_bitop_{operation}_{left}-{right}"
        client.bitop(operation, target, left, right)
        assert client.bitcount(target) == len(expected(model[left], model[right])), (seed, operation, left, right)
        assert client.ttl(target) == -1
    names = {key[len(b"trackist_"):key.rindex(b"_")] for key in client.scan_iter(match="trackist_*", count=10000)
             if not key.startswith(b"trackist_bitop_")}
    assert names == {b"active", b"song:play", b"a_b"}, names
    runtime = client.keys("trackist_bitop_*")
    assert len(runtime) == 3 and client.delete(*runtime) == 3
    everything = client.keys("trackist_*")
    assert client.delete(*everything) == len(model)
    assert client.dbsize() == 0


def bitmapist4(client):
    """As 3, and operations in MULTI, BITOP, EXPIRE, EXEC; unmark writes 0; any() is EXISTS."""
    now = datetime.datetime(2026, 2, 3, 4)
    later = datetime.datetime(2026, 3, 3, 4)
    with client.pipeline() as pipe:
        for id in (1, 2, 3, 1000000):
            for key in period_keys("bitmapist_", "active", now) + ["bitmapist_active_u"]:
                pipe.setbit(key, id, 1)
        for id in (2, 3, 77):
            for key in period_keys("bitmapist_", "active", later) + ["bitmapist_active_u"]:
                pipe.setbit(key, id, 1)
        replies = pipe.execute()
        assert replies.count(0) == 33 and replies.count(1) == 2  # 2 and 3 were unique before
    with client.pipeline() as pipe:
        for key in period_keys("bitmapist_", "active", later):
            pipe.setbit(key, 77, 0)
        assert pipe.execute() == [1, 1, 1, 1]
    month, next_month = "bitmapist_active_2026-2", "bitmapist_active_2026-3"
    target = f"bitmapist_bitop_AND_{month}-{next_month}"
    with client.pipeline() as pipe:
        pipe.bitop("AND", target, month, next_month)
        pipe.expire(target, 60)
        assert pipe.execute() == [125001, True]
    assert client.bitcount(target) == 2
    assert 50 <= client.ttl(target) <= 60
    nested = f"bitmapist_bitop_OR_{target}-{next_month}"
    with client.pipeline() as pipe:
        pipe.bitop("OR", nested, target, next_month)
        pipe.expire(nested, 24 * 3600)
        assert pipe.execute() == [125001, True]
    assert client.exists(target) == 1 and client.exists("bitmapist_active_2026-4") == 0
    assert client.bitcount("bitmapist_active_u") == 5


def huge_pipeline(client):
    """redis-py sends a whole pipeline before it reads the first reply: 16 MB one way, 9 MB back."""
    pipe = client.pipeline(transaction=False)
    for id in range(300000):
        pipe.setbit("trackist_active_2026-1", id, 1)
    replies = pipe.execute()
    assert len(replies) == 300000 and not any(replies)
    assert client.bitcount("trackist_active_2026-1") == 300000
    pipe = client.pipeline(transaction=False)
    for _ in range(500):
        pipe.get("trackist_active_2026-1")
    assert all(len(value) == 37500 for value in pipe.execute())


def main():
    port, check = int(sys.argv[1]), sys.argv[2]
    client = redis.Redis(port=port, socket_timeout=30)
    client.flushall()
    globals()[check](client)
    print("ok")


main()
