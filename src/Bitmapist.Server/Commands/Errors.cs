using System.Globalization;
using System.Text;
using Bitmapist.Analytics.Expressions;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Storage.Files;

namespace Bitmapist.Server.Commands;

/// <summary>Every error of a command, byte-exact with Redis 7.0; each has a row in the conformance tables.</summary>
internal static class Errors
{
    public static ReadOnlySpan<byte> Syntax => "ERR syntax error"u8;
    public static ReadOnlySpan<byte> NotAnInteger => "ERR value is not an integer or out of range"u8;
    public static ReadOnlySpan<byte> NotAnInt =>
        "ERR value is out of range, value must between -2147483648 and 2147483647"u8;
    public static ReadOnlySpan<byte> WrongType =>
        "WRONGTYPE Operation against a key holding the wrong kind of value"u8;
    public static ReadOnlySpan<byte> BusyKey => "BUSYKEY Target key name already exists."u8;
    public static ReadOnlySpan<byte> NoFrequency =>
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching "u8
        + "between policies at runtime LRU and LFU data will take some time to adjust."u8;
    public static ReadOnlySpan<byte> NotAFloat => "ERR value is not a valid float"u8;
    public static ReadOnlySpan<byte> IncrementOverflow => "ERR increment or decrement would overflow"u8;
    public static ReadOnlySpan<byte> DecrementOverflow => "ERR decrement would overflow"u8;
    public static ReadOnlySpan<byte> NotFinite => "ERR increment would produce NaN or Infinity"u8;
    public static ReadOnlySpan<byte> NotPositive => "ERR value is out of range, must be positive"u8;
    public static ReadOnlySpan<byte> NoSuchKey => "ERR no such key"u8;
    public static ReadOnlySpan<byte> BitOffset => "ERR bit offset is not an integer or out of range"u8;
    public static ReadOnlySpan<byte> BitValue => "ERR bit is not an integer or out of range"u8;
    public static ReadOnlySpan<byte> Id => "ERR an id is an integer from 0 to 4294967295"u8;
    public static ReadOnlySpan<byte> NobodyWaits => "ERR the client was closed"u8;
    public static ReadOnlySpan<byte> Cells => "ERR a table may have 250000 cells"u8;
    public static ReadOnlySpan<byte> Years => "ERR periods are in the years 1 to 9998"u8;
    public static ReadOnlySpan<byte> ByteOffset => "ERR offset is out of range"u8;
    public static ReadOnlySpan<byte> BitfieldType =>
        "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."u8;
    public static ReadOnlySpan<byte> StringTooLong =>
        "ERR string exceeds maximum allowed size (proto-max-bulk-len)"u8;
    public static ReadOnlySpan<byte> BitPosBit => "ERR The bit argument must be 1 or 0."u8;
    public static ReadOnlySpan<byte> BitopNotSources => "ERR BITOP NOT must be called with a single source key."u8;
    public static ReadOnlySpan<byte> DatabaseIndex => "ERR DB index is out of range"u8;
    public static ReadOnlySpan<byte> SameObject => "ERR source and destination objects are the same"u8;
    public static ReadOnlySpan<byte> InvalidCursor => "ERR invalid cursor"u8;
    public static ReadOnlySpan<byte> MultiNested => "ERR MULTI calls can not be nested"u8;
    public static ReadOnlySpan<byte> WatchInMulti => "ERR WATCH inside MULTI is not allowed"u8;
    public static ReadOnlySpan<byte> ExecWithoutMulti => "ERR EXEC without MULTI"u8;
    public static ReadOnlySpan<byte> DiscardWithoutMulti => "ERR DISCARD without MULTI"u8;
    public static ReadOnlySpan<byte> ExecAborted =>
        "EXECABORT Transaction discarded because of previous errors."u8;
    public static ReadOnlySpan<byte> NotAllowedInMulti => "ERR Command not allowed inside a transaction"u8;
    public static ReadOnlySpan<byte> KeyTooLong => "ERR a key's name may have at most 16777214 bytes"u8;
    public static ReadOnlySpan<byte> PatternTooLong =>
        "ERR a pattern may have at most 2047 characters between its stars"u8;
    public static ReadOnlySpan<byte> TransactionTooLong =>
        "ERR a transaction's arguments may have at most 536870912 bytes"u8;
    public static ReadOnlySpan<byte> ClientNameTooLong => "ERR a client's name may have at most 1024 bytes"u8;
    public static ReadOnlySpan<byte> MonitorReads => "ERR Replica can't interact with the keyspace"u8;
    public static ReadOnlySpan<byte> DebugNotAllowed =>
        "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it "u8 +
        "from a local connection, otherwise you need to set this option in the configuration file, and then "u8 +
        "restart the server."u8;

    public static ReadOnlySpan<byte> MaxClients => "ERR max number of clients reached"u8;
    public static ReadOnlySpan<byte> NxWithOthers =>
        "ERR NX and XX, GT or LT options at the same time are not compatible"u8;
    public static ReadOnlySpan<byte> GtWithLt => "ERR GT and LT options at the same time are not compatible"u8;
    public static ReadOnlySpan<byte> Unreadable =>
        "ERR the database file cannot be read: the server's log says why"u8;
    public static ReadOnlySpan<byte> SaveFailed => "ERR saving failed: the server's log says why"u8;

    public static byte[] WrongArity(string command) =>
        Encoding.ASCII.GetBytes($"ERR wrong number of arguments for '{command}' command");

    public static byte[] InvalidExpireTime(string command) =>
        Encoding.ASCII.GetBytes($"ERR invalid expire time in '{command}' command");

    /// <summary>An expression that cannot be read; ours alone.</summary>
    public static byte[] Expression(ExpressionException fault) => Encoding.Latin1.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"ERR expression, character {fault.Position}: {fault.Message}"));

    /// <summary>Begins as Redis's does when its AOF cannot be written; then what happens next.</summary>
    public static string WritesRefused(LogFailure? failure, string cause)
    {
        string next = failure switch
        {
            { IsSync: true } => "Writes are taken again after a save, which the server makes by itself.",
            { } => "Writes are taken again as soon as the log can be written, which the server tries by itself.",
            null => "Try again.",
        };
        string call = failure is { IsSync: true } ? "fsync: " : "";
        return $"MISCONF Errors writing to the AOF file: {call}{cause}. Nothing was changed. {next}";
    }

    /// <summary>For a write that was refused after it had begun.</summary>
    public static byte[] WritesRefused(WritesRefusedException refused, LogFailure? failure)
    {
        StorageException? reason = failure?.Reason ?? refused.InnerException as StorageException;
        return Encoding.Latin1.GetBytes(WritesRefused(failure, reason?.Cause ?? "the log took nothing"));
    }

    public static ReadOnlySpan<byte> SaveInProgress => "ERR Background save already in progress"u8;
}
