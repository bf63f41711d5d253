using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Parameters;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/config-set</summary>
internal static class ConfigSet
{
    public static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count % 2 != 0)
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        var writers = new List<(ParameterWriter Writer, int Argument)>();
        if (!TryFind(call, reply, writers)) return;
        foreach ((ParameterWriter writer, int argument) in writers)
        {
            if (writer.Check(call.Server, Value(argument)) is not { } reason) continue;
            Refuse(call, reply, argument, reason);
            return;
        }

        foreach ((ParameterWriter writer, int argument) in writers) writer.Apply(call.Server, Value(argument));
        reply.WriteOk();

        string Value(int argument) => Encoding.Latin1.GetString(args[argument + 1]);
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
                : writers.Exists(found => found.Writer == parameter.Writer) ? "duplicate parameter"
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
