using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.Access;
using Bitmapist.Server.Connections;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>A client that connects by TLS and says nothing.</summary>
public sealed class HandshakeStopTests : IDisposable
{
    private readonly RecordingLogger _logger = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-handshake-");

    [Fact]
    public async Task A_stop_does_not_wait_for_a_handshake()
    {
        int port = ServerProcess.FreePort();
        var options = new ServerOptions
        {
            Addresses = [new ListenAddress(IPAddress.Loopback, port) { IsTls = true }], Tls = CreateCertificate(),
        };
        var store = new KeyspaceStore(options.Databases, TimeProvider.System);
        var server = new ServerState(
            options, store, null, TimeProvider.System, _logger, CommandList.Table.Count)
        {
            Tls = new TlsCertificates(options.Tls, isNeeded: true),
        };
        await using var listener = Listener.Bind(server, _logger);
        listener.Start();
        using RawConnection silent = await RawConnection.ConnectAsync(port);
        await listener.StopAsync(TimeSpan.FromHours(1)).WaitAsync(
            TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Empty(await silent.ReceiveUntilClosedAsync());
        // It was cut off, rather than given up after as long as a handshake may take.
        string line = Assert.Single(
            _logger.Lines, line => line.Contains("did not agree on TLS", StringComparison.Ordinal));
        Assert.DoesNotContain("canceled", line, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private TlsSettings CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string path = Path.Combine(_folder.FullName, "server.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return new TlsSettings { CertFile = path, KeyFile = path, AuthClients = ClientCertificates.Unasked };
    }
}
