using System.Text;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands;

/// <summary>What commands with subcommands have in common: the container itself, and HELP.</summary>
internal static class Containers
{
    /// <summary>A container, which is never run itself: without a subcommand its arity refuses it.</summary>
    public static CommandSpec Declare(string name, CommandFlags flags) =>
        new(name, -2, flags, KeySpec.None, (_, _) => throw new InvalidOperationException($"{name} is no call."))
        {
            Summary = "",
        };

    /// <summary>The subcommand HELP: what the container's other declarations say.</summary>
    public static CommandSpec Help(string container) =>
        new("help", 2, Loading | Stale, KeySpec.None, (call, reply) => WriteHelp(call, container, reply))
        {
            Summary = "Replies this list.",
        };

    private static void WriteHelp(CommandContext call, string container, RespWriter reply)
    {
        IReadOnlyList<CommandSpec> subcommands =
            call.Commands.Find(Encoding.ASCII.GetBytes(container))!.Subcommands;
        reply.WriteArrayHeader(1 + (2 * subcommands.Count));
        string name = container.ToUpperInvariant();
        reply.WriteSimpleString($"{name} <subcommand> [<argument> ...], where subcommands are:");
        foreach (CommandSpec subcommand in subcommands)
        {
            reply.WriteSimpleString($"{subcommand.Name.ToUpperInvariant()} {subcommand.Syntax}".TrimEnd());
            reply.WriteSimpleString($"    {subcommand.Summary}");
        }
    }
}
