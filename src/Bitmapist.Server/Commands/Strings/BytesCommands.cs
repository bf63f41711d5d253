using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Strings;

/// <summary>Commands that write a part of a string.</summary>
internal static class BytesCommands
{
    /// <summary>redis.io/commands/append</summary>
    public static readonly CommandSpec Append = new(
        "append", 3, Write | DenyOom | Fast | NeedsBits, KeySpec.FirstArgument, RunAppend)
    {
        Summary = "Puts bytes behind the end of a string; replies its length.",
        Group = "string", Since = "2.0.0", Categories = "write string fast", KeyAccess = "RW insert",
        Arguments = "key value", Complexity = "O(bytes given + chunks of the string)",
    };

    /// <summary>redis.io/commands/setrange</summary>
    public static readonly CommandSpec SetRange = new(
        "setrange", 4, Write | DenyOom | NeedsBits, KeySpec.FirstArgument, RunSetRange)
    {
        Summary = "Writes bytes over those of a string from an offset on; replies its length.",
        Group = "string", Since = "2.2.0", Categories = "write string slow", KeyAccess = "RW update",
        Arguments = "key offset:integer value", Complexity = "O(bytes given + chunks of the string)",
    };

    private static readonly EditOutcome<BytesEdit> s_outcome = new(
        static edit => edit.IsTooLong ? Errors.StringTooLong : default,
        static (edit, reply) => reply.WriteInteger(edit.LengthBytes));

    private static void RunAppend(CommandContext call, RespWriter reply) => call.Run(
        reply, new BytesEdit(call.Session, call.Args.Memory(1), offsetBytes: null, call.Args.Memory(2)), s_outcome);

    private static void RunSetRange(CommandContext call, RespWriter reply)
    {
        if (!call.Args.TryGetInteger(2, out long offset)) call.Fail(reply, Errors.NotAnInteger);
        else if (offset < 0) call.Fail(reply, Errors.ByteOffset);
        else call.Run(reply, new BytesEdit(call.Session, call.Args.Memory(1), offset, call.Args.Memory(3)), s_outcome);
    }
}
