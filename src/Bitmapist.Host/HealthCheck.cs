using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host;

/// <summary>Asks a server for a PONG: the health check of images that have no redis-cli.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10); // a busy server is well

    /// <summary>
    /// Whether a server at this address answers PING; an address of every interface is asked on loopback.
    /// </summary>
    public static async Task<bool> IsServingAsync(ListenAddress address, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_timeout);
        try
        {
            using var client = new TcpClient();
            bool isAny = address.Ip is null || address.Ip.Equals(IPAddress.IPv6Any) || address.Ip.Equals(IPAddress.Any);
            IPAddress ip = isAny ? IPAddress.Loopback : address.Ip!;
            await client.ConnectAsync(ip, address.Port, limit.Token).ConfigureAwait(false);
            Stream stream = client.GetStream();
            if (address.IsTls) stream = await EncryptAsync(stream, limit.Token).ConfigureAwait(false);
            await stream.WriteAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray(), limit.Token).ConfigureAwait(false);
            byte[] reply = new byte["+PONG\r\n"u8.Length];
            await stream.ReadExactlyAsync(reply, limit.Token).ConfigureAwait(false);
            return IsAnswer(reply);
        }
        catch (Exception failure) when (failure
            is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            string reason = failure is OperationCanceledException && !cancellation.IsCancellationRequested
                ? $"none within {s_timeout.TotalSeconds} s"
                : failure.Message;
            await Console.Error.WriteLineAsync($"no PONG from {address}: {reason}").ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>A server that asks for a password is well.</summary>
    private static bool IsAnswer(ReadOnlySpan<byte> reply) =>
        reply.SequenceEqual("+PONG\r\n"u8) || reply.SequenceEqual("-NOAUTH"u8) || reply.SequenceEqual("-NOPERM"u8);

    private static async Task<Stream> EncryptAsync(Stream stream, CancellationToken cancellation)
    {
#pragma warning disable CA5359 // no secret is sent; whoever answers PING at this address is well
        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await encrypted.AuthenticateAsClientAsync(new SslClientAuthenticationOptions(), cancellation)
            .ConfigureAwait(false);
        return encrypted;
    }
}
