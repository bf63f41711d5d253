using System.Net;
using System.Text;
using Bitmapist.Server.Access;
using Bitmapist.Server.Connections;
using Bitmapist.Server.State;

namespace Bitmapist.Http.Access;

/// <summary>Whether a request is granted, and if not, what it lacks.</summary>
internal enum HttpVerdict
{
    Granted,

    /// <summary>It must say who it is: it did not, or with a wrong password.</summary>
    WhoIsIt,

    /// <summary>Its user may not run INFO.</summary>
    NotAllowed,
}

/// <summary>
/// Who may read metrics: who may read them by INFO on Redis's port. The users are the same, their passwords come by
/// HTTP's Basic scheme. Refusals are counted and noted as those of that port are, for INFO and ACL LOG. Thread-safe.
/// </summary>
internal static class HttpAccess
{
    private const string Scheme = "Basic ";
    private const int CredentialBytes = 4096;

    /// <summary>Whether protected mode keeps the request's machine out, as it does on Redis's port.</summary>
    public static bool IsKeptOut(ServerState server, IPAddress? remote) =>
        ProtectedMode.Refuses(server, remote is null ? null : new IPEndPoint(remote, 0));

    /// <summary>Whether who sends a request may read metrics.</summary>
    /// <param name="server">Whose users.</param>
    /// <param name="authorization">The header of that name; "": there is none.</param>
    /// <param name="address">Where it comes from, for ACL LOG.</param>
    /// <param name="path">What it asks for, likewise.</param>
    public static HttpVerdict Judge(ServerState server, string authorization, string address, string path)
    {
        AccessControl access = server.Access;
        User? user = access.IsPasswordNeeded ? null : access.Default;
        if (authorization.Length > 0)
        {
            if (!TryRead(authorization, out byte[] name, out byte[] password)) return HttpVerdict.WhoIsIt;
            user = access.Authenticate(name, password);
            if (user is null) Note(server, AccessDenial.Authentication, path, NameOf(name), address);
        }

        if (user is null) return HttpVerdict.WhoIsIt;
        if (MayRunInfo(user)) return HttpVerdict.Granted;
        Note(server, AccessDenial.Command, "info", user.Name, address);
        return HttpVerdict.NotAllowed;
    }

    /// <summary>Reads user and password; no name means the default user, as for AUTH with a password alone.</summary>
    private static bool TryRead(string authorization, out byte[] name, out byte[] password)
    {
        name = password = [];
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        Span<byte> bytes = stackalloc byte[CredentialBytes];
        if (!Convert.TryFromBase64String(authorization[Scheme.Length..].Trim(), bytes, out int length)) return false;
        int colon = bytes[..length].IndexOf((byte)':');
        if (colon < 0) return false;
        name = colon == 0 ? Encoding.ASCII.GetBytes(AccessControl.DefaultName) : bytes[..colon].ToArray();
        password = bytes[(colon + 1)..length].ToArray();
        return true;
    }

    private static bool MayRunInfo(User user)
    {
        int info = Server.Dispatch.CommandList.Table.Catalog.Find("info");
        return user.Rules.Selectors.Any(selector => selector.AllowsCommand(info));
    }

    private static string NameOf(byte[] name) =>
        Encoding.Latin1.GetString(name.AsSpan(0, Math.Min(name.Length, AccessLimits.LogObjectBytes)));

    private static void Note(ServerState server, AccessDenial reason, string noted, string userName, string address) =>
        server.Access.Log.Add(new AccessLogEntry(
            reason, IsInTransaction: false, Encoding.ASCII.GetBytes(noted), userName, server.Time.GetUtcNow(),
            LineOf(address)));

    /// <summary>
    /// The fields of a client's line in CLIENT LIST, as those who read ACL LOG expect them all: of somebody that is no
    /// client, but has an address.
    /// </summary>
    private static string LineOf(string address) =>
        $"id=0 addr={address} laddr= fd=-1 name= age=0 idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 qbuf=0 "
        + "qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r cmd=http user= "
        + "redir=-1 resp=0 lib-name= lib-ver=";
}
