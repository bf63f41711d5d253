using System.Globalization;
using System.Net;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Transport;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Server.Parameters;

/// <summary>
/// The parameters that CONFIG knows: those of Redis that mean something here, and those that clients ask for to learn
/// what a server can do. Every value is the truth about this server, not an echo of Redis's default.
/// </summary>
internal static class ParameterTable
{
    public static readonly IReadOnlyList<Parameter> All =
    [
        Number("databases", call => call.Server.Options.Databases),
        MaxClients.Parameter,
        Number("port", PortOf),
        new("bind", call => string.Join(' ', call.Server.Addresses.Select(BindOf).Distinct())),
        TlsParameters.Port,
        TlsParameters.CertFile,
        TlsParameters.KeyFile,
        TlsParameters.CaCertFile,
        TlsParameters.AuthClients,
        new("unixsocket", call => call.Server.Options.UnixSocket ?? ""),
        new("unixsocketperm", call => Convert.ToString((int)(call.Server.Options.UnixSocketMode ?? 0), 8)),
        AccessParameters.ProtectedMode,
        Constant("tcp-backlog", "511"),
        new("io-transport", call => call.Server.Transport.Name()),
        Number("io-threads", call => call.Server.IoThreads),
        ClientParameters.KeepAlive,
        ClientParameters.Timeout,
        AccessParameters.RequirePass,
        AccessParameters.AclFile,
        AccessParameters.LogMaxLen,
        Constant("acl-pubsub-default", "resetchannels"),

        new("addr", call => string.Join(' ', call.Server.Addresses)),
        new("http", call => call.Server.Options.HttpAddress?.ToString() ?? ""),
        new("db", call => call.Server.Options.DatabasePath ?? ""),
        new("bak", call => call.Server.Options.BackupPath ?? ""),
        new("debug", call => call.Server.Options.Debug ? "yes" : "no"),
        new("dir", DirectoryOf),
        new("dbfilename", call => Path.GetFileName(call.Server.Options.DatabasePath) ?? ""),
        new("save", SavePoint),
        Constant("stop-writes-on-bgsave-error", "no"),
        new("appendonly", call => call.Server.Persistence is null ? "no" : "yes"),
        LogParameters.AppendFsync,
        LogParameters.RewritePercentage,
        LogParameters.RewriteMinSize,
        Constant("aof-load-truncated", "yes"),

        MemoryParameters.MaxMemory,
        MemoryParameters.MaxMemoryClients,
        MemoryParameters.EvictIdle,
        Constant("maxmemory-policy", "noeviction"),
        ClientParameters.BulkLength,
        ClientParameters.QueryBufferLimit,
        ClientParameters.OutputBufferLimit,
        ClientParameters.Notifications,
        ClientParameters.TrackingKeys,
        TimingParameters.SlowerThan,
        TimingParameters.SlowLogLength,
        TimingParameters.Tracking,
        TimingParameters.Percentiles,
        TimingParameters.MonitorThreshold,
        new("enable-debug-command", call => call.Server.Options.EnableDebugCommand),

        new("loglevel", call => call.Server.Options.Debug ? "debug" : "notice"),
        new("log-format", call => call.Server.Options.LogFormat.Name()),
        Constant("logfile", ""),
        Constant("daemonize", "no"),

        // Asked by clients before they choose where to send a command.
        Constant("cluster-enabled", "no"),
        Constant("replicaof", ""),
        Constant("slaveof", ""),
        Constant("replica-read-only", "yes"),
        Constant("slave-read-only", "yes"),
        Constant("replica-serve-stale-data", "yes"),
        Constant("slave-serve-stale-data", "yes"),
    ];

