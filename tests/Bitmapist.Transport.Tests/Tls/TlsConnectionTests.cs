using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;
using Bitmapist.Transport.Tls;

namespace Bitmapist.Transport.Tests.Tls;

/// <summary>TLS over a connection's pipes, with a certificate made here.</summary>
public sealed class TlsConnectionTests : IDisposable
{
    private readonly X509Certificate2 _certificate = CreateCertificate();

    [Theory]
    [InlineData(TransportKind.IoUring)]
    [InlineData(TransportKind.Epoll)]
    [InlineData(TransportKind.Pipelines)]
    public async Task Bytes_come_and_go_whole_and_the_end_is_an_orderly_one(TransportKind kind)
    {
        await using TestServer server = Start(kind);
        using Socket socket = server.Connect();
        await using var client = new SslStream(
            new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
                certificate!.GetCertHashString() == _certificate.GetCertHashString());
        await client.AuthenticateAsClientAsync("bitmapist.test");
        byte[] sent = Wire.Pattern(1_000_000);
        Task writing = client.WriteAsync(sent, TestContext.Current.CancellationToken).AsTask();
        byte[] received = new byte[sent.Length];
        await client.ReadExactlyAsync(received, TestContext.Current.CancellationToken);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received), "the echo differs");
        await client.ShutdownAsync();
        Assert.Equal(0, await client.ReadAsync(received, TestContext.Current.CancellationToken));
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task A_client_that_does_not_speak_TLS_is_refused()
    {
        await using TestServer server = Start(TransportKind.Epoll);
        using Socket socket = server.Connect();
        socket.Send("PING\r\n"u8);
        _ = socket.ReceiveToEnd(); // an alert, perhaps
        await server.NoConnectionsAsync();
    }

    public void Dispose() => _certificate.Dispose();

    private TestServer Start(TransportKind kind) => TestServer.Start(
        new TransportOptions { Kind = kind }, async outer =>
        {
            try
            {
                await using TlsConnection inner = await TlsConnection.AcceptAsync(
                    outer, new SslServerAuthenticationOptions { ServerCertificate = _certificate },
                    TestContext.Current.CancellationToken);
                await Handlers.EchoAsync(inner);
            }
            catch (Exception refused) when (refused is AuthenticationException or IOException)
            {
                // The handshake failed.
            }
        });

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bitmapist.test", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
