using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/object: looks at a key without using it.</summary>
internal static class ObjectCommand
{
    public static readonly CommandSpec Spec = Containers.Declare("object", None) with
    {
        Summary = "A container for commands that look at a key without using it.", Since = "2.2.3", Categories = "slow",
        Complexity = "that of the subcommand",
        Subcommands =
        [
            Declare(
                "encoding", "2.2.3", RunEncoding,
                "Replies int, embstr or raw, by what a string holds; Redis goes by how it was written, too."),
            Declare(
                "idletime", "2.2.3", RunIdleTime,
                "Replies the seconds since a key was used; since the start for one that is on disk alone."),
            Declare(
                "freq", "4.0.0", RunFreq, "Replies an error, as Redis does: how often keys are used is not counted."),
            Declare(
                "refcount", "2.2.3", RunRefCount,
                "Replies 1 for a key that exists, or what Redis says of a number below 10,000."),
            Containers.Help("object") with { Since = "6.2.0", Categories = "keyspace slow" },
        ],
    };

    private static CommandSpec Declare(string name, string since, CommandRunner run, string summary) =>
        new(name, 3, ReadOnly, new KeySpec(2, 2, 1), run)
        {
            Summary = summary, Since = since, Categories = "keyspace read slow", KeyAccess = "RO", Arguments = "key",
            Tips = ["nondeterministic_output"],
        };

    private static void RunEncoding(CommandContext call, RespWriter reply)
    {
        if (call.Session.TryPeek(call.Args[2], out StringValue value, out _)) call.Defer(new EncodingReply(value));
        else reply.WriteNull();
    }

    private static void RunRefCount(CommandContext call, RespWriter reply)
    {
        if (call.Session.TryPeek(call.Args[2], out StringValue value, out _)) call.Defer(new RefCountReply(value));
        else reply.WriteNull();
    }

    private static void RunIdleTime(CommandContext call, RespWriter reply)
    {
        if (call.Session.TryPeek(call.Args[2], out _, out long idleSeconds)) reply.WriteInteger(idleSeconds);
        else reply.WriteNull();
    }

    private static void RunFreq(CommandContext call, RespWriter reply)
    {
        if (!call.Session.TryPeek(call.Args[2], out _, out _)) reply.WriteNull();
        else call.Fail(reply, Errors.NoFrequency);
    }
}

/// <summary>A reply that depends on whether a string prints an integer, for which short ones are looked at.</summary>
internal abstract class IntegerLookReply(StringValue value) : DeferredReply
{
    private const int DigitsMax = 20; // "-9223372036854775808"

    public override long Cost { get; } = IsShort(value) && !value.Pending.IsReady ? value.Cost : 0;

    protected StringValue Value => value;

    /// <summary>The integer; null when it is none.</summary>
    protected long? Integer { get; private set; }

    public override Task? Preparation(BackgroundThreads workers) =>
        IsShort(value) ? value.Pending.PrepareAsync(workers) : null;

    protected override void Compute()
    {
        if (!IsShort(value)) return;
        Span<byte> digits = stackalloc byte[DigitsMax];
        digits = digits[..(int)value.LengthBytes];
        StringBytes.CopyTo(value.Bits, 0, digits);
        Integer = StrictInteger.TryParse(digits, out long integer) ? integer : null;
    }

    private static bool IsShort(in StringValue value) => value.LengthBytes is > 0 and <= DigitsMax;
}

/// <summary>OBJECT ENCODING's.</summary>
internal sealed class EncodingReply(StringValue value) : IntegerLookReply(value)
{
    private const int EmbeddedBytesMax = 44; // with its headers that is 64 bytes in Redis

    protected override bool WritePiece(RespWriter reply)
    {
        reply.WriteBulkString(
            Integer is not null ? "int"u8 : Value.LengthBytes <= EmbeddedBytesMax ? "embstr"u8 : "raw"u8);
        return false;
    }
}

/// <summary>OBJECT REFCOUNT's.</summary>
internal sealed class RefCountReply(StringValue value) : IntegerLookReply(value)
{
    private const int SharedIntegersEnd = 10_000; // Redis has one object for all keys that hold one of these

    protected override bool WritePiece(RespWriter reply)
    {
        reply.WriteInteger(Integer is >= 0 and < SharedIntegersEnd ? int.MaxValue : 1);
        return false;
    }
}
