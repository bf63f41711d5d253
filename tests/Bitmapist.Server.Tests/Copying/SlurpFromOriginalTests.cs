using Bitmapist.Server.Copying;
using Bitmapist.Testing.Files;

namespace Bitmapist.Server.Tests.Copying;

/// <summary>SLURP from the original server, by way of a server that answers as it does.</summary>
public sealed class SlurpFromOriginalTests
{
    private static readonly long s_later = DateTimeOffset.UtcNow.AddDays(3).ToUnixTimeMilliseconds();

    [Theory]
    [InlineData(false)] // its older versions
    [InlineData(true)]
    public async Task Every_key_is_copied_whatever_its_name(bool isStarMatchingSlash)
    {
        using OriginalServer original = new(isStarMatchingSlash);
        string[] names = ["trackist_a_2026-1", "with/slash", "two//slashes", "/", "///deep/er/", "\x01\xff", "x y"];
        foreach (string name in names) original.Set(name, [.. name.Select(character => (byte)character)]);
        original.Set("zero", new byte[10]);
        original.Set("timed", [0x80], s_later);
        original.Set("expired", [0x80], expiresAtUnixMs: 1);
        byte[] long_ = new byte[300_000];
        new Random(1).NextBytes(long_);
        original.Set("long", [.. long_, 1]);

        await using SlurpingServer server = new();
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{original.Port}");
        Assert.Equal((SlurpStatus.Done, ""), (progress.Status, progress.Failure));
        string[] expected = [.. names, "zero", "timed", "long"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), server.Names().Order(StringComparer.Ordinal));
        Assert.All(expected, name => Assert.Equal(original.Get(name), server.Get(name)));
        Assert.Equal(-1, server.ExpiresAt("zero"));
        Assert.InRange(server.ExpiresAt("timed"), s_later - 1000, s_later + 1000);
        Assert.Equal((10, 1, 1, 1), (progress.Keys, progress.WithoutBits, progress.Gone, progress.Expiring));
        Assert.Equal(0, progress.Unnamed);
    }

    [Fact]
    public async Task A_time_to_live_counts_from_its_arrival_not_from_the_batch_s_sending()
    {
        ManualTime time = new();
        using OriginalServer original = new(time: time);
        original.Set("slow", [0x80]);
        long expiresAt = time.GetUtcNow().AddSeconds(12).ToUnixTimeMilliseconds();
        original.Set("timed", [0x80], expiresAt);
        bool isDelayed = false;
        original.Answering = words =>
        {
            if (isDelayed || words[0] != "EXEC") return Task.CompletedTask;
            isDelayed = true;
            time.Advance(TimeSpan.FromSeconds(7)); // of the batch that asks for both keys
            return Task.CompletedTask;
        };
        await using SlurpingServer server = new(time);
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{original.Port}");
        Assert.Equal((SlurpStatus.Done, 2, 0), (progress.Status, progress.Keys, progress.Gone));
        Assert.True(isDelayed);
        Assert.Equal(expiresAt, server.ExpiresAt("timed"));
    }

    [Fact]
    public async Task Thousands_of_keys_are_copied_in_many_batches()
    {
        using OriginalServer original = new();
        Random random = new(2);
        for (int i = 0; i < 5000; i++)
        {
            byte[] value = new byte[random.Next(1, 200)];
            random.NextBytes(value);
            value[^1] |= 1;
            original.Set($"trackist_event{i}_2026-{i % 12}", value);
        }

        await using SlurpingServer server = new();
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{original.Port} 0");
        Assert.Equal((SlurpStatus.Done, 5000), (progress.Status, progress.Keys));
        Assert.Equal(5000, server.Names().Count);
        Assert.All(server.Names(), name => Assert.Equal(original.Get(name), server.Get(name)));
    }

    [Fact]
    public async Task A_name_with_more_slashes_than_are_asked_for_is_reported()
    {
        using OriginalServer original = new();
        original.Set(new string('/', 40), [1]);
        original.Set("plain", [1]);
        await using SlurpingServer server = new();
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{original.Port}");
        Assert.Equal((SlurpStatus.Done, 1, 1), (progress.Status, progress.Keys, progress.Unnamed));
        Assert.Equal("1", await server.Client.InfoAsync("slurp", "slurp_unnamed"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)] // its SCAN was answered
    [InlineData(3)]
    [InlineData(25)]
    [InlineData(400)]
    public async Task A_copy_broken_off_is_reported_and_can_be_repeated(int replies)
    {
        using OriginalServer original = new();
        for (int i = 0; i < 300; i++) original.Set($"key{i}", [(byte)(i | 1)]);
        original.BreakAfter(replies);
        await using SlurpingServer server = new();
        SlurpProgress broken = await server.SlurpAsync($"127.0.0.1:{original.Port}");
        Assert.Equal(SlurpStatus.Failed, broken.Status);
        Assert.Contains($"127.0.0.1:{original.Port}", broken.Failure, StringComparison.Ordinal);
        Assert.Equal(broken.Keys, server.Names().Count);
        Assert.Equal("failed", await server.Client.InfoAsync("slurp", "slurp_status"));
        Assert.Equal(broken.Failure, await server.Client.InfoAsync("slurp", "slurp_error"));

        original.BreakAfter(int.MaxValue);
        SlurpProgress repeated = await server.SlurpAsync($"127.0.0.1:{original.Port}");
        Assert.Equal((SlurpStatus.Done, 300), (repeated.Status, repeated.Keys));
        Assert.Equal(300, server.Names().Count);
    }

    [Fact]
    public async Task Another_database_of_it_is_refused_in_its_own_words()
    {
        using OriginalServer original = new();
        await using SlurpingServer server = new();
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{original.Port} 1");
        Assert.Equal(SlurpStatus.Failed, progress.Status);
        Assert.Contains("SELECT: ERR invalid DB index", progress.Failure, StringComparison.Ordinal);
    }
}
