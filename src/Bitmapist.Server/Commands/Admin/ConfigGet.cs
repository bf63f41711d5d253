using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Globs;
using Bitmapist.Server.Parameters;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/config-get</summary>
internal static class ConfigGet
{
    public static void Run(CommandContext call, RespWriter reply)
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
}
