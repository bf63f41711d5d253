using System.CommandLine;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host;

/// <summary>
/// The flags of who may connect, with Redis's names. A password had better come from the environment, where other users
/// of the machine do not see it.
/// </summary>
internal static class SecurityFlags
{
    private static readonly Option<string?> s_requirePass = new("-requirepass")
    {
        Description = "password of the default user, or # and its SHA-256; better given by file or environment",
        HelpName = "password",
    };

    private static readonly Option<string?> s_aclFile = new("-aclfile")
    {
        Description = "file of users and their rights", HelpName = "file",
    };

    private static readonly Option<string?> s_protectedMode = new("-protected-mode", "--protected-mode")
    {
        Description = "only this machine may connect while there is no password: yes or no",
        HelpName = "yes|no",
        DefaultValueFactory = _ => "yes",
    };

    private static readonly Option<int> s_tlsPort = new("-tls-port")
    {
        Description = "listen for TLS on this port too, of every address of -addr; for TLS alone: "
            + "-addr tls://host:port",
        HelpName = "port",
    };

    private static readonly Option<string?> s_tlsCertFile = new("-tls-cert-file")
    {
        Description = "certificate of TLS, PEM, with those between it and its authority", HelpName = "file",
    };

    private static readonly Option<string?> s_tlsKeyFile = new("-tls-key-file")
    {
        Description = "its private key, PEM", HelpName = "file",
    };

    private static readonly Option<string?> s_tlsCaCertFile = new("-tls-ca-cert-file")
    {
        Description = "authorities whose certificates clients may show, PEM", HelpName = "file",
    };

    private static readonly Option<string> s_tlsAuthClients = new("-tls-auth-clients")
    {
        Description = "whether clients must show a certificate: yes, no or optional", HelpName = "yes|no|optional",
        DefaultValueFactory = _ => "yes",
    };

    private static readonly Option<string?> s_unixSocket = new("-unixsocket")
    {
        Description = "unix socket to listen on too", HelpName = "path",
    };

    private static readonly Option<string?> s_unixSocketPerm = new("-unixsocketperm")
    {
        Description = "who may connect to the unix socket, octal, such as 700", HelpName = "mode",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = Restricted(
    [
        s_requirePass, s_aclFile, s_protectedMode, s_tlsPort, s_tlsCertFile, s_tlsKeyFile, s_tlsCaCertFile,
        s_tlsAuthClients, s_unixSocket, s_unixSocketPerm,
    ]);

    /// <summary>Puts what was given into the options.</summary>
    public static ServerOptions Apply(ParseResult parsed, ServerOptions options)
    {
        int tlsPort = parsed.GetValue(s_tlsPort);
        return options with
        {
            RequirePass = PasswordHash.OfSetting(parsed.GetValue(s_requirePass) ?? ""),
            AclFile = FullPath(parsed.GetValue(s_aclFile)),
            ProtectedMode = parsed.GetValue(s_protectedMode) != "no",
            Addresses = [.. options.Addresses, .. ListenAddress.OfTlsPort(options.Addresses, tlsPort)],
            Tls = new TlsSettings
            {
                CertFile = parsed.GetValue(s_tlsCertFile) ?? "",
                KeyFile = parsed.GetValue(s_tlsKeyFile) ?? "",
                CaCertFile = parsed.GetValue(s_tlsCaCertFile) ?? "",
                AuthClients = TlsSettings.ParseAuthClients(parsed.GetValue(s_tlsAuthClients)!) ?? default,
            },
            UnixSocket = FullPath(parsed.GetValue(s_unixSocket)),
            UnixSocketMode = parsed.GetValue(s_unixSocketPerm) is { } mode ? (UnixFileMode)ReadMode(mode)! : null,
        };
    }

    private static IReadOnlyList<Option> Restricted(IReadOnlyList<Option> options)
    {
        ValueRules.Word(s_protectedMode, "yes", "no");
        ValueRules.Word(s_tlsAuthClients, TlsSettings.AuthClientsNames);
        ValueRules.Number(s_tlsPort, 0, 65_535);
        s_unixSocketPerm.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && ReadMode(result.Tokens[0].Value) is null)
                result.AddError($"-unixsocketperm must be an octal number up to 777, not {result.Tokens[0].Value}");
        });
        return options;
    }

    private static int? ReadMode(string octal)
    {
        bool isOctal = octal.Length is > 0 and <= 4 && !octal.AsSpan().ContainsAnyExceptInRange('0', '7');
        int mode = isOctal ? Convert.ToInt32(octal, 8) : int.MaxValue;
        return mode <= 511 ? mode : null; // 0777
    }

    private static string? FullPath(string? path) => path is { Length: > 0 } ? RealPath.Of(path) : null;
}
