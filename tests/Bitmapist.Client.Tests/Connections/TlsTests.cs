using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>TLS, with a certificate made on the spot, in front of a real server.</summary>
public sealed class TlsTests(BitmapistServer server) : IClassFixture<BitmapistServer>, IDisposable
{
    private readonly X509Certificate2 _certificate = Certificates.SelfSigned("localhost");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task A_certificate_that_is_trusted_is_accepted()
    {
        await using var relay = Relay.Tcp(server.Port, _certificate);
        await using ServerConnection channel =
            await ServerConnection.ConnectAsync(Trusting(relay, _certificate), Cancel);
        Assert.Equal(":0 :1", await channel.AskAsync("SETBIT tls 5 1", "GETBIT tls 5"));
        string large = new('x', 1_000_000);
        Assert.Equal($"$1000000 {large}", await channel.AskAsync($"ECHO {large}"));
        string[] replies = await Task.WhenAll(Enumerable.Range(100, 200).Select(i => channel.AskAsync($"ECHO {i}")));
        Assert.Equal(Enumerable.Range(100, 200).Select(i => $"$3 {i}"), replies);
    }

    [Fact]
    public async Task A_lost_encrypted_connection_is_made_anew()
    {
        await using var relay = Relay.Tcp(server.Port, _certificate);
        await using ServerConnection channel =
            await ServerConnection.ConnectAsync(Trusting(relay, _certificate), Cancel);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal($"$1 {i}", await channel.AskAsync(Batches.Repeatable($"ECHO {i}")));
            relay.CutAll();
        }

        Assert.InRange(relay.Connections, 3, 4);
    }

    [Fact]
    public async Task A_certificate_of_nobody_is_refused()
    {
        await using var relay = Relay.Tcp(server.Port, _certificate);
        var options = new BitmapistOptions { Host = "localhost", Port = relay.Port, UseTls = true };
        ConnectionLostException refusal = await Assert.ThrowsAsync<ConnectionLostException>(
            async () => await BitmapistClient.ConnectAsync(options, Cancel));
        Assert.StartsWith(
            $"rediss://localhost:{relay.Port}/0: TLS failed: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_host_is_refused()
    {
        using X509Certificate2 other = Certificates.SelfSigned("elsewhere.example");
        await using var relay = Relay.Tcp(server.Port, other);
        ConnectionLostException refusal = await Assert.ThrowsAsync<ConnectionLostException>(
            async () => await BitmapistClient.ConnectAsync(Trusting(relay, other), Cancel));
        Assert.Contains("TLS failed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_throws_is_an_error_of_the_connection()
    {
        await using var relay = Relay.Tcp(server.Port, _certificate);
        var options = new BitmapistOptions
        {
            Host = "localhost", Port = relay.Port, UseTls = true,
            ConfigureTls = _ => throw new NotSupportedException("no such file"),
        };
        ConnectionLostException refusal = await Assert.ThrowsAsync<ConnectionLostException>(
            async () => await BitmapistClient.ConnectAsync(options, Cancel));
        Assert.Contains("no such file", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_server_is_no_TLS_server_and_the_other_way_round()
    {
        var options = new BitmapistOptions
        {
            Host = "localhost", Port = server.Port, UseTls = true, ConnectTimeoutMs = 1_000,
        };
        await Assert.ThrowsAnyAsync<BitmapistException>(
            async () => await BitmapistClient.ConnectAsync(options, Cancel));
        await using var relay = Relay.Tcp(server.Port, _certificate);
        options = new BitmapistOptions { Host = "localhost", Port = relay.Port, ConnectTimeoutMs = 1_000 };
        await Assert.ThrowsAnyAsync<BitmapistException>(
            async () => await BitmapistClient.ConnectAsync(options, Cancel));
    }

    private static BitmapistOptions Trusting(Relay relay, X509Certificate2 certificate) => new()
    {
        Host = "localhost",
        Port = relay.Port,
        UseTls = true,
        ReconnectDelayMs = 5,
        ResponseTimeoutMs = 30_000, // time enough for a busy machine
        ConnectTimeoutMs = 30_000,
        ConfigureTls = tls => tls.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };
}
