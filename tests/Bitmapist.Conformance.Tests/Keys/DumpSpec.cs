using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/dump and restore: a value as a payload.</summary>
public abstract class DumpSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("{7.0} DUMP missing => $nil | SET k hello"
        + " | DUMP k => '\\x00\\x05hello\\n\\x00cr\\xdfve4 \\n' | SET k \"\""
        + " | DUMP k => '\\x00\\x00\\n\\x00]\\x9b\\\\@\\x0f\\x7f\\xa2\\xda'")]
    [InlineData("{7.0} SET k 5 | DUMP k => '\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q' | SET k -128"
        + " | DUMP k => '\\x00\\xc0\\x80\\n\\x00\\x99f2m/\\x0c[\\xd9' | SET k 300"
        + " | DUMP k => '\\x00\\xc1,\\x01\\n\\x00\\x95Ba\\xf2e\\x82\\\\\\x10' | SET k -129"
        + " | DUMP k => '\\x00\\xc1\\x7f\\xff\\n\\x00\\x17`\\x82(T\\x80\\x84\\x80'")]
    [InlineData("{7.0} SET k 70000"
        + " | DUMP k => '\\x00\\xc2p\\x11\\x01\\x00\\n\\x00\\x01\\xa4\\x08\\xfe\\x950\\x95\\xa5'"
        + " | SET k -2147483648 | DUMP k => '\\x00\\xc2\\x00\\x00\\x00\\x80\\n\\x00\\xc7O\\x87>3U\\x81\\x87'"
        + " | SET k 2147483648 | DUMP k => '\\x00\\n2147483648\\n\\x00\\xe7\\xb1)\\xa3L\\x1dv\\xee' | SET k -0"
        + " | DUMP k => '\\x00\\x02-0\\n\\x00\\xd5A\\x1f\\xd9\\xd6\\xd0P\\xcc'")]
    [InlineData("{7.0} SET k 2147483647"
        + " | DUMP k => '\\x00\\xc2\\xff\\xff\\xff\\x7f\\n\\x00,t\\xe5\\x9e\\xe0.\\xad\\xa1'"
        + " | SET k 5000000000 | DUMP k => '\\x00\\n5000000000\\n\\x00i\\xa9\\x0f\\xd5~\\x0f\\xf4%' | SET k 007"
        + " | DUMP k => '\\x00\\x03007\\n\\x00rX\\xe2{Li\\xba\\xd9'")]
    [InlineData("{7.0} SET k aaaaaaaaaaaaaaaaaaaa"
        + " | DUMP k => '\\x00\\x14aaaaaaaaaaaaaaaaaaaa\\n\\x00\\x83\\xb4k^\\x1b\\x11\\xac\\xf1'"
        + " | SET k abcdefghijklmnopqrstuvwxyz"
        + " | DUMP k => '\\x00\\x1aabcdefghijklmnopqrstuvwxyz\\n\\x00\\x9e\\x1b?4\\xab\\xfc_y'")]
    [InlineData("{7.0} SETBIT k 9 1 | DUMP k => '\\x00\\x02\\x00@\\n\\x00\\xd4{\\x90QZ\\t\\xabM' | SETBIT k 70 0"
        + " | DUMP k => '\\x00\\t\\x00@\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\n\\x00\\xa1\\x82:_\\xd6\\xf1\\xacK'")]
    [InlineData("{7.0} MULTI | SET k a | DUMP k | SET k b | DUMP k"
        + " | EXEC => [+OK, '\\x00\\x01a\\n\\x00\\xbf\\xfe\\xef\\x9b\\x8f6}\\xb4', +OK,"
        + " '\\x00\\x01b\\n\\x00\\x16$\\xb8\\x91\\xa6\\xe3\\x12\\x83']")]
    [InlineData("DUMP => -ERR wrong number of arguments for 'dump' command"
        + " | DUMP k k => -ERR wrong number of arguments for 'dump' command | HELLO 3 | DUMP missing => _")]
    public Task Dump_replies_a_payload(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" => +OK | GET k => 'hello' | TTL k => :-1""")]
    [InlineData("RESTORE k 100000 \"\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q\" => +OK | GET k => '5'"
        + " | PTTL k => :<int 90000..100000>")]
    [InlineData("""RESTORE k 0 "\x00\xc1,\x01\n\x00\x95Ba\xf2e\x82\\\x10" => +OK | INCR k => :301""")]
    [InlineData("RESTORE k 0 \"\\x00\\xc3\\x06\\x15\\x01aa\\xe0\\n\\x00\\n\\x00\\xfd\\x0c\\xb3h\\x07A?h\" => +OK"
        + " | GET k => 'aaaaaaaaaaaaaaaaaaaaa' | BITCOUNT k => :63")]
    [InlineData("SET k old EX 100 | RESTORE k 0 \"\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q\" REPLACE => +OK | GET k"
        + " => '5'"
        + " | TTL k => :-1")]
    [InlineData("RESTORE k 4102444800000 \"\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q\" ABSTTL => +OK"
        + " | PEXPIRETIME k => :4102444800000")]
    [InlineData("""RESTORE k 1 "\x00\xc0\x05\n\x00c/_f\x83/\xb3Q" absttl => +OK | EXISTS k => :0""")]
    [InlineData("""SET k v | RESTORE k 1 "\x00\xc0\x05\n\x00c/_f\x83/\xb3Q" ABSTTL REPLACE => +OK | EXISTS k => :0""")]
    [InlineData("""RESTORE k 0 "\x00\xc0\x05\n\x00c/_f\x83/\xb3Q" FREQ 255 => +OK | GET k => '5'""")]
    [InlineData("RESTORE k 0 \"\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q\" IDLETIME 1000 => +OK"
        + " | OBJECT IDLETIME k => :<int 1000..1005> | GET k => '5'")]
    [InlineData("MULTI | RESTORE k 0 \"\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q\" | GET k | RESTORE k 0 x"
        + " | EXEC => [+OK, '5', -BUSYKEY Target key name already exists.]")]
    [InlineData("""SET k v PX 20 | {sleep 40} | RESTORE k 0 "\x00\xc0\x05\n\x00c/_f\x83/\xb3Q" => +OK""")]
    public Task Restore_makes_a_key_of_a_payload(string row) => CheckAsync(row);

    [Theory]
    [InlineData("RESTORE k 0 \"\\x00\\x05hellO\\n\\x00cr\\xdfve4 \\n\""
        + " => -ERR DUMP payload version or checksum are wrong"
        + " | RESTORE k 0 \"\\x00\\x05hello\\n\\x00cr\\xdfve4 \" => -ERR DUMP payload version or checksum are wrong"
        + " | EXISTS k => :0")]
    [InlineData("RESTORE k 0 \"\" => -ERR DUMP payload version or checksum are wrong"
        + " | RESTORE k 0 x => -ERR DUMP payload version or checksum are wrong"
        + " | RESTORE k 0 \"\\x00\\x05hello\\xff\\x00cr\\xdfve4 \\n\" => -ERR DUMP payload version or checksum are"
        + " wrong")]
    [InlineData("SET a x | RESTORE a 0 x REPLACE => -ERR DUMP payload version or checksum are wrong | GET a => 'x'")]
    public Task Restore_refuses_what_is_no_payload(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a x | RESTORE a 0 x => -BUSYKEY Target key name already exists."
        + " | RESTORE a x x => -BUSYKEY Target key name already exists."
        + " | RESTORE a x x REPLACE => -ERR value is not an integer or out of range"
        + " | RESTORE a -1 x REPLACE => -ERR Invalid TTL value, must be >= 0")]
    [InlineData("RESTORE b -1 x => -ERR Invalid TTL value, must be >= 0"
        + " | RESTORE b x x => -ERR value is not an integer or out of range"
        + " | RESTORE b 9223372036854775808 x => -ERR value is not an integer or out of range")]
    [InlineData("RESTORE b 0 x FOO => -ERR syntax error | RESTORE b 0 x IDLETIME => -ERR syntax error"
        + " | RESTORE b 0 x IDLETIME x => -ERR value is not an integer or out of range"
        + " | RESTORE b 0 x IDLETIME -1 => -ERR Invalid IDLETIME value, must be >= 0")]
    [InlineData("RESTORE b 0 x FREQ 256 => -ERR Invalid FREQ value, must be >= 0 and <= 255"
        + " | RESTORE b 0 x FREQ -1 => -ERR Invalid FREQ value, must be >= 0 and <= 255"
        + " | RESTORE b 0 x FREQ x => -ERR value is not an integer or out of range"
        + " | RESTORE b 0 x FREQ => -ERR syntax error")]
    [InlineData("RESTORE b 0 x IDLETIME 5 FREQ 5 => -ERR syntax error"
        + " | RESTORE b 0 x FREQ 5 IDLETIME 5 => -ERR syntax error"
        + " | RESTORE b 0 x IDLETIME 5 IDLETIME 6 => -ERR DUMP payload version or checksum are wrong")]
    [InlineData("RESTORE b => -ERR wrong number of arguments for 'restore' command"
        + " | RESTORE b 0 => -ERR wrong number of arguments for 'restore' command")]
    public Task Restore_refuses_in_order(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""WATCH k | @1 RESTORE k 0 "\x00\xc0\x05\n\x00c/_f\x83/\xb3Q" => +OK | MULTI | EXEC => *nil""")]
    [InlineData("SET k v | WATCH k | @1 RESTORE k 1 \"\\x00\\xc0\\x05\\n\\x00c/_f\\x83/\\xb3Q\" ABSTTL REPLACE => +OK"
        + " | MULTI | EXEC => *nil")]
    [InlineData("""WATCH k | @1 RESTORE k 1 "\x00\xc0\x05\n\x00c/_f\x83/\xb3Q" ABSTTL => +OK | MULTI | EXEC => []""")]
    public Task A_watch_sees_what_is_restored(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistDump(BitmapistServer server) : DumpSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisDump(RedisServer server) : DumpSpec(server), IClassFixture<RedisServer>;
