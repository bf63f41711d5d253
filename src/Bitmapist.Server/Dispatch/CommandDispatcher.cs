using System.Diagnostics.CodeAnalysis;
using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Commands.Connection;
using Bitmapist.Server.Commands.PubSub;
using Bitmapist.Server.Commands.Transactions;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Dispatch;

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
        if (!TryResolve(call, reply, out CommandSpec? spec) || !TryPermit(call, reply, spec)
            || (call.Client.Modes != ClientModes.None && !TryInMode(call, reply, spec))
            || !TryAdmit(call, reply, spec))
        {
            call.Transaction?.MarkFailed();
            return;
        }

        call.Clock.Begin(spec);
        if (call.Transaction is { } transaction && !spec.Is(CommandFlags.NotQueued))
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

        call.Run(spec, reply);
    }

    /// <summary>Whether running a command now would keep its thread from other sockets, by its size.</summary>
    public static bool TakesLong(CommandContext call) =>
        call.Args.TotalBytes > ServerLimits.InlineRequestBytes
        || call.Args.Count > ServerLimits.InlineArguments
        || (call.Transaction is { IsLong: true } && call.Args.Is(0, "exec"u8));

    /// <summary>Whether a call may change keys, or tell others something: what CLIENT PAUSE WRITE lets wait.</summary>
    public static bool MayWrite(CommandContext call)
    {
        CommandSpec? spec = call.Commands.Find(call.Args[0]);
        if (spec is null) return false;
        if (spec == TransactionCommands.Exec) return call.Transaction is { IsWriting: true };
        return spec.Is(CommandFlags.Write) || spec == Publish.Spec || spec == Publish.ToShard;
    }

    private static bool TryResolve(
        CommandContext call, RespWriter reply, [NotNullWhen(true)] out CommandSpec? spec)
    {
        ArgumentList args = call.Args;
        spec = call.Commands.Find(args[0]);
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
                string given = Quotable(args[1], ServerLimits.QuotedCharacters);
                call.Fail(reply, Latin1(
                    $"ERR unknown subcommand '{given}'. Try {container.Name.ToUpperInvariant()} HELP."));
                return false;
            }
        }

        if (!spec.AcceptsCount(args.Count))
        {
            call.Client.Counters.Of(spec.Index).Rejections++;
            string reason = $"wrong number of arguments for '{spec.FullName}' command";
            if (spec == TransactionCommands.Exec) TransactionCommands.AbortExec(call, reply, reason);
            else call.Fail(reply, Latin1($"ERR {reason}"));
            return false;
        }

        return true;
    }

    /// <summary>Refuses what a subscriber in RESP2, or a monitor, may not run.</summary>
    private static bool TryInMode(CommandContext call, RespWriter reply, CommandSpec spec)
    {
        bool isSubscriber = call.Client.IsSubscriber && call.Client.Version == RespVersion.Resp2;
        bool isMonitor = (call.Client.Modes & ClientModes.Monitor) != 0;
        if (isSubscriber && !spec.Is(CommandFlags.WhileSubscribed))
        {
            const string Allowed = "(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET";
            call.Fail(
                reply, Latin1($"ERR Can't execute '{spec.FullName}': only {Allowed} are allowed in this context"));
        }
        else if (isMonitor && spec.Is(CommandFlags.Write | CommandFlags.ReadOnly))
        {
            call.Fail(reply, Errors.MonitorReads);
        }
        else
        {
            return true;
        }

        call.Client.Counters.Of(spec.Index).Rejections++;
        return false;
    }

    /// <summary>Refuses what the client has no right to; most clients have every right.</summary>
    private static bool TryPermit(CommandContext call, RespWriter reply, CommandSpec spec)
    {
        if (call.Client.IsUnrestricted || AccessGate.Refuse(call, spec) is not { } reason) return true;
        call.Client.Counters.Of(spec.Index).Rejections++;
        if (spec == TransactionCommands.Exec) TransactionCommands.AbortExec(call, reply, reason);
        else call.Fail(reply, Latin1(reason));
        return false;
    }

    /// <summary>
    /// Refuses a write that could not be kept: the log fails, or a name is too long for the index.
    /// </summary>
    private static bool TryAdmit(CommandContext call, RespWriter reply, CommandSpec spec)
    {
        bool isExec = spec == TransactionCommands.Exec;
        bool isWrite = spec.Is(CommandFlags.Write) || (isExec && call.Transaction is { IsWriting: true });
        if (!isWrite) return true;
        if (call.Server.Persistence?.LogFailure is { } failure)
        {
            string reason = Errors.WritesRefused(failure, failure.Reason.Cause);
            if (isExec) TransactionCommands.AbortExec(call, reply, reason);
            else call.Fail(reply, Latin1(reason));
        }
        else if (call.Args.TotalBytes > ServerLimits.KeyBytes && call.Args.HaveLongKey(spec.Keys))
        {
            call.Fail(reply, Errors.KeyTooLong);
        }
        else
        {
            return true;
        }

        call.Client.Counters.Of(spec.Index).Rejections++;
        return false;
    }

    private static byte[] UnknownCommand(ArgumentList args)
    {
        // Redis quotes arguments until 128 characters of them are written, cutting the last one off.
        var quoted = new StringBuilder();
        for (int i = 1; i < args.Count && quoted.Length < ServerLimits.QuotedCharacters; i++)
        {
            int left = ServerLimits.QuotedCharacters - quoted.Length;
            quoted.Append('\'').Append(Quotable(args[i], left)).Append("' ");
        }

        string name = Quotable(args[0], ServerLimits.QuotedCharacters);
        return Latin1($"ERR unknown command '{name}', with args beginning with: {quoted}");
    }

    private static string Quotable(ReadOnlySpan<byte> argument, int charactersMax)
    {
        int end = argument.IndexOf((byte)0); // Redis prints these as C strings
        if (end >= 0) argument = argument[..end];
        return Encoding.Latin1.GetString(argument[..Math.Min(argument.Length, charactersMax)]);
    }

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);
}
