using System.Diagnostics.CodeAnalysis;
using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Connections;

namespace Bitmapist.Server.Commands;

/// <summary>
/// From a request to a command: finds it, checks what every command has in common, queues or runs it.
/// </summary>
internal static class CommandDispatcher
{
    /// <summary>
    /// Handles the request in <paramref name="call"/>; sets <see cref="CommandContext.Deferred"/> if work is left.
    /// </summary>
    public static void Dispatch(CommandContext call, RespWriter reply)
    {
        ClientConnection client = call.Client;
        if (!TryResolve(call, reply, out CommandSpec? spec) || !TryAdmit(call, reply, spec))
        {
            client.Transaction?.MarkFailed();
            return;
        }

        client.LastCommand = spec;
        if (client.Transaction is { } transaction && !spec.Is(CommandFlags.NotQueued))
        {
            if (spec.Is(CommandFlags.NoMulti))
            {
                transaction.MarkFailed();
                call.Fail(reply, Errors.NotAllowedInMulti);
                return;
            }

            if (transaction.TryQueue(spec, call.Args))
            {
                reply.WriteSimpleString("QUEUED"u8);
            }
            else
            {
                transaction.MarkFailed();
                call.Fail(reply, Errors.TransactionTooLong);
            }

            return;
        }

        Run(call, spec, reply);
    }

    /// <summary>Runs a command whose arity has been checked, and counts it.</summary>
    public static void Run(CommandContext call, CommandSpec spec, RespWriter reply)
    {
        ClientCounters counters = call.Client.Counters;
        counters.Calls[spec.Index]++;
        call.IsFailed = false;
        try
        {
            spec.Run(call, reply);
        }
        catch (DiskReadException failure)
        {
            // Nothing was changed, and a reply is begun only when what it needs is at hand.
            call.Server.TellUnreadable(failure);
            call.Fail(reply, Errors.Unreadable);
        }
        catch (WritesRefusedException refused)
        {
            call.Fail(reply, call.Server.WhyRefused(refused)); // since it was admitted
        }

        if (call.IsFailed) counters.Failures[spec.Index]++;
    }

    /// <summary>
    /// Whether running a command now would keep its thread from other sockets: by its size, or because it waits for a
    /// bit operation that is still being computed.
    /// </summary>
    public static bool TakesLong(CommandContext call)
    {
        if (call.Args.TotalBytes > Limits.InlineRequestBytes || call.Args.Count > Limits.InlineArguments) return true;
        if (call.Client.Transaction is { IsLong: true } && call.Args.Is(0, "exec"u8)) return true;
        return call.Session.HasUnfinished && WouldWait(call);
    }

    private static bool WouldWait(CommandContext call)
    {
        if (call.Client.Transaction is { } transaction)
            return call.Args.Is(0, "exec"u8) && transaction.WouldWait(call.Session);
        if (CommandTable.Find(call.Args[0]) is not { } spec || !spec.Is(CommandFlags.Write)) return false;
        return WouldWait(call.Session, spec, call.Args);
    }

    /// <summary>Whether any key of a call has a value that is still being computed.</summary>
    public static bool WouldWait(Engine.Keyspace.Session session, CommandSpec spec, ArgumentList args)
    {
        if (spec.Keys.First == 0) return false;
        int last = Math.Min(spec.Keys.LastOf(args.Count), args.Count - 1);
        for (int i = spec.Keys.First; i <= last; i += spec.Keys.Step)
            if (session.WouldWait(args[i])) return true;
        return false;
    }

    private static bool TryResolve(
        CommandContext call, RespWriter reply, [NotNullWhen(true)] out CommandSpec? spec)
    {
        ArgumentList args = call.Args;
        spec = CommandTable.Find(args[0]);
        if (spec is null)
        {
            // A browser tricked into posting to this port gets no command run, as in Redis.
            if (args.Is(0, "post"u8) || args.Is(0, "host:"u8)) call.Client.IsClosing = true;
            else call.Fail(reply, UnknownCommand(args));
            return false;
        }

        if (spec.Subcommands.Count > 0 && args.Count > 1)
        {
            CommandSpec container = spec;
            spec = CommandTable.FindSubcommand(container, args[1]);
            if (spec is null)
            {
                string given = Quotable(args[1], Limits.QuotedCharacters);
                call.Fail(reply, Latin1(
                    $"ERR unknown subcommand '{given}'. Try {container.Name.ToUpperInvariant()} HELP."));
                return false;
            }
        }

        if (!spec.AcceptsCount(args.Count))
        {
            call.Client.Counters.Rejections[spec.Index]++;
            string reason = $"wrong number of arguments for '{spec.FullName}' command";
            if (spec == Connection.Exec.Spec) Connection.Exec.Abort(call, reply, reason);
            else call.Fail(reply, Latin1($"ERR {reason}"));
            return false;
        }

        return true;
    }

    /// <summary>
    /// Refuses a write that could not be kept: the log fails, or a name is too long for the index.
    /// </summary>
    private static bool TryAdmit(CommandContext call, RespWriter reply, CommandSpec spec)
    {
        bool isExec = spec == Connection.Exec.Spec;
        bool isWrite = spec.Is(CommandFlags.Write) || (isExec && call.Client.Transaction is { IsWriting: true });
        if (!isWrite) return true;
        if (call.Server.Persistence?.LogFailure is { } failure)
        {
            string reason = Errors.WritesRefused(failure, failure.Reason.Cause);
            if (isExec) Connection.Exec.Abort(call, reply, reason);
            else call.Fail(reply, Latin1(reason));
        }
        else if (call.Args.TotalBytes > Limits.KeyBytes && HasLongKey(spec, call.Args))
        {
            call.Fail(reply, Errors.KeyTooLong);
        }
        else
        {
            return true;
        }

        call.Client.Counters.Rejections[spec.Index]++;
        return false;
    }

    private static bool HasLongKey(CommandSpec spec, ArgumentList args)
    {
        int last = Math.Min(spec.Keys.LastOf(args.Count), args.Count - 1);
        for (int i = spec.Keys.First; i > 0 && i <= last; i += spec.Keys.Step)
            if (args[i].Length > Limits.KeyBytes) return true;
        return false;
    }

    private static byte[] UnknownCommand(ArgumentList args)
    {
        // Redis quotes arguments until 128 characters of them are written, cutting the last one off.
        var quoted = new StringBuilder();
        for (int i = 1; i < args.Count && quoted.Length < Limits.QuotedCharacters; i++)
        {
            int left = Limits.QuotedCharacters - quoted.Length;
            quoted.Append('\'').Append(Quotable(args[i], left)).Append("' ");
        }

        return Latin1(
            $"ERR unknown command '{Quotable(args[0], Limits.QuotedCharacters)}', with args beginning with: {quoted}");
    }

    private static string Quotable(ReadOnlySpan<byte> argument, int charactersMax)
    {
        int end = argument.IndexOf((byte)0); // Redis prints these as C strings
        if (end >= 0) argument = argument[..end];
        return Encoding.Latin1.GetString(argument[..Math.Min(argument.Length, charactersMax)]);
    }

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);
}
