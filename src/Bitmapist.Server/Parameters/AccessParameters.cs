using System.Globalization;
using System.Text;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>Parameters of who may do what.</summary>
internal static class AccessParameters
{
    /// <summary>
    /// The default user's password. Only its hash is kept, so that is what can be shown, as ACL has it: unlike in
    /// Redis, who may see the configuration learns no password.
    /// </summary>
    public static readonly Parameter RequirePass =
        new("requirepass", call => call.Server.Access.RequiredPassword is { } hash ? $"#{hash}" : "")
        {
            Writer = new ParameterWriter((_, _) => null, (server, value) =>
                server.Access.RequiredPassword = PasswordHash.OfSetting(value, Encoding.Latin1.GetBytes(value))),
        };

    /// <summary>File of users.</summary>
    public static readonly Parameter AclFile = new("aclfile", call => call.Server.Access.FilePath);

    /// <summary>Entries of ACL LOG.</summary>
    public static readonly Parameter LogMaxLen =
        new("acllog-max-len", call => call.Server.Access.Log.EntriesMax.ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter(CheckLogMaxLen, (server, value) =>
                server.Access.Log.EntriesMax = long.Parse(value, CultureInfo.InvariantCulture)),
        };

    /// <summary>While the default user needs no password, only this machine may connect.</summary>
    public static readonly Parameter ProtectedMode =
        new("protected-mode", call => call.Server.ProtectedMode ? "yes" : "no")
        {
            Writer = new ParameterWriter(
                (_, value) => IsYes(value) is null ? "argument must be 'yes' or 'no'" : null,
                (server, value) => server.ProtectedMode = IsYes(value) ?? true),
        };

    private static bool? IsYes(string value) =>
        value.Equals("yes", StringComparison.OrdinalIgnoreCase) ? true
        : value.Equals("no", StringComparison.OrdinalIgnoreCase) ? false
        : null;

    private static string? CheckLogMaxLen(ServerState server, string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long entries))
            return "argument couldn't be parsed into an integer";
        return entries >= 0 ? null : "argument must be between 0 and 9223372036854775807 inclusive";
    }
}
