using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bitmapist.Server.Settings;

/// <summary>Where a server listens.</summary>
/// <param name="Ip">The interface; null: loopback, both families; IPv6Any: every interface, both families.</param>
/// <param name="Port">0 … 65,535.</param>
public sealed record ListenAddress(IPAddress? Ip, int Port)
{
    private const string TlsScheme = "tls://";

    /// <summary>Whether clients speak TLS there.</summary>
    public bool IsTls { get; init; }

    /// <summary>Whether it is one of <c>tls-port</c>, which may change while the server runs.</summary>
    public bool IsOfTlsPort { get; init; }

    /// <summary>The listening socket there, where the process was passed one; null: one is made.</summary>
    public int? Descriptor { get; init; }

    /// <summary>Redis's port.</summary>
    public const int DefaultPort = 6379;

    /// <summary>Reachable from this machine only.</summary>
    public bool IsLoopback => Ip is null || IPAddress.IsLoopback(Ip);

    /// <summary>The address as it can be given.</summary>
    public override string ToString()
    {
        string address = Ip is null ? $"localhost:{Port}"
            : Ip.Equals(IPAddress.IPv6Any) ? $":{Port}"
            : new IPEndPoint(Ip, Port).ToString();
        return IsTls ? TlsScheme + address : address;
    }

    /// <summary>Whether a connection that came in by this address of the machine came in here.</summary>
    public bool Covers(IPEndPoint local)
    {
        IPAddress ip = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address;
        bool isThere = Ip is null ? IPAddress.IsLoopback(ip)
            : Ip.Equals(IPAddress.IPv6Any) || Ip.Equals(IPAddress.Any) || Ip.Equals(ip);
        return isThere && local.Port == Port;
    }

    /// <summary>
    /// Reads <c>:6379</c>, <c>host:6379</c>, <c>[::1]:6379</c> or <c>host</c>, each with <c>tls://</c> before it for
    /// clients that speak TLS.
    /// </summary>
    /// <returns>False with a reason when it is none of these, or the host is unknown.</returns>
    public static bool TryParse(string text, out ListenAddress? address, out string? reason)
    {
        address = null;
        reason = null;
        bool isTls = text.StartsWith(TlsScheme, StringComparison.Ordinal);
        if (!TrySplit(isTls ? text[TlsScheme.Length..] : text, out string host, out string portText))
        {
            reason = $"address \"{text}\" is not of the form host:port";
            return false;
        }

        if (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port > IPEndPoint.MaxPort)
        {
            reason = $"address \"{text}\" has no valid port (0 to {IPEndPoint.MaxPort})";
            return false;
        }

        if (host.Length == 0) address = new ListenAddress(IPAddress.IPv6Any, port);
        else if (host == "localhost" && port != 0) address = new ListenAddress(null, port);
        else if (IPAddress.TryParse(host, out IPAddress? ip)) address = new ListenAddress(ip, port);
        else if (Resolve(host) is { } resolved) address = new ListenAddress(resolved, port);
        else reason = $"address \"{text}\": host \"{host}\" is unknown";
        if (isTls && port == 0) (address, reason) = (null, $"address \"{text}\" needs a port");
        if (isTls && address is not null) address = address with { IsTls = true };
        return address is not null;
    }

    /// <summary>The same for -http, which has no port of its own and speaks no TLS.</summary>
    public static bool TryParseHttp(string text, out ListenAddress? address, out string? reason)
    {
        if (!TryParse(text, out address, out reason)) return false;
        bool hasPort = text.LastIndexOf(':') > text.LastIndexOf(']');
        if (address!.IsTls) reason = $"address \"{text}\": HTTP is spoken without TLS";
        else if (!hasPort) reason = $"address \"{text}\" needs a port";
        if (reason is not null) address = null;
        return address is not null;
    }

    /// <summary>The interfaces of the addresses that speak plainly, each once, with a port for TLS; 0: none.</summary>
    public static IEnumerable<ListenAddress> OfTlsPort(IEnumerable<ListenAddress> addresses, int port) => port == 0
        ? []
        : addresses.Where(address => !address.IsTls)
            .Select(address => new ListenAddress(address.Ip, port) { IsTls = true, IsOfTlsPort = true })
            .Distinct();

    private static bool TrySplit(string text, out string host, out string port)
    {
        int colon = text.LastIndexOf(':');
        bool isBracketed = text.StartsWith('[');
        int close = text.IndexOf(']');
        bool hasPort = isBracketed ? colon == close + 1 : colon >= 0;
        host = hasPort ? text[..colon] : text;
        port = hasPort ? text[(colon + 1)..] : DefaultPort.ToString(CultureInfo.InvariantCulture);
        if (isBracketed)
        {
            if (close < 0 || (!hasPort && close != text.Length - 1)) return false;
            host = host[1..close];
            return true;
        }

        return text.Length > 0 && !host.Contains(':', StringComparison.Ordinal); // a bare IPv6 address needs brackets
    }

    private static IPAddress? Resolve(string host)
    {
        try
        {
            IPAddress[] found = Dns.GetHostAddresses(host);
            return found.FirstOrDefault(ip => ip.AddressFamily == AddressFamily.InterNetwork) ?? found.FirstOrDefault();
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
