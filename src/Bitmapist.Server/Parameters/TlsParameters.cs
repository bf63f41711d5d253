using System.Globalization;
using System.Text;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>
/// Parameters of TLS, with Redis's names. The files may change while the server runs, together if need be: the next
/// handshake is made with them, or all stay if they cannot be used.
/// </summary>
internal static class TlsParameters
{
    private const string Refused = "Unable to update TLS configuration. Check server logs.";
    private static readonly ParameterGroup s_files = new(Prepare);

    /// <summary>Port of the first address that speaks TLS; 0: none does.</summary>
    public static readonly Parameter Port = new("tls-port", call =>
        (call.Server.Options.Addresses.FirstOrDefault(address => address.IsTls)?.Port ?? 0)
            .ToString(CultureInfo.InvariantCulture));

    public static readonly Parameter CertFile = File("tls-cert-file", tls => tls.CertFile);

    public static readonly Parameter KeyFile = File("tls-key-file", tls => tls.KeyFile);

    public static readonly Parameter CaCertFile = File("tls-ca-cert-file", tls => tls.CaCertFile);

    public static readonly Parameter AuthClients =
        new("tls-auth-clients", call => TlsSettings.AuthClientsNames[(int)call.Server.Tls.Settings.AuthClients])
        {
            Writer = new ParameterWriter(
                (_, value) => TlsSettings.ParseAuthClients(value) is null
                    ? "argument(s) must be one of the following: no, yes, optional"
                    : null,
                ApplyTogether)
            {
                Group = s_files,
            },
        };

    private static Parameter File(string name, Func<TlsSettings, string> read) =>
        new(name, call => read(call.Server.Tls.Settings))
        {
            Writer = new ParameterWriter((_, _) => null, ApplyTogether) { Group = s_files },
        };

    private static void ApplyTogether(ServerState server, string value)
    {
        // What the group prepared has all of them.
    }

    private static string? Prepare(ServerState server, Func<string, string?> given, out Action? apply)
    {
        TlsSettings present = server.Tls.Settings;
        TlsSettings next = present with
        {
            CertFile = Path(given("tls-cert-file")) ?? present.CertFile,
            KeyFile = Path(given("tls-key-file")) ?? present.KeyFile,
            CaCertFile = Path(given("tls-ca-cert-file")) ?? present.CaCertFile,
            AuthClients = given("tls-auth-clients") is { } word
                ? TlsSettings.ParseAuthClients(word) ?? present.AuthClients
                : present.AuthClients,
        };
        try
        {
            apply = server.Tls.Prepare(next);
            return null;
        }
        catch (IOException failure)
        {
            server.TellCertificatesRefused(failure);
            apply = null;
            return Refused;
        }
    }

    private static string? Path(string? latin1) =>
        latin1 is null ? null : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));
}
