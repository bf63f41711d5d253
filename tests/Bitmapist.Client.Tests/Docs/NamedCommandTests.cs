using System.Text.RegularExpressions;
using Bitmapist.Client.Tests.Connections;
using Bitmapist.Resp.Replies;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Docs;

/// <summary>
/// Commands that the client's texts and documents send people to: each must be one that this server has. What a command
/// is, Redis says: other words in capitals are none.
/// </summary>
public sealed partial class NamedCommandTests(BitmapistServer server, RedisServer redis)
    : IClassFixture<BitmapistServer>, IClassFixture<RedisServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_command_named_in_texts_and_documents_exists_here()
    {
        Prerequisite.Require(!(redis.SkipReason != null), redis.SkipReason ?? "");
        HashSet<string> ours = await CommandsOfAsync(server), all = await CommandsOfAsync(redis);
        Assert.Contains("SLOWLOG", all);
        var named = new Dictionary<string, string>(); // and where
        foreach ((string place, string text) in Texts())
        {
            foreach (Match word in CommandWord().Matches(text))
                if (all.Contains(word.Value)) named.TryAdd(word.Value, place);
        }

        Assert.Superset(new HashSet<string> { "BITCOUNT", "CLIENT", "EXEC", "FLUSHDB", "INFO", "SCAN" },
            named.Keys.ToHashSet());
        Assert.Empty(named.Where(command => !ours.Contains(command.Key)).Select(one => $"{one.Key}: {one.Value}"));
    }

    [Fact]
    public async Task What_a_timeout_tells_people_to_send_is_answered()
    {
        await using var silent = new FakeServer(session => session.SilenceAsync());
        await using ServerConnection late = await silent.ConnectAsync(responseTimeoutMs: 200);
        var timeout = await Assert.ThrowsAsync<BitmapistTimeoutException>(() => late.AskAsync("ECHO a"));
        Match advice = Advice().Match(timeout.Message);
        Assert.True(advice.Success, timeout.Message);
        await using ServerConnection channel = await ServerConnection.ConnectAsync(
            new BitmapistOptions { Host = "127.0.0.1", Port = server.Port }, Cancel);
        string replies = await channel.AskAsync("PING", advice.Groups[1].Value);
        Assert.StartsWith("+PONG $", replies, StringComparison.Ordinal);
        Assert.Contains("cmdstat_ping:calls=", replies, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_subcommand_named_in_texts_and_documents_exists_here()
    {
        await using ServerConnection channel = await ServerConnection.ConnectAsync(
            new BitmapistOptions { Host = "127.0.0.1", Port = server.Port }, Cancel);
        List<string> named = [.. Texts().SelectMany(text => Subcommand().Matches(text.Text)).Select(pair => pair.Value)
            .Distinct()];
        Assert.Contains("CLIENT SETNAME", named);
        foreach (string pair in named)
        {
            string[] words = pair.Split(' ');
            string help = await channel.AskAsync($"{words[0]} HELP");
            Assert.True(help.Contains($"+{words[1]}", StringComparison.Ordinal), $"{pair}: {help}");
        }
    }

    private static async Task<HashSet<string>> CommandsOfAsync(ITestServer server)
    {
        await using ServerConnection channel = await ServerConnection.ConnectAsync(
            new BitmapistOptions { Host = "127.0.0.1", Port = server.Port }, Cancel);
        IReadOnlyList<Reply> replies = await channel.SendAsync(Batches.Of("COMMAND"), SendMode.Pipeline, Cancel);
        return [.. replies[0].Items.Select(command => command.Items[0].AsText().ToUpperInvariant())];
    }

    /// <summary>Texts between quotation marks and comments in the client's source, and its documents.</summary>
    private static IEnumerable<(string Place, string Text)> Texts()
    {
        string source = Path.Combine(RepositoryFiles.Root, "src/Bitmapist.Client");
        foreach (string path in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            if (path.Contains("/obj/", StringComparison.Ordinal)) continue;
            foreach (Match text in Literal().Matches(File.ReadAllText(path)))
                yield return (Path.GetFileName(path), text.Value);
        }

        foreach (string name in new[] { "docs/client.md", "docs/client-connection.md" })
            yield return (name, File.ReadAllText(Path.Combine(RepositoryFiles.Root, name)));
    }

    [GeneratedRegex(@"\b[A-Z]{3,}\b")]
    private static partial Regex CommandWord();

    [GeneratedRegex(@"""(?:[^""\\\n]|\\.)*""|//.*")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\b(?:ACL|CLIENT|COMMAND|CONFIG|LATENCY|MEMORY|OBJECT|SLOWLOG) [A-Z]{3,}\b")]
    private static partial Regex Subcommand();

    [GeneratedRegex(@"\(([A-Z]+ [a-z]+) has ")]
    private static partial Regex Advice();
}
