using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands.Bits;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>Commands that read a string as bytes.</summary>
internal static class StringReads
{
    /// <summary>redis.io/commands/get</summary>
    public static readonly CommandSpec Get = new("get", 2, ReadOnly | Fast, KeySpec.FirstArgument, RunGet)
    {
        Summary = "Replies the string stored at a key.",
        Group = "string", Categories = "read string fast", KeyAccess = "RO access", Arguments = "key",
        Complexity = "O(bytes)",
    };

    /// <summary>redis.io/commands/getrange, and substr, its name before 2.0.</summary>
    public static readonly CommandSpec GetRange = Declare("getrange", "2.4.0");

    /// <summary>redis.io/commands/substr</summary>
    public static readonly CommandSpec Substr = Declare("substr", "1.0.0");

    /// <summary>redis.io/commands/strlen</summary>
    public static readonly CommandSpec StrLen = new("strlen", 2, ReadOnly | Fast, KeySpec.FirstArgument, RunStrLen)
    {
        Summary = "Replies the length of a string in bytes.",
        Group = "string", Since = "2.2.0", Categories = "read string fast", KeyAccess = "RO", Arguments = "key",
    };

    private static void RunGet(CommandContext call, RespWriter reply)
    {
        if (call.Session.TryGet(call.Args[1], out StringValue value))
            call.Defer(new StringReply(StringSlice.Whole(value)));
        else reply.WriteNull();
    }

    private static CommandSpec Declare(string name, string since) => new(
        name, 4, ReadOnly, KeySpec.FirstArgument, RunGetRange)
    {
        Summary = "Replies a range of the bytes of a string; a negative position counts from its end.",
        Group = "string", Since = since, Categories = "read string slow", KeyAccess = "RO access",
        Arguments = "key start:integer end:integer", Complexity = "O(bytes replied)",
    };

    private static void RunGetRange(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (!args.TryGetInteger(2, out long start) || !args.TryGetInteger(3, out long end))
        {
            call.Fail(reply, Errors.NotAnInteger);
            return;
        }

        bool isInvertedFromEnd = start < 0 && end < 0 && start > end; // otherwise both could be moved to byte 0
        if (!call.Session.TryGet(args[1], out StringValue value) || isInvertedFromEnd)
        {
            reply.WriteBulkString(default(ReadOnlySpan<byte>));
            return;
        }

        (long startBit, long endBit) = new StringRange(start, end, IsInBits: false).Resolve(value.LengthBytes);
        call.Defer(new StringReply(new StringSlice(value, startBit / 8, (endBit - startBit) / 8)));
    }

    private static void RunStrLen(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.Length(call.Args[1]));
}
