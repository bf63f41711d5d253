using System.Text;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.PubSub;

/// <summary>
/// redis.io/topics/notifications: commands, and the events that a subscriber sees of them, "event key" or
/// "database:event key", in this order.
/// </summary>
public abstract class KeyEventsSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string Pattern = "__keyevent@*__:*";

    [Theory]
    [InlineData(
        "SET k v",
        "new k, set k")]
    [InlineData(
        "SET k v EX 100 | SET k w KEEPTTL",
        "new k, set k, expire k, set k")]
    [InlineData(
        "SET k v NX | SET k w NX | SET none v XX | SET k x XX GET | SET no x XX GET | SET l x GET",
        "new k, set k, set k, keymiss no, keymiss l, new l, set l")]
    [InlineData(
        "SETBIT k 7 1 | SETBIT k 7 1 | SETBIT k 7 0 | SETBIT k 100 0",
        "new k, setbit k, setbit k, setbit k")]
    [InlineData(
        "SETBIT k 1 1 | BITOP NOT d k | BITOP NOT d k | BITOP AND d none none2 | BITOP AND d none none2",
        "new k, setbit k, new d, set d, set d, keymiss none, keymiss none2, del d, keymiss none, " +
        "keymiss none2")]
    [InlineData(
        "SET a 1 | SET b 1 | DEL a none b | SET a 1 | UNLINK a",
        "new a, set a, new b, set b, del a, del b, new a, set a, del a")]
    [InlineData(
        "SET a 1 | EXPIRE a 100 | EXPIRE a 100 | EXPIRE a 100 NX | PEXPIREAT a 99999999999999 | PERSIST " +
        "a | PERSIST a | EXPIRE a -1 | EXPIRE a 1",
        "new a, set a, expire a, expire a, expire a, persist a, del a")]
    [InlineData(
        "SET a 1 | RENAME a b | SET a 2 | RENAME a b | RENAME b b | SET c 1 | RENAMENX b c | RENAMENX b " +
        "d",
        "new a, set a, new b, rename_from a, rename_to b, new a, set a, new b, rename_from a, rename_to " +
        "b, new c, set c, new d, rename_from b, rename_to d")]
    [InlineData(
        "SET a 1 | COPY a b | COPY a b | COPY a b REPLACE | COPY a b DB 1",
        "new a, set a, new b, copy_to b, new b, copy_to b, 1:new b, 1:copy_to b")]
    [InlineData(
        "GET n1 | EXISTS n2 | TTL n3 | GETBIT n4 1 | BITCOUNT n5 | BITPOS n6 1 | STRLEN n7 | TYPE n8 | " +
        "GETRANGE n9 0 1 | TOUCH n10",
        "keymiss n1, keymiss n2, keymiss n3, keymiss n4, keymiss n5, keymiss n6, keymiss n7, keymiss " +
        "n8, keymiss n9, keymiss n10")]
    [InlineData(
        "SET a 1 | MULTI | SET b 1 | DEL a | GET n | EXEC | FLUSHDB | FLUSHALL | SELECT 3 | SET z 1",
        "new a, set a, new b, set b, del a, keymiss n, 3:new z, 3:set z")]
    [InlineData(
        "SET a 1 PX 5 | {sleep 30} | GET a",
        "new a, set a, expire a, expired a, keymiss a")]
    [InlineData(
        "APPEND a x | APPEND a y | APPEND a \"\" | APPEND b \"\" | SETRANGE a 1 z | SETRANGE a 1 \"\" | SETRANGE c 0 q",
        "new a, append a, append a, append a, new b, append b, setrange a, new c, setrange c")]
    [InlineData(
        "INCR n | DECRBY n 5 | INCRBYFLOAT n 0.5 | INCRBYFLOAT m 1",
        "new n, incrby n, incrby n, incrbyfloat n, new m, incrbyfloat m")]
    [InlineData(
        "MSET a 1 b 2 a 3 | MSETNX a 1 c 2 | MSETNX d 1 e 2 | GETSET a 5 | GETSET f 5 | SETEX g 100 v | SETNX g v",
        "new a, set a, new b, set b, set a, new d, set d, new e, set e, set a, keymiss f, new f, set f, new g, " +
        "set g, expire g")]
    [InlineData(
        "SET a 1 | GETEX a EX 100 | GETEX a PERSIST | GETEX a | GETDEL a | GETDEL a | GETEX a EX 5 | MGET a b",
        "new a, set a, expire a, persist a, del a, keymiss a, keymiss a, keymiss a, keymiss b")]
    [InlineData(
        "BITFIELD a SET u8 0 255 | BITFIELD a GET u8 0 | BITFIELD a SET u8 0 255 | BITFIELD_RO b GET u8 0 " +
        "| BITFIELD b GET u8 0 | BITFIELD a OVERFLOW FAIL INCRBY u8 0 1",
        "new a, setbit a, keymiss b, keymiss b")]
    [InlineData(
        "SET a 1 | SELECT 1 | SET b 1 | MOVE b 0 | MOVE b 0 | SELECT 0 | MOVE a 1",
        "new a, set a, 1:new b, 1:set b, new b, 1:move_from b, move_to b, 1:new a, move_from a, 1:move_to a")]
    [InlineData(
        "SET a 1 | SWAPDB 0 1 | SET b 1 | SELECT 1 | SET a 2 | SET c 3 PX 5 | {sleep 30} | GET c",
        "new a, set a, new b, set b, 1:set a, 1:new c, 1:set c, 1:expire c, 1:expired c, 1:keymiss c")]
    [InlineData(
        "RESTORE a 0 \"\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q\" | SET b 1 | " +
        "RESTORE b 0 \"\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q\" REPLACE | DUMP c | LCS a c | OBJECT ENCODING c",
        "new a, restore a, new b, set b, new b, restore b, keymiss c, keymiss c")]
    public Task Tells_what_happens_to_keys(string commands, string events)
    {
        var row = new StringBuilder($"CONFIG SET notify-keyspace-events EAnm | @1 PSUBSCRIBE {Pattern}");
        row.Append(" | ").Append(commands);
        foreach (string told in events.Split(", "))
        {
            string[] words = told.Split(':', ' ');
            string database = words.Length == 3 ? words[0] : "0";
            string channel = $"__keyevent@{database}__:{words[^2]}";
            row.Append(" | @1 {next} => ['pmessage', '").Append(Pattern).Append("', '").Append(channel);
            row.Append("', '").Append(words[^1]).Append("']");
        }

        // Nothing else was told: the next thing is the answer.
        row.Append(" | @1 PING => ['pong', ''] | SELECT 0 | {await} CONFIG SET notify-keyspace-events \"\" => +OK");
        return CheckAsync(row.ToString());
    }

    [Theory]
    [InlineData(
        "CONFIG SET notify-keyspace-events K$ | @1 SUBSCRIBE __keyspace@0__:k => ['subscribe', " +
        "'__keyspace@0__:k', :1] " +
        "| SET k v EX 10 | DEL k | SET k v | @1 {next} => ['message', '__keyspace@0__:k', 'set'] " +
        "| @1 {next} => ['message', '__keyspace@0__:k', 'set'] | @1 PING => ['pong', '']")]
    [InlineData(
        "CONFIG SET notify-keyspace-events g$ | @1 PSUBSCRIBE * => ['psubscribe', '*', :1] | SET k v " +
        "| @1 PING => ['pong', '']")]
    [InlineData(
        "CONFIG SET notify-keyspace-events KEg | @1 PSUBSCRIBE * => ['psubscribe', '*', :1] | SET k v | EXPIRE k 10 " +
        "| @1 {next} => ['pmessage', '*', '__keyspace@0__:k', 'expire'] " +
        "| @1 {next} => ['pmessage', '*', '__keyevent@0__:expire', 'k'] | @1 PING => ['pong', '']")]
    public Task Tells_what_is_wanted(string row) => CheckAsync(row);

    [Theory]
    [InlineData("KEA", "AKE")]
    [InlineData("KEg$lshzxetdmn", "AKEm")]
    [InlineData("gz", "gz")]
    [InlineData("mnKE$", "$nKEm")]
    [InlineData("Kx", "xK")]
    [InlineData("KEKE", "KE")]
    [InlineData("KEAmn", "AKEm")]
    [InlineData("A", "A")]
    public Task Has_a_form_of_its_own(string given, string shown) => CheckAsync(
        $"CONFIG SET notify-keyspace-events {given} | CONFIG GET notify-keyspace-events => " +
        $"['notify-keyspace-events', '{shown}'] | CONFIG SET notify-keyspace-events \"\"");

    [Theory]
    [InlineData(
        "CONFIG SET notify-keyspace-events q => -ERR CONFIG SET failed (possibly related to argument " +
        "'notify-keyspace-events') - Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")]
    public Task Refuses_other_letters(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistKeyEvents(BitmapistServer server) : KeyEventsSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisKeyEvents(RedisServer server) : KeyEventsSpec(server), IClassFixture<RedisServer>;
