using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Globs;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/command-list</summary>
internal static class CommandNames
{
    public static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count == 2)
        {
            Write(call.Commands.ByIndex, reply);
            return;
        }

        if (args.Count != 5 || !args.Is(2, "filterby"u8))
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        string value = Encoding.Latin1.GetString(args[4]);
        if (args.Is(3, "module"u8)) Write([], reply);
        else if (args.Is(3, "aclcat"u8)) Write(call.Commands.ByIndex.Where(spec => IsOfCategory(spec, value)), reply);
        else if (!args.Is(3, "pattern"u8)) call.Fail(reply, Errors.Syntax);
        else if (!GlobPattern.TryCompileForLowerCase(args[4], out GlobPattern? pattern))
            call.Fail(reply, Errors.PatternTooLong);
        else Write(call.Commands.ByIndex.Where(spec => pattern.IsMatch(Encoding.ASCII.GetBytes(spec.FullName))), reply);
    }

    private static bool IsOfCategory(CommandSpec spec, string category) =>
        spec.Categories.Split(' ').Contains(category, StringComparer.OrdinalIgnoreCase);

    private static void Write(IEnumerable<CommandSpec> specs, RespWriter reply)
    {
        List<CommandSpec> list = [.. specs];
        reply.WriteArrayHeader(list.Count);
        foreach (CommandSpec spec in list) reply.WriteBulkString(spec.FullName);
    }
}
