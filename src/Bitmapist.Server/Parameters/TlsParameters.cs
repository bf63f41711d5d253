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
    private const string NotListening = "Unable to listen on this port. Check server logs.";
    private static readonly ParameterGroup s_files = new(Prepare);

    /// <summary>
    /// Port of the first address that speaks TLS; 0: none does. Setting it to 0 closes it, to another opens that.
    /// </summary>
    public static readonly Parameter Port = new("tls-port", call =>
        (call.Server.Addresses.FirstOrDefault(address => address.IsTls)?.Port ?? 0)
            .ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter((_, value) => CheckPort(value), ApplyTogether) { Group = s_files },
        };

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
        apply = null;
        int? port = given("tls-port") is { } number ? int.Parse(number, CultureInfo.InvariantCulture) : null;
        Action applyFiles;
        try
        {
            applyFiles = server.Tls.Prepare(next, isNeeded: port > 0);
        }
        catch (IOException failure)
        {
            server.TellCertificatesRefused(failure);
            return Refused;
        }

        Action? applyPort = null; // no other group of parameters can refuse now
        try
        {
            if (port is { } wanted) applyPort = server.PrepareTlsPort?.Invoke(wanted);
        }
        catch (IOException failure)
        {
            server.TellNotListening(failure);
            return NotListening;
        }

        apply = () =>
        {
            applyFiles(); // before somebody can connect
            applyPort?.Invoke();
        };
        return null;
    }

    private static string? CheckPort(string value)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int port))
            return "argument couldn't be parsed into an integer";
        return port is < 0 or > 65_535 ? "argument must be between 0 and 65535 inclusive" : null;
    }

    private static string? Path(string? latin1) =>
        latin1 is null ? null : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));
}
