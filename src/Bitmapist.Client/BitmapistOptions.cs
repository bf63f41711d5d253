using System.Globalization;
using System.Net;
using System.Net.Security;
using Bitmapist.Client.Connections;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client;

/// <summary>
/// Where the server is and how to talk to it. Read once, when a client is made; later changes have no effect on it.
/// </summary>
public sealed class BitmapistOptions
{
    /// <summary>Redis's port.</summary>
    internal const int DefaultPort = 6379;

    /// <summary>Name or address of the server's machine. Default localhost.</summary>
    public string Host { get; set; } = "localhost";

    /// <summary>TCP port, 1 … 65,535. Default 6379.</summary>
    public int Port { get; set; } = DefaultPort;

    /// <summary>Path of a unix socket; where set, <see cref="Host"/> and <see cref="Port"/> do not matter.</summary>
    public string? UnixSocketPath { get; set; }

    /// <summary>User to authenticate as; null: the default user, if there is a password.</summary>
    public string? User { get; set; }

    /// <summary>Password; null: no authentication.</summary>
    public string? Password { get; set; }

    /// <summary>Number of the database, from 0.</summary>
    public int Database { get; set; }

    /// <summary>
    /// Whether to encrypt (rediss://). The server's certificate must be valid for <see cref="Host"/>.
    /// </summary>
    public bool UseTls { get; set; }

    /// <summary>
    /// Changes how TLS is spoken, for instance to add a client certificate or to trust a private authority. Called once
    /// per connection, after the server's name was set.
    /// </summary>
    public Action<SslClientAuthenticationOptions>? ConfigureTls { get; set; }

    /// <summary>
    /// What every key begins with; null: what the layout begins with, such as "trackist_". It may be empty, but then
    /// <see cref="BitmapistClient.DeleteAllEventsAsync"/> is refused.
    /// </summary>
    public string? KeyPrefix { get; set; }

    /// <summary>
    /// Prefixes of other clients on the same database. Those that begin with <see cref="KeyPrefix"/> and are longer
    /// have their keys left alone: by deletion, and in the names of events. The others do not matter, so one list may
    /// serve all clients. Default none.
    /// </summary>
    /// <remarks>
    /// Better choose prefixes of which none begins with another. Key names alone cannot tell such clients apart: the
    /// event <c>1_x</c> under <c>t1_</c> has the keys of <c>x</c> under <c>t1_1_</c>.
    /// </remarks>
    public IReadOnlyList<string> ForeignPrefixes { get; set; } = [];

    /// <summary>
    /// Whether every key under <see cref="KeyPrefix"/> is this client's, but for those under
    /// <see cref="ForeignPrefixes"/>. If not, <see cref="BitmapistClient.DeleteAllEventsAsync"/> is refused when it
    /// finds keys that look like those of another client. Default false.
    /// </summary>
    public bool OwnsPrefix { get; set; }

    /// <summary>
    /// Whose habits to keep. Default bitmapist4, whatever the prefix: it too may use <c>trackist_</c>.
    /// </summary>
    public KeyLayout Layout { get; set; } = KeyLayout.Bitmapist4;

    /// <summary>Whether marks also mark the hour, unless a call says otherwise; null: as the layout has it.</summary>
    public bool? TrackHourly { get; set; }

    /// <summary>Whether marks also mark the event's unique set, unless a call says otherwise; null: as the layout has
    /// it.</summary>
    public bool? TrackUnique { get; set; }

    /// <summary>What the server knows this client by (CLIENT SETNAME): printable ASCII without spaces.</summary>
    public string? ClientName { get; set; }

    /// <summary>
    /// Milliseconds a connection may take, name resolution, TLS and authentication included. Where a host has several
    /// addresses each has an equal share of what is left, so one that swallows packets does not hide the others. 1 … a
    /// day, default 5,000.
    /// </summary>
    public int ConnectTimeoutMs { get; set; } = 5_000;

    /// <summary>
    /// Milliseconds from a request to its reply, waiting for a connection included. 1 … a day, default 5,000. A request
    /// fails up to a tenth of it later. After twice as long without a byte, the connection is made anew.
    /// </summary>
    public int ResponseTimeoutMs { get; set; } = 5_000;

    /// <summary>
    /// Milliseconds before the second attempt to connect anew; the first is made at once, and each further wait is
    /// twice the one before, less up to half by chance. 1 … a day, default 50.
    /// </summary>
    public int ReconnectDelayMs { get; set; } = 50;

    /// <summary>Milliseconds between attempts to connect at most. 1 … a day, default 2,000.</summary>
    public int ReconnectDelayMaxMs { get; set; } = 2_000;

    /// <summary>
    /// Bytes of requests that may be unanswered at a time; callers wait beyond. Every request fits alone. From 1,
    /// default 8 MiB.
    /// </summary>
    public int BytesInFlightMax { get; set; } = 8 * 1024 * 1024;

    /// <summary>Where to log; null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>What "now" is for marks and periods. Timeouts run on the system's clock regardless.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The server's address as a connection string, without user and password.</summary>
    internal string Address =>
        UnixSocketPath is not null ? $"unix://{UnixSocketPath}?db={Database}"
        : $"{(UseTls ? "rediss" : "redis")}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}"
            + $":{Port}/{Database}";

