using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Bits;

/// <summary>redis.io/commands/bitfield and bitfield_ro: numbers within a string.</summary>
public abstract class BitfieldSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("BITFIELD k SET u8 0 255 GET u8 0 INCRBY u8 0 10 => [:0, :255, :9] | GET k => '\\t'"
        + " | BITFIELD k GET i4 4 GET u1 7 GET u63 1 => [:-7, :1, :648518346341351424]")]
    [InlineData("BITFIELD k SET i64 0 -1 => [:0]"
        + " | BITFIELD k GET i64 0 GET u63 1 GET i1 5 GET u5 61 => [:-1, :9223372036854775807, :-1, :28]"
        + " | BITFIELD k SET i64 5 0 => [:-32] | GET k => '\\xf8\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'")]
    [InlineData("BITFIELD k set i5 100 -3 get i5 100 incrby i5 100 2 => [:0, :-3, :-1] | STRLEN k => :14")]
    [InlineData("BITFIELD k SET u16 #1 770 GET u8 #2 GET u8 #3 GET u16 #1 => [:0, :3, :2, :770]"
        + " | GET k => '\\x00\\x00\\x03\\x02'")]
    [InlineData("BITFIELD k SET u8 65532 255 GET u16 65528 => [:0, :4080] | STRLEN k => :8193 | BITCOUNT k => :8")]
    [InlineData("BITFIELD k => [] | BITFIELD k GET u8 0 => [:0]"
        + " | BITFIELD k GET u8 4294967295 GET i64 4294967000 => [:0, :0] | EXISTS k => :0")]
    [InlineData("SET k abc EX 100 | BITFIELD k SET u8 8 66 INCRBY u8 200 1 => [:98, :1]"
        + " | TTL k => :<int 99..100> | GETRANGE k 0 4 => 'aBc\\x00\\x00' | STRLEN k => :26")]
    [InlineData("MULTI | BITFIELD k INCRBY u4 0 9 | BITFIELD k INCRBY u4 0 9 | BITFIELD k GET u4 0 | GET k"
        + " | EXEC => [[:9], [:2], [:2], ' ']")]
    [InlineData("SETBIT s 7 1 | BITOP NOT d s | BITFIELD d GET u8 0 INCRBY u8 0 1 => [:254, :255]")]
    [InlineData("HELLO 3 | BITFIELD k OVERFLOW FAIL INCRBY u2 0 4 GET u2 0 => [_, :0]")]
    [InlineData("SETBIT k 4000000000 1 | BITFIELD k SET u8 1000000000 255 INCRBY i8 3999999996 -1 => [:0, :7]"
        + " | BITCOUNT k => :11")]
    public Task Reads_and_writes_numbers(string row) => CheckAsync(row);

    [Theory]
    [InlineData("BITFIELD k OVERFLOW FAIL INCRBY u8 100 300 => [$nil] | STRLEN k => :14"
        + " | BITFIELD k OVERFLOW SAT INCRBY u8 100 300 => [:255]")]
    [InlineData("BITFIELD k OVERFLOW SAT INCRBY i8 100 -1000 => [:-128]"
        + " | BITFIELD k OVERFLOW WRAP SET i8 #2 1000 GET i8 #2 => [:0, :-24]")]
    [InlineData("BITFIELD k INCRBY i64 0 9223372036854775807 INCRBY i64 0 1 => [:9223372036854775807,"
        + " :-9223372036854775808] | BITFIELD k OVERFLOW FAIL INCRBY i64 0 -1 => [$nil]")]
    [InlineData("BITFIELD k OVERFLOW SAT INCRBY i64 0 -9223372036854775808 INCRBY i64 0 -1 =>"
        + " [:-9223372036854775808, :-9223372036854775808]"
        + " | BITFIELD k INCRBY i64 0 -1 => [:9223372036854775807]")]
    [InlineData("BITFIELD k SET u63 64 9223372036854775807 OVERFLOW SAT INCRBY u63 64 1 OVERFLOW WRAP INCRBY u63"
        + " 64 1 INCRBY u63 64 -1 => [:0, :9223372036854775807, :0, :9223372036854775807]")]
    [InlineData("BITFIELD k SET u63 64 5 OVERFLOW SAT INCRBY u63 64 -9223372036854775808 OVERFLOW FAIL INCRBY u63"
        + " 64 -1 => [:0, :0, $nil]")]
    [InlineData("BITFIELD k SET u8 0 256 SET u8 0 257 SET u8 0 -1 GET u8 0 SET u63 0 -1 GET u63 0 => [:0, :0, :1,"
        + " :255, :9187343239835811840, :9223372036854775807]")]
    [InlineData("BITFIELD k OVERFLOW SAT SET u8 0 -1 GET u8 0 SET i8 0 200 GET i8 0 SET i8 0 -200 GET i8 0 => [:0,"
        + " :255, :-1, :127, :127, :-128]")]
    [InlineData("BITFIELD k OVERFLOW FAIL SET i8 0 -129 SET u1 0 2 SET u63 0 -9223372036854775808 => [$nil, $nil,"
        + " $nil]")]
    [InlineData("BITFIELD k overflow sat incrby u2 0 9 OVERFLOW WRAP incrby u2 0 9 overflow fail incrby u2 0 9 =>"
        + " [:3, :0, $nil]")]
    [InlineData("BITFIELD k OVERFLOW WRAP => [] | BITFIELD k OVERFLOW FAIL GET u8 0 => [:0] | EXISTS k => :0")]
    public Task Numbers_out_of_range_wrap_saturate_or_fail(string row) => CheckAsync(row);

    [Theory]
    [InlineData("BITFIELD k SET u64 0 1 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is"
        + " not supported but i64 is."
        + " | BITFIELD k GET i65 0 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64"
        + " is not supported but i64 is."
        + " | BITFIELD k GET u0 0 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is"
        + " not supported but i64 is.")]
    [InlineData("BITFIELD k GET u 0 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not"
        + " supported but i64 is."
        + " | BITFIELD k GET u08 0 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64"
        + " is not supported but i64 is."
        + " | BITFIELD k GET U8 0 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is"
        + " not supported but i64 is."
        + " | BITFIELD k GET \"u8 \" 0 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64"
        + " is not supported but i64 is."
        + " | BITFIELD k GET i0 0 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is"
        + " not supported but i64 is.")]
    [InlineData("BITFIELD k GET u8 -1 => -ERR bit offset is not an integer or out of range"
        + " | BITFIELD k GET u8 x => -ERR bit offset is not an integer or out of range"
        + " | BITFIELD k GET u8 # => -ERR bit offset is not an integer or out of range"
        + " | BITFIELD k GET u8 #-1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("BITFIELD k GET u8 4294967296 => -ERR bit offset is not an integer or out of range"
        + " | BITFIELD k GET u8 #536870911 => [:0]"
        + " | BITFIELD k GET u8 #536870912 => -ERR bit offset is not an integer or out of range"
        + " | BITFIELD k GET u8 01 => -ERR bit offset is not an integer or out of range")]
    [InlineData("BITFIELD k SET u8 0 x => -ERR value is not an integer or out of range"
        + " | BITFIELD k INCRBY u8 0 1.5 => -ERR value is not an integer or out of range"
        + " | BITFIELD k SET u8 0 1 GET u8 x => -ERR bit offset is not an integer or out of range"
        + " | EXISTS k => :0")]
    [InlineData("BITFIELD k FOO => -ERR syntax error | BITFIELD k GET u8 => -ERR syntax error"
        + " | BITFIELD k SET u8 0 => -ERR syntax error | BITFIELD k OVERFLOW => -ERR syntax error"
        + " | BITFIELD k SET u8 0 1 FOO => -ERR syntax error")]
    [InlineData("BITFIELD k OVERFLOW FOO => -ERR Invalid OVERFLOW type specified"
        + " | BITFIELD k OVERFLOW FOO GET u8 0 => -ERR Invalid OVERFLOW type specified"
        + " | BITFIELD => -ERR wrong number of arguments for 'bitfield' command"
        + " | BITFIELD_RO => -ERR wrong number of arguments for 'bitfield_ro' command")]
    public Task Refuses_what_is_malformed(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k abc | BITFIELD_RO k GET u8 0 GET u8 #1 => [:97, :98] | BITFIELD_RO k => []"
        + " | BITFIELD_RO k OVERFLOW WRAP GET u8 0 => [:97]")]
    [InlineData("SET k abc | BITFIELD_RO k SET u8 0 1 => -ERR BITFIELD_RO only supports the GET subcommand"
        + " | BITFIELD_RO k INCRBY u8 0 1 => -ERR BITFIELD_RO only supports the GET subcommand"
        + " | BITFIELD_RO missing GET i5 3 => [:0]")]
    [InlineData("BITFIELD_RO k GET u8 0 SET u8 0 x => -ERR value is not an integer or out of range"
        + " | BITFIELD_RO k OVERFLOW WRAP => [] | EXISTS k => :0")]
    public Task Bitfield_ro_only_reads(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k abc | WATCH k | @1 BITFIELD k SET u8 0 97 => [:97] | MULTI | EXEC => []")]
    [InlineData("SET k abc | WATCH k | @1 BITFIELD k GET u8 0 => [:97] | MULTI | EXEC => []")]
    [InlineData("SET k abc | WATCH k | @1 BITFIELD k INCRBY u8 0 0 => [:97] | MULTI | EXEC => []")]
    [InlineData("SET k abc | WATCH k | @1 BITFIELD k SET u8 0 98 => [:97] | MULTI | EXEC => *nil")]
    [InlineData("SET k abc | WATCH k | @1 BITFIELD k SET u8 80 0 => [:0] | MULTI | EXEC => *nil")]
    public Task A_watch_sees_what_is_changed(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistBitfield(BitmapistServer server) : BitfieldSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisBitfield(RedisServer server) : BitfieldSpec(server), IClassFixture<RedisServer>;
