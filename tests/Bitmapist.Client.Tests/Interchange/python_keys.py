"""Writes marks and bit operations by the key rules of the Python libraries, over redis-py, and dumps the keys.

usage: python_keys.py PORT, with one JSON object on stdin; prints {key: [bytes in hexadecimal, seconds to live]}.
"""
import datetime
import json
import sys

import redis


def keys_of(prefix, mark):
    at = datetime.datetime.fromisoformat(mark["at"])
    iso_year, iso_week, _ = at.isocalendar()
    start = prefix + mark["event"]
    keys = [
        "%s_%d-%d" % (start, at.year, at.month),
        "%s_W%d-%d" % (start, iso_year, iso_week),
        "%s_%d-%d-%d" % (start, at.year, at.month, at.day),
    ]
    if mark["hourly"]:
        keys.append("%s_%d-%d-%d-%d" % (start, at.year, at.month, at.day, at.hour))
    if mark["unique"]:
        keys.append(start + "_u")
    return keys


def result_of(client, prefix, operation, lifetime):
    """A key name, or the name of the result of [operator, operand...], which is made."""
    if isinstance(operation, str):
        return prefix + operation
    operator, operands = operation[0], operation[1:]
    sources = [result_of(client, prefix, operand, lifetime) for operand in operands]
    name = "%sbitop_%s_%s" % (prefix, operator, "-".join(sources))
    pipe = client.pipeline()
    pipe.bitop(operator, name, *sources)
    if lifetime:
        pipe.expire(name, lifetime)
    pipe.execute()
    return name


def main():
    client = redis.StrictRedis(port=int(sys.argv[1]))
    job = json.load(sys.stdin)
    for mark in job["marks"]:
        pipe = client.pipeline()
        for key in keys_of(job["prefix"], mark):
            pipe.setbit(key, mark["id"], mark["value"])
        pipe.execute()
    for operation in job["operations"]:
        result_of(client, job["prefix"], operation, job["lifetime"])
    dump = {key.decode(): [client.get(key).hex(), client.ttl(key)] for key in client.keys("*")}
    json.dump(dump, sys.stdout)


main()
