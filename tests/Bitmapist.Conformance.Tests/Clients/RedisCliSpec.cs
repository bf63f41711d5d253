using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>redis-cli and redis-benchmark as Debian's redis-tools has them, doing what people do with them.</summary>
public abstract class RedisCliSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string Cli = "/usr/bin/redis-cli";
    protected const string Benchmark = "/usr/bin/redis-benchmark";
    protected const string Package = "redis-tools";

    [Theory]
    [InlineData("PING", "PONG\n")]
    [InlineData("SETBIT k 7 1", "0\n")]
    [InlineData("--no-raw GET missing", "(nil)\n")]
    [InlineData("--no-raw SETBIT k 1 1", "(integer) 0\n")]
    [InlineData("--no-raw GETBIT k x", "(error) ERR bit offset is not an integer or out of range\n")]
    [InlineData("-3 --no-raw CONFIG GET databases", "1# \"databases\" => \"16\"\n")]
    [InlineData("-3 --no-raw GET missing", "(nil)\n")]
    [InlineData("-n 3 DBSIZE", "0\n")]
    [InlineData("-r 3 ECHO x", "x\nx\nx\n")]
    public async Task Runs_a_command(string arguments, string output)
    {
        await Server.SendAsync("FLUSHALL");
        Assert.Equal(output.TrimEnd('\n'), (await CliAsync(arguments)).TrimEnd('\n'));
    }

    [Fact]
    public async Task Runs_commands_from_its_input()
    {
        await Server.SendAsync("FLUSHALL");
        byte[] script =
            "SETBIT a 1 1\nSETBIT b 1 1\nBITOP AND d a b\nBITCOUNT d\nMULTI\nGET missing\nDBSIZE\nEXEC\n"u8.ToArray();
        Assert.Equal("0\n0\n1\n1\nOK\nQUEUED\nQUEUED\n\n3\n", await CliAsync("", script));
    }

    [Fact]
    public async Task Stores_binary_input()
    {
        byte[] value = [0x00, 0xff, 0x0d, 0x0a, 0x80];
        Assert.Equal("OK\n", await CliAsync("-x SET k", value));
        Assert.Equal("""'\x00\xff\r\n\x80'""", await Server.SendAsync("GET k"));
    }

    [Fact]
    public async Task Pipes_mass_insertion()
    {
        await Server.SendAsync("FLUSHALL");
        StringBuilder commands = new();
        for (int id = 0; id < 20_000; id++)
        {
            string offset = (id * 3).ToString(CultureInfo.InvariantCulture);
            if (id % 2 == 0) commands.Append(CultureInfo.InvariantCulture, $"SETBIT k {offset} 1\r\n");
            else commands.Append($"*4\r\n$6\r\nSETBIT\r\n$1\r\nk\r\n${offset.Length}\r\n{offset}\r\n$1\r\n1\r\n");
        }
        string output = await CliAsync("--pipe", Encoding.ASCII.GetBytes(commands.ToString()));
        Assert.Contains("errors: 0, replies: 20000", output, StringComparison.Ordinal);
        Assert.Equal(":20000", await Server.SendAsync("BITCOUNT k"));
    }

    [Fact]
    public async Task Pipe_counts_errors()
    {
        ClientProgram.Require(Cli, Package);
        byte[] commands = "SETBIT k 1 1\r\nSETBIT k x 1\r\nNOSUCH\r\n"u8.ToArray();
        // redis-cli --pipe ends with 1 when there were errors, so the exit code is hidden by sh.
        string[] shell = ["-c", $"{Cli} -p {Server.Port} --pipe; true"];
        string output = await ClientProgram.RunAsync("/bin/sh", shell, commands);
        Assert.Contains("errors: 2, replies: 3", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_the_biggest_key()
    {
        await Server.SendAsync("FLUSHALL");
        await Server.SendAsync("SET small v");
        await Server.SendAsync("SETBIT big 8000 1");
        string output = await CliAsync("--bigkeys");
        Assert.Contains("Sampled 2 keys in the keyspace!", output, StringComparison.Ordinal);
        Assert.Matches("Biggest string found .*big.* has 1001 bytes", output);
        Assert.Contains("2 strings with 1002 bytes", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_the_key_that_takes_most_memory()
    {
        await Server.SendAsync("FLUSHALL");
        await Server.SendAsync("SET small v");
        using (RawConnection connection = await RawConnection.ConnectAsync(Server.Port))
        {
            IEnumerable<int> ids = Enumerable.Range(0, 100_000 / 7).Select(id => id * 7);
            await connection.AskAllAsync(ids.Select(id => $"SETBIT big {id} 1"));
        }

        string output = await CliAsync("--memkeys");
        Assert.Contains("Sampled 2 keys in the keyspace!", output, StringComparison.Ordinal);
        Match biggest = Regex.Match(output, "Biggest string found .*big.* has ([0-9]+) bytes");
        Assert.InRange(int.Parse(biggest.Groups[1].Value, CultureInfo.InvariantCulture), 100_000 / 8, 40_000);
    }

    [Fact]
    public async Task Shows_what_is_asked()
    {
        ClientProgram.Require(Cli, Package);
        Task<List<string>> lines = ClientProgram.FirstLinesAsync(
            "/usr/bin/stdbuf", ["-oL", Cli, "-p", $"{Server.Port}", "MONITOR"], count: 2);
        while (!lines.IsCompleted) // until it listens, and what was asked then has come
        {
            await Server.SendAsync("SETBIT k 1 1");
            await Eventually.AMomentAsync();
        }

        Assert.Equal("OK", (await lines)[0]);
        Assert.Matches("""^[0-9.]+ \[0 127[.0-9]+:[0-9]+\] "SETBIT" "k" "1" "1"$""", (await lines)[1]);
    }

    [Fact]
    public async Task Scans_keys()
    {
        await Server.SendAsync("FLUSHALL");
        for (int key = 0; key < 25; key++) await Server.SendAsync($"SETBIT trackist_{key} 1 1");
        await Server.SendAsync("SET other v");
        string output = await CliAsync("--scan --pattern trackist_*");
        Assert.Equal(25, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
        Assert.DoesNotContain("other", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_statistics()
    {
        ClientProgram.Require(Cli, Package);
        await Server.SendAsync("FLUSHALL");
        await Server.SendAsync("SETBIT k 1 1");
        string[] arguments = ["-p", $"{Server.Port}", "--stat", "-i", "0.01"]; // It writes blocks of 4 KB.
        List<string> lines = await ClientProgram.FirstLinesAsync(Cli, arguments, count: 3);
        Assert.Contains("keys", lines[1], StringComparison.Ordinal);
        Assert.Matches(@"^1 +[0-9.]+[BKMG] +\d+ +\d+ +\d+ ", lines[2]); // keys, memory, clients, blocked, requests
    }

    [Fact]
    public async Task Measures_latency()
    {
        string[] numbers = (await CliAsync("--latency -i 0.3")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, numbers.Length); // min, max, average, samples
        Assert.True(int.Parse(numbers[3], CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public async Task Redis_benchmark_runs()
    {
        ClientProgram.Require(Benchmark, Package);
        string[] arguments = $"-p {Server.Port} -c 20 -n 5000 -P 16 -q SETBIT k 12345 1".Split(' ');
        string output = await ClientProgram.RunAsync(Benchmark, arguments);
        Assert.Contains("requests per second", output, StringComparison.Ordinal);
        Assert.Equal(":1", await Server.SendAsync("GETBIT k 12345"));
    }

    [Fact]
    public async Task Redis_benchmark_runs_its_own_tests_of_strings()
    {
        ClientProgram.Require(Benchmark, Package);
        string[] tests = ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)"];
        string[] arguments =
            ["-p", $"{Server.Port}", "-n", "1000", "--csv", "-t", "ping_inline,ping_mbulk,set,get,incr,mset"];
        string output = await ClientProgram.RunAsync(Benchmark, arguments);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(tests, lines.Skip(1).Select(line => line.Split('"')[1]));
        Assert.Equal(":1", await Server.SendAsync("EXISTS counter:__rand_int__"));
    }

    private Task<string> CliAsync(string arguments, byte[]? input = null)
    {
        ClientProgram.Require(Cli, Package);
        string[] words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return ClientProgram.RunAsync(Cli, ["-p", $"{Server.Port}", .. words], input);
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistRedisCli(BitmapistServer server) : RedisCliSpec(server), IClassFixture<BitmapistServer>
{
    [Fact]
    public async Task Redis_benchmark_ends_at_the_first_test_of_another_type_and_names_its_command()
    {
        ClientProgram.Require(Benchmark, Package);
        string[] shell = ["-c", $"{Benchmark} -p {Server.Port} -n 100 --csv 2>&1; echo code $?"];
        string output = await ClientProgram.RunAsync("/bin/sh", shell);
        Assert.Contains("\"INCR\",", output, StringComparison.Ordinal);
        Assert.Contains("ERR unknown command 'LPUSH'", output, StringComparison.Ordinal);
        Assert.EndsWith("code 1\n", output, StringComparison.Ordinal);
    }
}

[Trait("Server", "redis")]
public sealed class RedisRedisCli(RedisServer server) : RedisCliSpec(server), IClassFixture<RedisServer>;
