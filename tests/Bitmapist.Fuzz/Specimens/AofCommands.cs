namespace Bitmapist.Fuzz.Specimens;

/// <summary>Commands as append-only files have them, as typed into redis-cli.</summary>
internal static class AofCommands
{
    public static readonly string[] All =
    [
        "SELECT 0", "SELECT 3", "SELECT 65534", "MULTI", "EXEC", "SET k1 value", "SET k2 12 PXAT 2900000000000",
        "SET k1 v KEEPTTL", "SET k1 v EX 100 NX", "SETEX k3 10 v", "PSETEX k3 10000 v", "SETNX k4 v", "MSET k1 a k2 b",
        "MSETNX k8 a k9 b", "GETSET k1 x", "GETDEL k1", "GETEX k1 PERSIST", "GETEX k1 EX 100", "APPEND k1 more",
        "SETRANGE k1 100 text", "SETRANGE k1 500000000 x", "SETBIT k5 77 1", "SETBIT k5 4294967295 1",
        "SETBIT k5 77 0", "BITOP OR k6 k1 k5", "BITOP NOT k6 k5", "BITOP AND k1 k1 k2", "BITOP DIFF k6 k1 k5",
        "BITFIELD k7 SET u8 #1 255 INCRBY i5 3 -9", "BITFIELD k7 OVERFLOW SAT INCRBY u63 0 99 GET u4 0",
        "BITFIELD k7 OVERFLOW FAIL SET i64 4294967000 -1", "INCR n", "DECRBY n 9", "INCRBY n -5", "INCRBYFLOAT r 1.5e3",
        "INCRBYFLOAT r -0.1", "DEL k1 k2", "UNLINK k5", "RENAME k1 k2", "RENAMENX k2 k9", "COPY k1 k3 REPLACE",
        "COPY k1 k1 DB 2", "MOVE k2 3", "SWAPDB 0 3", "EXPIRE k1 100 NX", "PEXPIREAT k1 2900000000000 GT",
        "EXPIREAT k1 1", "PERSIST k1", "FLUSHDB", "FLUSHALL", "LPUSH list a", "RENAME list k1", "SUNIONSTORE k1 a b",
        "SORT list STORE k1", "GEORADIUS g 1 2 3 m STORE k2", "XADD s 1-1 f v", "HSET h f v",
        "FUNCTION LOAD x", "PFADD h x",
    ];
}
