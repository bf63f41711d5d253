using System.Text;
using System.Text.RegularExpressions;
using Bitmapist.Conformance.Tests.Clients;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Http;

/// <summary>
/// The HTTP port of the executable, as Prometheus's own tool sees it; and nothing of it where none is.
/// </summary>
public sealed partial class BitmapistMetrics
{
    private const string Promtool = "/usr/bin/promtool";

    [Fact]
    public async Task Prometheus_finds_nothing_wrong_with_the_metrics()
    {
        ClientProgram.Require(Promtool, "prometheus");
        using BitmapistServer server = BitmapistServer.With("-http", "127.0.0.1:0");
        ITestServer asked = server;
        foreach (string command in new[] { "SETBIT a 1 1", "GETBIT a 1", "NONSENSE", "CONFIG GET *", "SET a b EX 100" })
            await asked.SendAsync(command);
        byte[] text = await GetAsync(server, "/metrics");
        Assert.Contains("bitmapist_command_calls_total{cmd=\"config|get\"} 1\n", Encoding.UTF8.GetString(text),
            StringComparison.Ordinal);
        Assert.Equal("", await ClientProgram.RunAsync(Promtool, ["check", "metrics"], text)); // a complaint ends with 3
    }

    [Fact]
    public async Task Prometheus_takes_the_alert_rules()
    {
        ClientProgram.Require(Promtool, "prometheus");
        string rules = Path.Combine(RepositoryFiles.Root, "packaging/prometheus/bitmapist-server.rules.yml");
        Assert.Contains("rules found", await ClientProgram.RunAsync(Promtool, ["check", "rules", rules]),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_is_off_unless_it_is_asked_for_and_nothing_of_it_is_loaded()
    {
        using BitmapistServer without = new();
        Assert.DoesNotContain("http", without.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(OfHttp(), await File.ReadAllTextAsync(
            $"/proc/{without.Process.Id}/maps", TestContext.Current.CancellationToken));
        Assert.Equal("['http', '']", await ((ITestServer)without).SendAsync("CONFIG GET http"));

        using BitmapistServer with = BitmapistServer.With("-http", "127.0.0.1:0");
        await GetAsync(with, "/metrics");
        string maps = await File.ReadAllTextAsync(
            $"/proc/{with.Process.Id}/maps", TestContext.Current.CancellationToken);
        bool isNative = !File.Exists(BitmapistServer.ExecutablePath + ".dll"); // one file, whatever runs of it
        Assert.Equal(!isNative, OfHttp().IsMatch(maps));
        Assert.Equal("['http', '127.0.0.1:0']", await ((ITestServer)with).SendAsync("CONFIG GET http"));
    }

    [Fact]
    public async Task The_port_answers_until_the_last_save_is_done_and_ends_with_the_server()
    {
        using BitmapistServer server = BitmapistServer.With("-http", "127.0.0.1:0");
        Assert.Equal("ready\n", Encoding.UTF8.GetString(await GetAsync(server, "/readyz")));
        Assert.Equal(0, server.Stop());
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(server, "/healthz"));
    }

    private static async Task<byte[]> GetAsync(BitmapistServer server, string path)
    {
        string address = Listening().Match(server.Output).Groups[1].Value;
        using var client = new HttpClient();
        return await client.GetByteArrayAsync(address + path, TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"listening on (http://\S+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"Kestrel|Prometheus|Bitmapist\.Http")]
    private static partial Regex OfHttp();
}