    /// <summary>The parameter of a name in any case, or null.</summary>
    public static Parameter? Find(string name) =>
        All.FirstOrDefault(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static Parameter Constant(string name, string value) => new(name, _ => value);

    private static Parameter Number(string name, Func<CommandContext, long> read) =>
        new(name, call => read(call).ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// The port that the client came in by, which is right also where the system chose it; by TLS, the first other one;
    /// 0: there is none.
    /// </summary>
    public static long PortOf(CommandContext call)
    {
        if (call.Client.LocalEndPoint is not IPEndPoint ip) return 0;
        IReadOnlyList<ListenAddress> addresses = call.Server.Addresses;
        bool cameByTls = addresses.Any(address => address.IsTls && address.Covers(ip));
        return cameByTls ? addresses.FirstOrDefault(address => !address.IsTls)?.Port ?? 0 : ip.Port;
    }

    private static string BindOf(ListenAddress address)
    {
        if (address.Ip is null) return "127.0.0.1 ::1";
        return address.Ip.Equals(IPAddress.IPv6Any) ? "* -::*" : address.Ip.ToString();
    }

    private static string DirectoryOf(CommandContext call) =>
        call.Server.Options.DatabasePath is { } path
            ? Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/"
            : Environment.CurrentDirectory;

    /// <summary>A save point as Redis writes one: seconds, and the changes that make a save worth it.</summary>
    private static string SavePoint(CommandContext call)
    {
        ServerOptions options = call.Server.Options;
        return options.DatabasePath is null || options.SaveSeconds == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{options.SaveSeconds} 1");
    }
}

/// <summary>
/// maxclients: clients at once. May change while the server runs; clients that are connected stay. More than there are
/// descriptors for is refused in Redis's words.
/// </summary>
internal static class MaxClients
{
    public static readonly Parameter Parameter =
        new("maxclients", call => call.Server.ClientsMax.ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter(Check, Apply),
        };

    private static string? Check(ServerState server, string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long clients))
            return "argument couldn't be parsed into an integer";
        if (clients is < 1 or > uint.MaxValue) return "argument must be between 1 and 4294967295 inclusive";
        if (clients <= server.ClientsPossible) return null;
        string possible = server.ClientsPossible.ToString(CultureInfo.InvariantCulture);
        return $"The operating system is not able to handle the specified number of clients, try with {possible}";
    }

    private static void Apply(ServerState server, string value) =>
        server.ClientsMax = int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}

/// <summary>A parameter of CONFIG GET, with Redis's name for it.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Read">Its value now, as the client of this call may know it.</param>
internal sealed record Parameter(string Name, Func<CommandContext, string> Read)
{
    /// <summary>How CONFIG SET changes it; null: it cannot be changed while the server runs.</summary>
    public ParameterWriter? Writer { get; init; }
}

/// <summary>How CONFIG SET changes a parameter, in two steps so that a call with several changes all or none.</summary>
/// <param name="Check">Null, or what is wrong with a value, in Redis's words.</param>
/// <param name="Apply">Takes a value that was checked.</param>
internal sealed record ParameterWriter(Func<ServerState, string, string?> Check, Action<ServerState, string> Apply)
{
    /// <summary>One whose values are right or wrong whatever the server's state.</summary>
    public ParameterWriter(Func<string, string?> checkText, Action<ServerState, string> apply)
        : this((_, value) => checkText(value), apply) => CheckText = checkText;

    /// <summary>The same check before there is a server; one that takes all where it depends on its state.</summary>
    public Func<string, string?> CheckText { get; } = static _ => null;

    /// <summary>What it makes sense with only; null: it makes sense by itself.</summary>
    public ParameterGroup? Group { get; init; }
}

/// <summary>Parameters that are changed together.</summary>
/// <param name="Prepare">
/// Asked once for a call of CONFIG SET, when each value was checked by itself.
/// </param>
internal sealed record ParameterGroup(GroupPreparation Prepare);

/// <summary>Checks values together.</summary>
/// <param name="server">The server.</param>
/// <param name="given">The value that the call gives a parameter; null: none.</param>
/// <param name="apply">Takes them all, if nothing is wrong.</param>
/// <returns>Null, or what is wrong, in Redis's words.</returns>
internal delegate string? GroupPreparation(ServerState server, Func<string, string?> given, out Action? apply);
