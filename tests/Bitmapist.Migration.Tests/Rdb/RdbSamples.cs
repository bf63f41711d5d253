namespace Bitmapist.Migration.Tests.Rdb;

/// <summary>RDB files that more than one test needs.</summary>
internal static class RdbSamples
{
    /// <summary>
    /// A value of each type that is no string, and the string k = v: 4 lists, 3 sets, 4 sorted sets, 8 hashes, 3
    /// streams and a module's.
    /// </summary>
    public static byte[] EveryType()
    {
        byte[] id = new byte[16];
        byte[] time = new byte[8];
        return new RdbBytes(12)
            .Key(1, "list").Add(2).Text("1").Text("2")
            .Key(2, "set").Add(1).Add(0xC0, 9)
            .Key(3, "zset").Add(3).Text("m").Text("1.5").Text("n").Add(253).Text("i").Add(255)
            .Key(4, "hash").Add(1).Text("field").Text("value")
            .Key(5, "zset2").Add(1).Text("m").Add(time)
            .Key(7, "module").Add(0x81, "moduleID", 1, 0x40, 200, 5).Text("s").Add(0)
            .Key(9, "zipmap").Text("whole")
            .Key(10, "ziplist").Text("whole")
            .Key(11, "intset").Text("whole")
            .Key(12, "zset of ziplist").Text("whole")
            .Key(13, "hash of ziplist").Add(0xC3, 5, 11, 0, "x", 0xE0, 1, 0)
            .Key(14, "quicklist").Add(1).Text("ziplist")
            .Key(15, "stream").Add(1).Text("node").Text("listpack").Add(1, 1, 1)
                .Add(1).Text("group").Add(1, 1).Add(1, id, time, 1).Add(1).Text("consumer").Add(time, 1, id)
            .Key(16, "hash of listpack").Text("whole")
            .Key(17, "zset of listpack").Text("whole")
            .Key(18, "quicklist 2").Add(2, 1).Text("plain").Add(2).Text("listpack")
            .Key(19, "stream 2").Add(0, 1, 1, 1, 1, 1, 1, 1, 1)
                .Add(1).Text("group").Add(1, 1, 1).Add(0).Add(1).Text("consumer").Add(time, 0)
            .Key(20, "set of listpack").Text("whole")
            .Key(21, "stream 3").Add(0, 1, 1, 1, 1, 1, 1, 1, 1)
                .Add(1).Text("group").Add(1, 1, 1).Add(0).Add(1).Text("consumer").Add(time, time, 1, id)
            .Key(22, "hash with expiries, release candidate").Add(1, 7).Text("field").Text("value")
            .Key(23, "hash listpack with expiries, release candidate").Text("whole")
            .Key(24, "hash with expiries").Add(time, 2, 7).Text("field").Text("value").Add(0).Text("f").Text("v")
            .Key(25, "hash listpack with expiries").Add(time).Text("whole")
            .Key(0, "k").Text("v")
            .End();
    }

    /// <summary>Strings plain, as a number and compressed, an expiry, and a list.</summary>
    public static byte[] EveryForm() => new RdbBytes()
        .Add(0xFA).Text("redis-ver").Text("7.0.15").Add(0xFE, 0, 0xFB, 3, 1)
        .Key(0, "a").Text("plain").Add(0xFC, BitConverter.GetBytes(long.MaxValue)).Key(0, "b").Add(0xC1, 1, 2)
        .Key(1, "l").Add(2).Text("x").Text("y")
        .Key(0, "c").Add(0xC3, 5, 11, 0, "x", 0xE0, 1, 0)
        .End();
}
