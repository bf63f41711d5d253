using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands.Keys;
using Bitmapist.Server.Parameters;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/config-get</summary>
internal static class ConfigGet
{
    public static void Run(CommandContext call, RespWriter reply)
    {
        List<(string Name, Parameter Parameter)> matches = Match(call.Args);
        reply.WriteMapHeader(matches.Count);
        foreach ((string name, Parameter parameter) in matches)
        {
            reply.WriteBulkString(name);
            reply.WriteBulkString(parameter.Read(call));
        }
    }

    /// <summary>What is asked for, each once. A name without wildcards comes back as it was written.</summary>
    private static List<(string Name, Parameter Parameter)> Match(ArgumentList args)
    {
        var matches = new List<(string Name, Parameter Parameter)>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 2; i < args.Count; i++)
        {
            string pattern = Encoding.Latin1.GetString(args[i]);
            if (pattern.AsSpan().ContainsAny('[', '*', '?'))
            {
                byte[] lowerCase = Encoding.Latin1.GetBytes(pattern.ToLowerInvariant());
                foreach (Parameter parameter in ParameterTable.All)
                {
                    if (!GlobPattern.IsMatch(lowerCase, Encoding.ASCII.GetBytes(parameter.Name))) continue;
                    if (names.Add(parameter.Name)) matches.Add((parameter.Name, parameter));
                }
            }
            else if (ParameterTable.Find(pattern) is { } parameter && names.Add(pattern))
            {
                matches.Add((pattern, parameter));
            }
        }

        return matches;
    }
}
