using Bitmapist.Conformance.Tests.Access;
using Bitmapist.Testing.Servers;
using StackExchange.Redis;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>StackExchange.Redis where our server alone can be asked: scripts, which it lacks, and TLS.</summary>
[Trait("Server", "bitmapist")]
public sealed class BitmapistStackExchange : IDisposable
{
    private readonly TestCertificates _certificates = new();

    [Fact]
    public async Task Scripts_are_refused()
    {
        using BitmapistServer server = new();
        using ConnectionMultiplexer client = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        RedisServerException refused = await Assert.ThrowsAsync<RedisServerException>(
            () => client.GetDatabase().ScriptEvaluateAsync("return 1"));
        Assert.StartsWith("ERR unknown command 'EVAL", refused.Message, StringComparison.Ordinal);
        // A lock is set by SET NX and released by a transaction with a condition where there are no scripts.
        IDatabase database = client.GetDatabase();
        Assert.True(await database.LockTakeAsync("lock", "me", TimeSpan.FromMinutes(1)));
        Assert.False(await database.LockTakeAsync("lock", "you", TimeSpan.FromMinutes(1)));
        Assert.False(await database.LockReleaseAsync("lock", "you"));
        Assert.True(await database.LockReleaseAsync("lock", "me"));
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task A_user_comes_in_over_TLS_with_a_password(RedisProtocol protocol)
    {
        string certificate = _certificates.Create("server");
        int port = ServerProcess.FreePort();
        using BitmapistServer server = BitmapistServer.With(
            "-tls-port", $"{port}", "-tls-cert-file", certificate, "-tls-key-file", TestCertificates.KeyOf(certificate),
            "-tls-auth-clients", "no");
        await ((ITestServer)server).SendAsync("ACL SETUSER ann on >secret ~a* &* +@all");
        await ((ITestServer)server).SendAsync("CONFIG SET requirepass other");

        using ConnectionMultiplexer client = await ConnectionMultiplexer.ConnectAsync(Options("secret"));
        IDatabase database = client.GetDatabase();
        Assert.Equal("ann", (string?)await database.ExecuteAsync("ACL", "WHOAMI"));
        Assert.True(await database.StringSetAsync("a", "v", TimeSpan.FromMinutes(1)));
        RedisServerException refused = await Assert.ThrowsAsync<RedisServerException>(
            () => database.StringGetAsync("b"));
        Assert.StartsWith("NOPERM ", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RedisConnectionException>(
            () => ConnectionMultiplexer.ConnectAsync(Options("wrong")));

        ConfigurationOptions Options(string password)
        {
            ConfigurationOptions options = new()
            {
                EndPoints = { { "127.0.0.1", port } }, Ssl = true, SslHost = "localhost", User = "ann",
                Password = password, Protocol = protocol, ConnectRetry = 1,
            };
            options.TrustIssuer(_certificates.AuthorityFile);
            return options;
        }
    }

    public void Dispose() => _certificates.Dispose();
}
