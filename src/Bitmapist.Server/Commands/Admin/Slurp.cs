using System.Globalization;
using System.Net;
using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Copying;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>
/// The original server's command, <c>SLURP host:port [db]</c>, with a password and encryption added. The keys go to the
/// client's database; INFO slurp tells how it goes. SLURP STOP ends it.
/// </summary>
internal static class Slurp
{
    public static readonly CommandSpec Spec = new(
        "slurp", -2, Write | CommandFlags.Admin | NoScript, KeySpec.None, Run)
    {
        Summary = "Copies every string key of another server in the background; STOP ends that.",
        Group = "server", Since = "0.1.0", Follows = "none",
        Categories = "write admin slow dangerous",
        Complexity = "O(1), and the copy in the background",
        Arguments = "(host-and-port [db:integer] [USER name] [PASSWORD word] "
            + "[TLS [CACERT file | INSECURE]] | STOP)",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        Slurper slurper = call.Server.Slurper;
        if (call.Args.Count == 2 && call.Args.Is(1, "stop"u8))
        {
            if (slurper.TryStop()) reply.WriteOk();
            else call.Fail(reply, "ERR no SLURP is in progress"u8);
        }
        else if (!TryReadAddress(call.Args[1], out string host, out int port))
        {
            call.Fail(reply, "ERR the source of SLURP must be of the form host:port"u8);
        }
        else if (!TryReadOptions(call, reply, new SlurpOptions(host, port), out SlurpOptions options))
        {
            // Answered already.
        }
        else if (!slurper.TryStart(options, call.Session.Database))
        {
            string source = slurper.Latest?.Options.Address ?? "";
            call.Fail(reply, Encoding.UTF8.GetBytes($"ERR SLURP from {source} is in progress already: see INFO slurp"));
        }
        else
        {
            reply.WriteOk();
        }
    }

    /// <summary>
    /// Reads <c>host:port</c>, an IPv6 address in brackets; without a host this machine, as in the original. Names are
    /// resolved by the copy.
    /// </summary>
    private static bool TryReadAddress(ReadOnlySpan<byte> argument, out string host, out int port)
    {
        string text = Encoding.UTF8.GetString(argument);
        int colon = text.LastIndexOf(':');
        host = colon <= 0 ? "localhost" : text[..colon];
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (isBracketed) host = host[1..^1];
        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && colon >= 0
            && port is > 0 and <= IPEndPoint.MaxPort
            && host.Length > 0
            && (isBracketed || !host.Contains(':', StringComparison.Ordinal))
            && !host.AsSpan().ContainsAnyInRange('\0', ' ');
    }

    private static bool TryReadOptions(
        CommandContext call, RespWriter reply, SlurpOptions given, out SlurpOptions options)
    {
        ArgumentList args = call.Args;
        options = given;
        int at = 2;
        if (at < args.Count && args.TryGetInteger(at, out long database))
        {
            if (database is < 0 or > int.MaxValue)
            {
                call.Fail(reply, Errors.DatabaseIndex);
                return false;
            }

            options = options with { SourceDatabase = (int)database };
            at++;
        }

        for (; at < args.Count; at++)
        {
            bool hasWord = at + 1 < args.Count;
            if (args.Is(at, "user"u8) && hasWord)
                options = options with { User = Encoding.UTF8.GetString(args[++at]) };
            else if (args.Is(at, "password"u8) && hasWord)
                options = options with { Password = args[++at].ToArray() };
            else if (args.Is(at, "tls"u8))
                options = options with { Tls = true };
            else if (args.Is(at, "cacert"u8) && hasWord && options.Tls)
                options = options with { TrustedCertificates = Encoding.UTF8.GetString(args[++at]) };
            else if (args.Is(at, "insecure"u8) && options.Tls)
                options = options with { IsAnyCertificateTrusted = true };
            else break;
        }

        bool isComplete = at == args.Count
            && (options.User is null || options.Password is not null)
            && (options.TrustedCertificates is null || !options.IsAnyCertificateTrusted);
        if (!isComplete) call.Fail(reply, Errors.Syntax);
        return isComplete;
    }
}
