using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Globs;
using Bitmapist.Server.Parameters;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/config-get and its siblings</summary>
internal static class Config
{
    private const CommandFlags Flags = CommandFlags.Admin | NoScript | Loading | Stale;

    public static readonly CommandSpec Spec = Containers.Declare("config", CommandFlags.None) with
    {
        Summary = "A container for commands about the configuration.",
        Group = "server", Since = "2.0.0", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            Declare("get", -3, RunGet, "Replies the parameters whose names match.") with
            {
                Arguments = "parameter...", Complexity = "O(parameters × patterns)",
            },
            Declare("set", -4, RunSet, "Changes parameters, all or none.") with
            {
                Arguments = "(parameter value)...", Complexity = "O(parameters given)",
                Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            },
            Declare("rewrite", 2, ConfigRewrite.Run, "Writes what was changed to the file of settings.") with
            {
                Since = "2.8.0", Complexity = "O(lines of the file)",
                Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            },
            Declare("resetstat", 2, RunResetStat, "Makes the counts of INFO start again.") with
            {
                Complexity = "O(connections)",
            },
            Containers.Help("config") with { Since = "5.0.0", Group = "server", Categories = "slow" },
        ],
    };

    private static CommandSpec Declare(string name, int arity, CommandRunner run, string summary) =>
        new(name, arity, Flags, KeySpec.None, run)
        {
            Summary = summary, Group = "server", Since = "2.0.0", Categories = "admin slow dangerous",
        };

    private static void RunResetStat(CommandContext call, RespWriter reply)
    {
        call.Server.Statistics.Reset();
        call.Server.Latencies.Clear();
        reply.WriteOk();
    }

    /// <summary>redis.io/commands/config-get</summary>
    private static void RunGet(CommandContext call, RespWriter reply)
    {
        if (Match(call.Args) is not { } matches)
        {
            call.Fail(reply, Errors.PatternTooLong);
            return;
        }

        reply.WriteMapHeader(matches.Count);
        foreach ((string name, Parameter parameter) in matches)
        {
            reply.WriteBulkString(name);
            reply.WriteBulkString(parameter.Read(call));
        }
    }

    /// <summary>
    /// What is asked for, each once; null where a pattern is too long. A name without wildcards comes back as it was
    /// written.
    /// </summary>
    private static List<(string Name, Parameter Parameter)>? Match(ArgumentList args)
    {
        var matches = new List<(string Name, Parameter Parameter)>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 2; i < args.Count; i++)
        {
            if (args[i].ContainsAny("[*?"u8))
            {
                if (!GlobPattern.TryCompileForLowerCase(args[i], out GlobPattern? pattern)) return null;
                foreach (Parameter parameter in ParameterTable.All)
                {
                    if (!pattern.IsMatch(Encoding.ASCII.GetBytes(parameter.Name))) continue;
                    if (names.Add(parameter.Name)) matches.Add((parameter.Name, parameter));
                }
            }
            else if (Encoding.Latin1.GetString(args[i]) is var name
                && ParameterTable.Find(name) is { } parameter && names.Add(name))
            {
                matches.Add((name, parameter));
            }
        }

        return matches;
    }

    /// <summary>redis.io/commands/config-set</summary>
    private static void RunSet(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count % 2 != 0)
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        // What is checked is what it is applied to, whatever other clients set.
        lock (call.Server.Setting) Set(call, reply);
    }

    private static void Set(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        var writers = new List<(ParameterWriter Writer, int Argument)>();
        if (!TryFind(call, reply, writers)) return;
        foreach ((ParameterWriter writer, int argument) in writers)
        {
            if (writer.Check(call.Server, Value(argument)) is not { } reason) continue;
            Refuse(call, reply, argument, reason);
            return;
        }

        var applies = new List<Action>();
        foreach (ParameterGroup? group in writers.Select(found => found.Writer.Group).Distinct())
        {
            if (group is null) continue;
            if (group.Prepare(call.Server, ValueOf, out Action? apply) is { } reason)
            {
                Refuse(call, reply, writers.First(found => found.Writer.Group == group).Argument, reason);
                return;
            }

            applies.Add(apply!);
        }

        foreach ((ParameterWriter writer, int argument) in writers) writer.Apply(call.Server, Value(argument));
        foreach (Action apply in applies) apply();
        for (int i = 2; i < args.Count; i += 2)
            call.Server.NoteChanged(ParameterTable.Find(Encoding.Latin1.GetString(args[i]))!.Name);
        reply.WriteOk();

        string Value(int argument) => Encoding.Latin1.GetString(args[argument + 1]);

        string? ValueOf(string name)
        {
            int at = writers.FindIndex(found => args.Is(found.Argument, Encoding.ASCII.GetBytes(name)));
            return at < 0 ? null : Value(writers[at].Argument);
        }
    }

    private static bool TryFind(
        CommandContext call, RespWriter reply, List<(ParameterWriter Writer, int Argument)> writers)
    {
        ArgumentList args = call.Args;
        for (int i = 2; i < args.Count; i += 2)
        {
            Parameter? parameter = ParameterTable.Find(Encoding.Latin1.GetString(args[i]));
            if (parameter is null)
            {
                ReadOnlySpan<byte> error = "ERR Unknown option or number of arguments for CONFIG SET - '"u8;
                call.Fail(reply, [.. error, .. args.UpToNul(i), .. "'"u8]);
                return false;
            }

            string? reason =
                parameter.Writer is null ? "can't set immutable config"
                : writers.Exists(found => ReferenceEquals(found.Writer, parameter.Writer)) ? "duplicate parameter"
                : null;
            if (reason is not null)
            {
                Refuse(call, reply, i, reason);
                return false;
            }

            writers.Add((parameter.Writer!, i));
        }

        return true;
    }

    private static void Refuse(CommandContext call, RespWriter reply, int argument, string reason)
    {
        ReadOnlySpan<byte> error = "ERR CONFIG SET failed (possibly related to argument '"u8;
        call.Fail(reply, [.. error, .. call.Args.UpToNul(argument), .. "') - "u8, .. Encoding.ASCII.GetBytes(reason)]);
    }
}
