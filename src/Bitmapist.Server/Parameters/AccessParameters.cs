using System.Text;
using Bitmapist.Server.Settings;

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
    public static readonly Parameter LogMaxLen = Numbers.Declare(
        "acllog-max-len", server => server.Access.Log.EntriesMax, 0, long.MaxValue,
        (server, value) => server.Access.Log.EntriesMax = value);

    /// <summary>While the default user needs no password, only this machine may connect.</summary>
    public static readonly Parameter ProtectedMode = Switches.Declare(
        "protected-mode", server => server.ProtectedMode, (server, isOn) => server.ProtectedMode = isOn);
}
