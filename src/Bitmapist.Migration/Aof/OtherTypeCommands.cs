namespace Bitmapist.Migration.Aof;

/// <summary>
/// Commands about values that are no strings: counted by type. Those that store a result overwrite whatever is under
/// the key that they store it in, so a string there is removed.
/// </summary>
internal static class OtherTypeCommands
{
    private static readonly (string Type, string[] Names)[] s_types =
    [
        ("list", ["LPUSH", "RPUSH", "LPUSHX", "RPUSHX", "LPOP", "RPOP", "LREM", "LSET", "LTRIM", "LINSERT", "RPOPLPUSH",
            "LMOVE", "LMPOP", "BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BLMPOP"]),
        ("set", ["SADD", "SREM", "SMOVE", "SPOP"]),
        ("zset", ["ZADD", "ZINCRBY", "ZREM", "ZREMRANGEBYSCORE", "ZREMRANGEBYRANK", "ZREMRANGEBYLEX", "ZPOPMIN",
            "ZPOPMAX", "ZMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "GEOADD"]),
        ("hash", ["HSET", "HSETNX", "HMSET", "HINCRBY", "HINCRBYFLOAT", "HDEL", "HEXPIRE", "HPEXPIRE", "HEXPIREAT",
            "HPEXPIREAT", "HPERSIST", "HGETDEL", "HGETEX", "HSETEX"]),
        ("stream", ["XADD", "XDEL", "XTRIM", "XSETID", "XGROUP", "XACK", "XCLAIM", "XAUTOCLAIM", "XREADGROUP", "XDELEX",
            "XACKDEL"]),
        ("vectorset", ["VADD", "VREM", "VSETATTR"]),
    ];

    /// <summary>Those whose first key is where the result goes.</summary>
    private static readonly (string Type, string[] Names)[] s_stores =
    [
        ("set", ["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]),
        ("zset", ["ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE", "ZRANGESTORE", "GEOSEARCHSTORE"]),
    ];

    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        foreach ((string type, string[] names) in s_types)
            foreach (string name in names) all.Add(name, new(2, (replay, _) => replay.CountOther(type)));
        foreach ((string type, string[] names) in s_stores)
            foreach (string name in names) all.Add(name, new(3, (replay, command) => Store(replay, command, type, 1)));
        all.Add("SORT", new(2, static (replay, command) => StoreBehindOption(replay, command, "list", first: 2)));
        all.Add("GEORADIUS", new(6, static (replay, command) => StoreBehindOption(replay, command, "zset", first: 6)));
        all.Add("GEORADIUSBYMEMBER",
            new(5, static (replay, command) => StoreBehindOption(replay, command, "zset", first: 5)));
    }

    private static void Store(AofReplay replay, AofCommand command, string type, int target)
    {
        replay.CountOther(type);
        replay.Delete(command.Key(target));
    }

    /// <summary>Finds STORE or STOREDIST among options, some of which have arguments of their own.</summary>
    private static void StoreBehindOption(AofReplay replay, AofCommand command, string type, int first)
    {
        int target = 0;
        for (int i = first; i < command.Count; i++)
        {
            if (command.Is(i, "STORE") || command.Is(i, "STOREDIST"))
            {
                command.Require(i + 2);
                target = ++i;
            }
            else if (command.Is(i, "BY") || command.Is(i, "GET") || command.Is(i, "COUNT"))
            {
                i++;
            }
            else if (command.Is(i, "LIMIT"))
            {
                i += 2;
            }
        }

        if (target == 0) replay.CountOther(type);
        else Store(replay, command, type, target);
    }
}
