using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>EXEC's replies while its client does not read them: exact, of one instant, and small.</summary>
public sealed class TransactionStreamTests
{
    private const int LongBytes = 200_000;
    private const int MiddlingBytes = 60_000; // which a single GET writes at once

    [Fact]
    public async Task Replies_are_those_of_the_transactions_instant_however_late_they_are_read()
    {
        ServerState server = PipedClient.NewServer();
        await using var client = new PipedClient(server);
        await using var other = new PipedClient(server);
        string first = new('a', LongBytes), second = new('b', LongBytes), third = new('c', MiddlingBytes);
        await client.SendAsync($"SET k {first}");
        await client.SendAsync($"SET m {third}");
        string[] queued =
        [
            "GET k", $"SET k {second}", "GET k", "SETBIT k 7 1", "GETRANGE k 0 1", "GET m", "KEYS *", "DEL m", "GET m",
            "BITCOUNT k", "BITOP NOT n k", "GET missing", "GET k", "STRLEN n",
        ];
        string replies = $"*{queued.Length}\r\n{Bulk(first)}+OK\r\n{Bulk(second)}:0\r\n{Bulk("cb")}{Bulk(third)}"
            + $"*2\r\n{Bulk("k")}{Bulk("m")}:1\r\n$-1\r\n:{(3 * LongBytes) + 1}\r\n:{LongBytes}\r\n$-1\r\n"
            + $"{Bulk("c" + second[1..])}:{LongBytes}\r\n";
        string expected = $"+OK\r\n{string.Concat(queued.Select(_ => "+QUEUED\r\n"))}{replies}+PONG\r\n";
        await client.WriteAsync(["MULTI", .. queued, "EXEC", "PING"]);
        await UntilQueuedAsync(client);
        foreach (string change in (string[])["SETBIT k 0 1", "SET m changed", "FLUSHALL", "SET k z"])
            await other.SendAsync(change);
        Assert.Equal(expected, await client.ReadAsync(expected.Length));
        Assert.Equal("+PONG\r\n", await client.SendAsync("PING"));
    }

    [Theory]
    [InlineData(LongBytes)]
    [InlineData(MiddlingBytes)]
    [InlineData(6000)]
    public async Task A_value_asked_for_many_times_is_held_once(int valueBytes)
    {
        const int Gets = 50;
        await using var client = new PipedClient(PipedClient.NewServer());
        string value = new('x', valueBytes);
        await client.SendAsync($"SET k {value}");
        string[] queued = [.. Enumerable.Repeat("GET k", Gets)];
        string expected = $"+OK\r\n{string.Concat(queued.Select(_ => "+QUEUED\r\n"))}*{Gets}\r\n"
            + string.Concat(queued.Select(_ => Bulk(value)));
        await client.WriteAsync(["MULTI", .. queued, "EXEC"]);
        await UntilQueuedAsync(client);
        Assert.InRange(client.Connection.QueuedReplyBytes, 1, 60_000); // of replies of 300 kB to 10 MB
        Assert.Equal(expected, await client.ReadAsync(expected.Length));
        Assert.Equal("+PONG\r\n", await client.SendAsync("PING"));
        Assert.Equal(0, client.Connection.QueuedReplyBytes);
    }

    [Fact]
    public async Task Replies_of_a_pipeline_that_nobody_reads_are_held_as_what_they_are_made_of()
    {
        const int Gets = 60;
        await using var client = new PipedClient(PipedClient.NewServer());
        string value = new('x', MiddlingBytes);
        await client.SendAsync($"SET k {value}");
        await client.WriteAsync([.. Enumerable.Repeat("GET k", Gets)]);
        string expected = string.Concat(Enumerable.Repeat(Bulk(value), Gets));
        await UntilQueuedAsync(client);
        await Eventually.AMomentAsync(100);
        Assert.InRange(client.Connection.QueuedReplyBytes, 1, 2_000_000); // of 3.6 MB
        Assert.Equal(expected, await client.ReadAsync(expected.Length));
    }

    [Fact]
    public async Task What_replies_keep_alive_that_has_changed_since_is_counted()
    {
        const int Changes = 200;
        await using var client = new PipedClient(PipedClient.NewServer());
        await client.SendAsync($"SET k {new string('x', 1_000_000)}"); // containers of 8 KiB
        string[] queued = [.. Enumerable.Range(0, Changes).SelectMany(i => new[] { $"SETBIT k {i * 8} 1", "GET k" })];
        await client.WriteAsync(["MULTI", .. queued, "EXEC"]);
        await UntilQueuedAsync(client);
        Assert.InRange(client.Connection.QueuedReplyBytes, Changes * 8192, Changes * 50_000);
    }

    [Fact]
    public async Task A_transaction_takes_effect_though_its_replies_are_too_many_to_be_held()
    {
        ServerState server = PipedClient.NewServer(new ServerOptions(), transactionReplyBytesMax: 1_000_000);
        await using var other = new PipedClient(server);
        var client = new PipedClient(server);
        await client.SendAsync("MULTI");
        await client.WriteAsync([.. Enumerable.Repeat("COMMAND DOCS", 100), "SET k done", "EXEC"]);
        await client.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(client.Connection.IsCutOff);
        Assert.Equal("$4\r\ndone\r\n", await other.SendAsync("GET k"));
        Assert.Equal("1", await other.InfoAsync("stats", "evicted_clients"));
    }

    [Fact]
    public async Task Names_that_a_transaction_asks_for_again_and_again_count_against_the_memory_of_clients()
    {
        const int Keys = 2000, Times = 300;
        var logger = new RecordingLogger();
        ServerState server = PipedClient.NewServer(
            new ServerOptions { ClientMemoryBytesMax = 1 << 20 }, logger: logger);
        await using var client = new PipedClient(server);
        await using var other = new PipedClient(server);
        for (int i = 0; i < Keys; i++) await other.SendAsync($"SET key:{i:000000} v");
        await client.SendAsync("MULTI");
        await client.WriteAsync([.. Enumerable.Repeat("KEYS *", Times), "SET k done", "EXEC"]);
        await client.Running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(client.Connection.IsCutOff);
        Assert.Equal("$4\r\ndone\r\n", await other.SendAsync("GET k"));
        // While it ran, that is, not when all lists were there.
        Assert.EndsWith(
            "the replies of its transaction, which took effect, have more than 1048576 bytes",
            Assert.Single(logger.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_of_SCAN_in_a_transaction_is_a_short_one_whatever_its_COUNT()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        for (int i = 0; i < 3000; i++) await client.SendAsync($"SET key:{i:000000} v");
        string whole = await client.SendAsync("SCAN 0 COUNT 1000000000");
        Assert.StartsWith("*2\r\n$1\r\n0\r\n*3000\r\n", whole, StringComparison.Ordinal);
        await client.SendAsync("MULTI");
        await client.SendAsync("SCAN 0 COUNT 1000000000");
        string step = await client.SendAsync("EXEC");
        Assert.Contains($"*{ServerLimits.InlineArguments}\r\n", step, StringComparison.Ordinal);
    }

    private static async Task UntilQueuedAsync(PipedClient client)
    {
        for (int i = 0; client.Connection.QueuedReplyBytes == 0; i++)
        {
            Assert.True(i < 10_000, "nothing waits to be read");
            await Eventually.AMomentAsync(1);
        }
    }

    private static string Bulk(string value) => $"${value.Length}\r\n{value}\r\n";
}
