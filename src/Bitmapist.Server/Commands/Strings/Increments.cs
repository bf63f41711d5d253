using Bitmapist.Engine.Numbers;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Strings;

/// <summary>Commands that count in strings: redis.io/commands/incr and its kin.</summary>
internal static class Increments
{
    public static readonly CommandSpec Incr = Declare("incr", "1.0.0", 2, "Adds one to", "key", RunIncr);

    public static readonly CommandSpec Decr = Declare("decr", "1.0.0", 2, "Subtracts one from", "key", RunDecr);

    public static readonly CommandSpec IncrBy = Declare(
        "incrby", "1.0.0", 3, "Adds an integer to", "key increment:integer", RunIncrBy);

    public static readonly CommandSpec DecrBy = Declare(
        "decrby", "1.0.0", 3, "Subtracts an integer from", "key decrement:integer", RunDecrBy);

    public static readonly CommandSpec IncrByFloat = Declare(
        "incrbyfloat", "2.6.0", 3, "Adds any number to", "key increment:double", RunIncrByFloat);

    private static readonly EditOutcome<IntegerIncrement> s_integer = new(
        static edit => edit.Outcome switch
        {
            IncrementOutcome.NotANumber => Errors.NotAnInteger,
            IncrementOutcome.Overflow => Errors.IncrementOverflow,
            _ => default,
        },
        static (edit, reply) => reply.WriteInteger(edit.Sum));

    private static readonly EditOutcome<RealIncrement> s_real = new(
        static edit => edit.Outcome switch
        {
            IncrementOutcome.NotANumber => Errors.NotAFloat,
            IncrementOutcome.Overflow => Errors.NotFinite,
            _ => default,
        },
        static (edit, reply) => reply.WriteBulkString(edit.Sum));

    private static CommandSpec Declare(
        string name, string since, int arity, string what, string arguments, CommandRunner run) =>
        new(name, arity, Write | DenyOom | Fast | NeedsBits, KeySpec.FirstArgument, run)
        {
            Summary = $"{what} the number that a string prints, 0 when the key is missing; replies the result.",
            Group = "string", Since = since, Categories = "write string fast", KeyAccess = "RW access update",
            Arguments = arguments,
        };

    private static void RunIncr(CommandContext call, RespWriter reply) => Add(call, reply, 1);

    private static void RunDecr(CommandContext call, RespWriter reply) => Add(call, reply, -1);

    private static void RunIncrBy(CommandContext call, RespWriter reply)
    {
        if (call.Args.TryGetInteger(2, out long increment)) Add(call, reply, increment);
        else call.Fail(reply, Errors.NotAnInteger);
    }

    private static void RunDecrBy(CommandContext call, RespWriter reply)
    {
        if (!call.Args.TryGetInteger(2, out long decrement)) call.Fail(reply, Errors.NotAnInteger);
        else if (decrement == long.MinValue) call.Fail(reply, Errors.DecrementOverflow);
        else Add(call, reply, -decrement);
    }

    private static void RunIncrByFloat(CommandContext call, RespWriter reply)
    {
        bool isNumber = LongDouble.TryParse(call.Args[2], out LongDouble increment);
        if (isNumber) call.Run(reply, new RealIncrement(call.Session, call.Args.Memory(1), increment), s_real);
        else call.Fail(reply, Errors.NotAFloat);
    }

    private static void Add(CommandContext call, RespWriter reply, long increment) => call.Run(
        reply,
        new IntegerIncrement(call.Session, call.Args.Memory(1), increment, StrictInteger.TryParse),
        s_integer);
}
