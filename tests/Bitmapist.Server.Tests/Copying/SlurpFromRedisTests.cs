using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bitmapist.Server.Copying;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Server.Tests.Copying;

/// <summary>SLURP from a real redis-server. Measures the heap, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(SlurpFromRedisTests), DisableParallelization = true)]
[Collection(nameof(SlurpFromRedisTests))]
public sealed class SlurpFromRedisTests(RedisServer redis) : IClassFixture<RedisServer>
{
    private string Address
    {
        get
        {
            Prerequisite.Require(redis.SkipReason is null, redis.SkipReason);
            return $"127.0.0.1:{redis.Port}";
        }
    }

    [Fact]
    public async Task Every_string_is_copied_with_its_time_to_live()
    {
        using RawConnection source = await ConnectAsync();
        Dictionary<string, byte[]> strings = await FillAsync(source);
        long later = DateTimeOffset.UtcNow.AddHours(5).ToUnixTimeMilliseconds();
        await source.AskAsync($"PEXPIREAT zeros {later}");
        await source.AskAllAsync(
            ["RPUSH list a b", "SADD set a", "HSET hash a b", "ZADD sorted 1 a", "XADD stream * a b"]);

        await using SlurpingServer server = new();
        await server.Client.SendAsync("SET kept v");
        await server.Client.SendAsync("SET hello overwritten EX 100");
        SlurpProgress progress = await server.SlurpAsync(Address);
        Assert.Equal((SlurpStatus.Done, ""), (progress.Status, progress.Failure));
        Assert.Equal(
            strings.Keys.Append("kept").Order(StringComparer.Ordinal), server.Names().Order(StringComparer.Ordinal));
        Assert.All(strings, pair => Assert.Equal(pair.Value, server.Get(pair.Key)));
        Assert.Equal(later, server.ExpiresAt("zeros"));
        Assert.Equal(-1, server.ExpiresAt("hello"));
        Assert.Equal((5, 1, 2), (progress.OtherTypes, progress.Expiring, progress.WithoutBits));
        Assert.Equal(strings.Values.Sum(bytes => (long)bytes.Length), progress.Bytes);
        Assert.Equal(
            strings.Values.Sum(bytes => bytes.Sum(value => (long)BitOperations(value))), progress.Bits);
        Assert.Equal(
            strings.Count.ToString(CultureInfo.InvariantCulture), await server.Client.InfoAsync("slurp", "slurp_keys"));
        Assert.Equal("done", await server.Client.InfoAsync("slurp", "slurp_status"));
    }

    [Fact]
    public async Task A_database_is_copied_into_the_selected_one()
    {
        using RawConnection source = await ConnectAsync();
        await source.AskAsync("SELECT 7");
        await source.AskAsync("SET seven 7");
        await using SlurpingServer server = new();
        await server.Client.SendAsync("SELECT 3");
        SlurpProgress progress = await server.SlurpAsync($"{Address} 7");
        Assert.Equal((SlurpStatus.Done, 1, 3), (progress.Status, progress.Keys, progress.Database));
        Assert.Equal(["seven"], server.Names(database: 3));
        Assert.Equal("7"u8.ToArray(), server.Get("seven", database: 3));
        Assert.Empty(server.Names());
    }