    /// <summary>
    /// Reads a connection string: <c>redis://user:password@host:6379/0?prefix=trackist_&amp;layout=bitmapist3</c>,
    /// <c>rediss://</c> for TLS, <c>unix:///run/redis.sock?db=1</c>, or plain <c>host:port</c> or <c>host</c>.
    /// </summary>
    /// <remarks>
    /// What is between the marks may be percent-encoded, and must be where it contains one of them. Behind the
    /// question mark: <c>prefix</c>, <c>layout</c>, <c>db</c>, <c>name</c> (<see cref="ClientName"/>), <c>hourly</c>
    /// and <c>unique</c> (true or false), <c>foreign</c> (<see cref="ForeignPrefixes"/>, separated by commas),
    /// <c>ownsPrefix</c> (true or false), <c>connectTimeoutMs</c>, <c>responseTimeoutMs</c>.
    /// </remarks>
    /// <exception cref="FormatException">It is none of these; the message says what is wrong, and never shows the
    /// password.</exception>
    public static BitmapistOptions Parse(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return ConnectionString.Parse(connectionString);
    }

    /// <summary>The server's address as a connection string, without user and password.</summary>
    public override string ToString() => Address;

    /// <summary>A copy that later changes do not reach.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal BitmapistOptions Snapshot()
    {
        Require(UnixSocketPath is null || Path.IsPathRooted(UnixSocketPath), nameof(UnixSocketPath),
            "must be an absolute path");
        Require(UnixSocketPath is not null || !string.IsNullOrEmpty(Host), nameof(Host), "is empty");
        Require(Port is >= 1 and <= IPEndPoint.MaxPort, nameof(Port), $"must be from 1 to {IPEndPoint.MaxPort}");
        Require(User is null || Password is not null, nameof(User), "has no password");
        Require(Database >= 0, nameof(Database), "must be 0 or more");
        Require(ClientName is null || IsClientName(ClientName), nameof(ClientName),
            "must be printable ASCII without spaces");
        RequireMilliseconds(ConnectTimeoutMs, nameof(ConnectTimeoutMs));
        RequireMilliseconds(ResponseTimeoutMs, nameof(ResponseTimeoutMs));
        RequireMilliseconds(ReconnectDelayMs, nameof(ReconnectDelayMs));
        RequireMilliseconds(ReconnectDelayMaxMs, nameof(ReconnectDelayMaxMs));
        Require(BytesInFlightMax >= 1, nameof(BytesInFlightMax), "must be 1 or more");
        Require(Enum.IsDefined(Layout), nameof(Layout), "is no layout");
        Require(TimeProvider is not null, nameof(TimeProvider), "is null");
        Require(ForeignPrefixes is not null && !ForeignPrefixes.Any(string.IsNullOrEmpty), nameof(ForeignPrefixes),
            "has an empty prefix");
        var copy = (BitmapistOptions)MemberwiseClone();
        copy.ForeignPrefixes = [.. ForeignPrefixes!];
        return copy;
    }

    /// <summary>What CLIENT SETNAME accepts.</summary>
    internal static bool IsClientName(string name) => name.Length > 0 && name.All(letter => letter is > ' ' and <= '~');

    private static void RequireMilliseconds(int value, string name) =>
        Require(value is >= 1 and <= ClientLimits.TimeoutMsMax, name,
            string.Create(CultureInfo.InvariantCulture, $"must be from 1 to {ClientLimits.TimeoutMsMax:N0} ms"));

    private static void Require(bool isMet, string name, string complaint)
    {
        if (!isMet) throw new ArgumentException($"{nameof(BitmapistOptions)}.{name} {complaint}.", name);
    }
}

/// <summary>Whose habits the client keeps. The key names of both are the same but for the prefix.</summary>
public enum KeyLayout
{
    /// <summary>
    /// bitmapist 3: prefix <c>trackist_</c>, flags not tracked unless asked for; a bit operation runs each time it is
    /// needed, and its result stays until <see cref="BitmapistClient.DeleteRuntimeKeysAsync"/>.
    /// </summary>
    Bitmapist3,

    /// <summary>
    /// bitmapist4: prefix <c>bitmapist_</c> or any other, flags tracked; results of bit operations expire after 24
    /// hours when all their periods are over, else after 60 seconds, and are used again until then.
    /// </summary>
    Bitmapist4,
}

/// <summary>What the asking half needs to know; how requests are carried is not its business.</summary>
/// <param name="KeyPrefix">What every key begins with, its underscore included.</param>
/// <param name="Layout">Whose habits to keep.</param>
/// <param name="TrackHourly">Whether marks go to the hour as well, unless the call says otherwise.</param>
/// <param name="TrackUnique">Whether marks go to the flag as well, unless the call says otherwise.</param>
/// <param name="Time">What "now" is.</param>
internal sealed record ClientSettings(
    string KeyPrefix, KeyLayout Layout, bool TrackHourly, bool TrackUnique, TimeProvider Time)
{
    /// <summary>Prefixes of other clients; those that begin with this one's matter.</summary>
    public IReadOnlyList<string> ForeignPrefixes { get; init; } = [];

    /// <summary>Whether all other keys under the prefix are this client's.</summary>
    public bool OwnsPrefix { get; init; }

    /// <summary>The defaults of a layout.</summary>
    public static ClientSettings Of(KeyLayout layout) => layout == KeyLayout.Bitmapist3
        ? new("trackist_", layout, TrackHourly: false, TrackUnique: false, TimeProvider.System)
        : new("bitmapist_", layout, TrackHourly: false, TrackUnique: true, TimeProvider.System);

    /// <summary>A layout's defaults, and what the options say otherwise.</summary>
    public static ClientSettings Of(BitmapistOptions options)
    {
        ClientSettings defaults = Of(options.Layout);
        return defaults with
        {
            KeyPrefix = options.KeyPrefix ?? defaults.KeyPrefix,
            TrackHourly = options.TrackHourly ?? defaults.TrackHourly,
            TrackUnique = options.TrackUnique ?? defaults.TrackUnique,
            Time = options.TimeProvider,
            ForeignPrefixes = options.ForeignPrefixes,
            OwnsPrefix = options.OwnsPrefix,
        };
    }
}
