using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bitmapist.Conformance.Tests.Clients;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>TLS as redis-cli speaks it: good certificates are served, others are not.</summary>
public sealed class BitmapistTls : IDisposable
{
    private const string Cli = "/usr/bin/redis-cli";
    private readonly TestCertificates _certificates = new();
    private readonly TestCertificates _strangers = new();
    private readonly int _tlsPort = ServerProcess.FreePort();
    private readonly string _server, _client;

    public BitmapistTls()
    {
        _server = _certificates.Create("server");
        _client = _certificates.Create("client");
    }

    [Fact]
    public async Task Redis_cli_is_served_if_its_certificate_is_good()
    {
        using BitmapistServer server = Start();
        Assert.Equal("PONG\n", await CliAsync(_client, "PING"));
        byte[] value = RandomBytes(3_000_000);
        Assert.Equal("OK\n", await CliAsync(_client, ["-x", "SET", "k"], value));
        Assert.Equal("3000000\n", await CliAsync(_client, "STRLEN", "k"));
        string dump = await CliAsync(_client, "GET", "k");
        Assert.Equal(Encoding.ASCII.GetString(value) + "\n", dump);

        await AssertRefusedAsync(null);
        await AssertRefusedAsync(_strangers.Create("stranger"));
        await AssertRefusedAsync(_certificates.Create("old", hasExpired: true));
        using RawConnection plain = await RawConnection.ConnectAsync(_tlsPort);
        await plain.SendAsync("PING");
        Assert.DoesNotContain(
            "PONG", Encoding.Latin1.GetString(await plain.ReceiveUntilClosedAsync()), StringComparison.Ordinal);
        using RawConnection admin = await RawConnection.ConnectAsync(server.Port);
        Assert.Contains(
            "rejected_connections:4\r\n", Encoding.Latin1.GetString(await admin.AskAsync("INFO stats")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_refuses_a_server_of_another_authority()
    {
        using BitmapistServer server = Start("-tls-auth-clients", "no");
        Assert.Equal("PONG\n", await CliAsync(null, "PING"));
        await Assert.ThrowsAnyAsync<Exception>(() => ClientProgram.RunAsync(
            Cli, ["-p", $"{_tlsPort}", "--tls", "--cacert", _strangers.AuthorityFile, "PING"]));
    }

    [Fact]
    public async Task Optional_certificates_may_be_missing_but_not_wrong()
    {
        using BitmapistServer server = Start("-tls-auth-clients", "optional");
        Assert.Equal("PONG\n", await CliAsync(null, "PING"));
        Assert.Equal("PONG\n", await CliAsync(_client, "PING"));
        await AssertRefusedAsync(_strangers.Create("stranger"));
    }

    [Fact]
    public async Task Certificates_are_replaced_for_new_connections_if_they_can_be_used()
    {
        const string Refused = "Unable to update TLS configuration. Check server logs.";
        using BitmapistServer server = Start("-tls-auth-clients", "no");
        using RawConnection admin = await RawConnection.ConnectAsync(server.Port);
        using SslStream early = await ShakeHandsAsync();
        string first = early.RemoteCertificate!.Subject;
        string next = _certificates.Create("next");

        foreach (string change in (string[])[$"tls-cert-file {next}x", $"tls-cert-file {next}", "tls-key-file /"])
            Assert.Equal(Failure(change.Split(' ')[0]), await AskAsync($"CONFIG SET {change}"));
        Assert.Equal(
            Failure("tls-auth-clients"), await AskAsync("CONFIG SET tls-auth-clients yes tls-ca-cert-file ''"));
        using (SslStream same = await ShakeHandsAsync()) Assert.Equal(first, same.RemoteCertificate!.Subject);

        string both = $"CONFIG SET tls-cert-file {next} tls-key-file {TestCertificates.KeyOf(next)}";
        Assert.Equal("+OK", await AskAsync(both));
        Assert.Equal($"['tls-cert-file', '{next}']", await AskAsync("CONFIG GET tls-cert-file"));
        using (SslStream late = await ShakeHandsAsync()) Assert.Equal("CN=next", late.RemoteCertificate!.Subject);
        await early.WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        byte[] pong = new byte["+PONG\r\n".Length];
        await early.ReadExactlyAsync(pong, TestContext.Current.CancellationToken);
        Assert.Equal("+PONG\r\n", Encoding.ASCII.GetString(pong));
        Assert.Contains("certificates stay as they are", server.Output, StringComparison.Ordinal);

        async Task<string> AskAsync(string command) => ReplyText.Render(await admin.AskAsync(command));

        string Failure(string name) => $"-ERR CONFIG SET failed (possibly related to argument '{name}') - {Refused}";
    }

    [Theory]
    [InlineData("io_uring")]
    [InlineData("epoll")]
    [InlineData("pipelines")]
    public async Task The_port_is_opened_moved_and_closed_while_the_server_runs(string transport)
    {
        int other = ServerProcess.FreePort();
        using BitmapistServer server = BitmapistServer.With("-io-transport", transport);
        using RawConnection admin = await RawConnection.ConnectAsync(server.Port);
        const string Failed = "-ERR CONFIG SET failed (possibly related to argument 'tls-port') - ";
        Assert.Equal(
            Failed + "Unable to update TLS configuration. Check server logs.",
            await AskAsync($"CONFIG SET tls-port {_tlsPort}")); // without a certificate
        Assert.Equal("+OK", await AskAsync($"CONFIG SET tls-port {_tlsPort} tls-auth-clients no "
            + $"tls-cert-file {_server} tls-key-file {TestCertificates.KeyOf(_server)}"));
        Assert.Equal($"['tls-port', '{_tlsPort}']", await AskAsync("CONFIG GET tls-port"));
        using SslStream early = await ShakeHandsAsync();
        Assert.Equal("PONG\n", await CliAsync(null, "PING"));

        Assert.Equal(
            Failed + "Unable to listen on this port. Check server logs.",
            await AskAsync($"CONFIG SET tls-port {server.Port}"));
        Assert.Equal("+OK", await AskAsync($"CONFIG SET tls-port {_tlsPort}")); // which it is already
        Assert.Equal("PONG\n", await CliAsync(null, "PING"));

        Assert.Equal("+OK", await AskAsync($"CONFIG SET tls-port {other}"));
        await Eventually.IsAsync(() => !Connects(_tlsPort), "the former port's end");
        Assert.True(Connects(other));
        Assert.Equal("+OK", await AskAsync("CONFIG SET tls-port 0"));
        await Eventually.IsAsync(() => !Connects(other), "the port's end");
        Assert.Equal("['tls-port', '0']", await AskAsync("CONFIG GET tls-port"));
        await early.WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken); // who is there stays
        byte[] pong = new byte["+PONG\r\n".Length];
        await early.ReadExactlyAsync(pong, TestContext.Current.CancellationToken);

        Assert.Equal("+OK", await AskAsync($"CONFIG SET tls-port {_tlsPort}"));
        Assert.Equal("PONG\n", await CliAsync(null, "PING"));
        Assert.Equal(0, server.Stop());

        async Task<string> AskAsync(string command) => ReplyText.Render(await admin.AskAsync(command));
    }

    [Fact]
    public async Task An_address_may_speak_TLS_alone_and_tells_its_health()
    {
        using BitmapistServer server = BitmapistServer.With(
            "-addr", $"tls://127.0.0.1:{_tlsPort}", "-tls-cert-file", _server, "-tls-key-file",
            TestCertificates.KeyOf(_server), "-tls-auth-clients", "no");
        Assert.Equal("PONG\n", await CliAsync(null, "PING"));
        Assert.Equal($"tls-port\n{_tlsPort}\n", await CliAsync(null, "CONFIG", "GET", "tls-port"));
        Assert.Equal($"port\n{server.Port}\n", await CliAsync(null, "CONFIG", "GET", "port"));
        await ClientProgram.RunAsync(
            BitmapistServer.ExecutablePath, ["ping", "-addr", $"tls://127.0.0.1:{_tlsPort}"]);
    }

    [Theory]
    [InlineData("", "tls-cert-file")]
    [InlineData("/nonexistent.crt", "/nonexistent.crt")]
    public void A_start_without_a_certificate_is_refused(string file, string named)
    {
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(
            () => BitmapistServer.With(
                "-tls-port", $"{_tlsPort}", "-tls-cert-file", file, "-tls-key-file", file, "-tls-auth-clients", "no"));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _strangers.Dispose();
    }

    private static bool Connects(int port)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private BitmapistServer Start(params string[] more) => BitmapistServer.With(
        [
            "-tls-port", $"{_tlsPort}", "-tls-cert-file", _server, "-tls-key-file", TestCertificates.KeyOf(_server),
            "-tls-ca-cert-file", _certificates.AuthorityFile, .. more,
        ]);

    private Task<string> CliAsync(string? certificate, params string[] command) => CliAsync(certificate, command, null);

    private Task<string> CliAsync(string? certificate, string[] command, byte[]? input)
    {
        ClientProgram.Require(Cli, "redis-tools");
        string[] own = certificate is null ? [] : ["--cert", certificate, "--key", TestCertificates.KeyOf(certificate)];
        return ClientProgram.RunAsync(
            Cli, ["-p", $"{_tlsPort}", "--tls", "--cacert", _certificates.AuthorityFile, .. own, .. command], input);
    }

    /// <summary>redis-cli says that something is wrong, be it by its exit code or in what it prints.</summary>
    private async Task AssertRefusedAsync(string? certificate)
    {
        string said;
        try
        {
            said = await CliAsync(certificate, "PING");
        }
        catch (Xunit.Sdk.XunitException failed)
        {
            said = failed.Message;
        }

        Assert.DoesNotContain("PONG", said, StringComparison.Ordinal);
    }

    private async Task<SslStream> ShakeHandsAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _tlsPort, TestContext.Current.CancellationToken);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        var authority = X509CertificateLoader.LoadCertificateFromFile(_certificates.AuthorityFile);
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(authority);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy },
            TestContext.Current.CancellationToken);
        return stream;
    }

    private static byte[] RandomBytes(int count)
    {
        var random = new Random(7);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte)random.Next('a', 'z');
        return bytes;
    }
}