    /// <summary>Pairs of bits, one in each half, set as one step: any instant has as many of both.</summary>
    [Fact]
    public async Task A_long_string_is_that_of_one_instant_while_it_is_written()
    {
        const int Half = 40_000_000;
        using RawConnection source = await ConnectAsync();
        await source.AskAsync($"SETBIT busy {2 * Half} 1");
        using CancellationTokenSource writing = new();
        Task writer = Task.Run(async () =>
        {
            using RawConnection connection = await RawConnection.ConnectAsync(redis.Port);
            for (int i = 0; !writing.IsCancellationRequested; i++)
                await connection.AskAllAsync(["MULTI", $"SETBIT busy {i} 1", $"SETBIT busy {Half + i} 1", "EXEC"]);
        }, TestContext.Current.CancellationToken);
        await using SlurpingServer server = new();
        for (int round = 0; round < 5; round++)
        {
            SlurpProgress progress = await server.SlurpAsync(Address);
            Assert.Equal((SlurpStatus.Done, ""), (progress.Status, progress.Failure));
            string low = await server.Client.SendAsync($"BITCOUNT busy 0 {Half - 1} BIT");
            Assert.Equal(low, await server.Client.SendAsync($"BITCOUNT busy {Half} {(2 * Half) - 1} BIT"));
        }

        await writing.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task Passwords_and_users_are_presented()
    {
        using RawConnection source = await ConnectAsync();
        await source.AskAsync("SET k v");
        await source.AskAsync("ACL SETUSER copier on >pass ~* +@all");
        await source.AskAsync("CONFIG SET requirepass secret");
        try
        {
            await using SlurpingServer server = new();
            SlurpProgress without = await server.SlurpAsync(Address);
            Assert.Contains("NOAUTH", without.Failure, StringComparison.Ordinal);
            SlurpProgress wrong = await server.SlurpAsync($"{Address} 0 PASSWORD other");
            Assert.Contains("AUTH: WRONGPASS", wrong.Failure, StringComparison.Ordinal);
            Assert.Empty(server.Names());
            Assert.Equal(SlurpStatus.Done, (await server.SlurpAsync($"{Address} PASSWORD secret")).Status);
            Assert.Equal(SlurpStatus.Done, (await server.SlurpAsync($"{Address} user copier password pass")).Status);
            Assert.Equal(["k"], server.Names());
        }
        finally
        {
            await source.AskAsync("""CONFIG SET requirepass "" """);
        }
    }

    [Fact]
    public async Task Connections_are_encrypted_and_certificates_checked()
    {
        using RawConnection source = await ConnectAsync();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        try
        {
            string certificate = Path.Combine(folder.FullName, "server.pem");
            string key = Path.Combine(folder.FullName, "server.key");
            WriteCertificate(certificate, key);
            int port = ServerProcess.FreePort();
            string configured = ReplyText.Render(await source.AskAsync(
                $"CONFIG SET tls-cert-file {certificate} tls-key-file {key} tls-ca-cert-file {certificate} "
                + $"tls-auth-clients no tls-port {port}"));
            Prerequisite.Require(configured == "+OK", $"redis-server is built without TLS: {configured}");
            await source.AskAsync("SET k v");

            await using SlurpingServer server = new();
            SlurpProgress unknown = await server.SlurpAsync($"127.0.0.1:{port} TLS");
            Assert.Equal(SlurpStatus.Failed, unknown.Status);
            Assert.Contains("certificate", unknown.Failure, StringComparison.OrdinalIgnoreCase);
            Assert.Empty(server.Names());
            SlurpProgress trusted = await server.SlurpAsync($"127.0.0.1:{port} 0 TLS CACERT {certificate}");
            Assert.Equal((SlurpStatus.Done, ""), (trusted.Status, trusted.Failure));
            Assert.Equal("v"u8.ToArray(), server.Get("k"));
            SlurpProgress any = await server.SlurpAsync($"127.0.0.1:{port} TLS INSECURE");
            Assert.Equal((SlurpStatus.Done, ""), (any.Status, any.Failure));
            SlurpProgress missing = await server.SlurpAsync($"127.0.0.1:{port} TLS CACERT {certificate}.missing");
            Assert.Equal("the file of CACERT cannot be used as a CA certificate", missing.Failure);
            await source.AskAsync("CONFIG SET tls-port 0");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int BitOperations(byte value) => System.Numerics.BitOperations.PopCount(value);

    private static void WriteCertificate(string certificatePath, string keyPath)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate =
            request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
    }

    private async Task<RawConnection> ConnectAsync()
    {
        _ = Address;
        RawConnection source = await RawConnection.ConnectAsync(redis.Port);
        await source.AskAsync("FLUSHALL");
        return source;
    }

    /// <summary>Strings of every length that the copy treats in its own way, and a few thousand others.</summary>
    private static async Task<Dictionary<string, byte[]>> FillAsync(RawConnection source)
    {
        Random random = new(7);
        Dictionary<string, byte[]> strings = new()
        {
            ["hello"] = "world"u8.ToArray(), [""] = "no name"u8.ToArray(), ["empty"] = [], ["zeros"] = new byte[13],
            ["\0\r\n\xff"] = [0, 13, 10, 255], ["ones"] = [.. Enumerable.Repeat((byte)255, 70_000)],
        };
        int[] lengths = [8_191, 8_192, 8_193, 65_536, 200_001, 1 << 20, (1 << 20) + 1, (3 << 20) + 5];
        foreach (int length in lengths)
        {
            strings[$"random{length}"] = new byte[length];
            random.NextBytes(strings[$"random{length}"]);
            strings[$"sparse{length}"] = new byte[length];
            strings[$"sparse{length}"][random.Next(length)] = 1;
        }

        for (int i = 0; i < 3000; i++)
        {
            byte[] value = new byte[random.Next(1, 300)];
            random.NextBytes(value);
            value[0] |= 1;
            strings[$"trackist_event{i}_2026-1"] = value;
        }

        foreach ((string name, byte[] value) in strings)
        {
            await source.SendBytesAsync(CommandLine.Encode(["SET"u8.ToArray(), Encoding.Latin1.GetBytes(name), value]));
            await source.ReceiveAsync();
        }

        return strings;
    }
}
