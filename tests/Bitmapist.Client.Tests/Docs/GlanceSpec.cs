using Bitmapist.Client.Asking;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Docs;

/// <summary>"The API at a glance" of docs/client.md is this code: it compiles, and runs against both servers.</summary>
public abstract class GlanceSpec(ITestServer server)
{
    [Fact]
    public async Task The_glance_runs()
    {
        if (server.SkipReason is { } reason) Assert.Skip(reason);
        await RunAsync($"127.0.0.1:{server.Port}?prefix=glance_", TestContext.Current.CancellationToken);
    }

    private static async Task RunAsync(string connectionString, CancellationToken cancel)
    {
        // glance
        await using BitmapistClient bitmapist = await BitmapistClient.ConnectAsync(connectionString, cancel);

        // Marks: one, many, a flag, several at once or not at all.
        await bitmapist.MarkAsync("active", 123, cancellationToken: cancel);
        await bitmapist.MarkAsync("active", Enumerable.Range(0, 1_000).Select(i => (uint)i), cancellationToken: cancel);
        await bitmapist.MarkUniqueAsync("premium", 123, cancel);
        await using (var transaction = bitmapist.BeginTransaction())
        {
            transaction.Mark("active", 456).Mark("song:played", 456);
            await transaction.CommitAsync(cancel);
        }

        // Events are values: building them sends nothing.
        MonthEvents active = MonthEvents.From("active", bitmapist.Now);
        EventSet stayed = active & active.Previous();
        EventSet lost = active.Previous() - active;
        var lastWeeks = new RollingEvents("active", PeriodUnit.Week, 4, bitmapist.Now);

        // Asking: how many, is someone, is anyone, who.
        long count = await bitmapist.CountAsync(stayed, cancel);
        bool isIn = await bitmapist.ContainsAsync(active & new UniqueEvents("premium"), 123, cancel);
        bool anybody = await bitmapist.AnyAsync(lost, cancel);
        var who = new List<uint>();
        await foreach (uint id in bitmapist.IdsAsync(lastWeeks, cancel)) who.Add(id);

        // Several questions, one round trip.
        Questions questions = bitmapist.Ask();
        Answer<long> thisMonth = questions.CountOf(active);
        Answer<long> both = questions.CountOf(stayed);
        await questions.SendAsync(cancel);
        string share = $"{both.Value} of {thisMonth.Value}";

        // Cohorts: of those who signed up in a week, how many came back in the weeks after, on web or iOS?
        EventDefinition web = "web", ios = "ios";
        CohortTable table = await bitmapist.CohortAsync(
            new CohortQuery { First = "signup", Return = (web | ios).As("anywhere"), Unit = PeriodUnit.Week }, cancel);
        string html = table.ToHtml();
        EventSet people = table.Rows[0].Cells[1].Events; // the people behind a cell, to be asked about like any set

        await bitmapist.DeleteAllEventsAsync(cancel);
        // end
        Assert.Equal((0L, true, false), (count, isIn, anybody));
        Assert.Equal("0 of 1000", share); // 123 and 456 are among the thousand
        Assert.Equal(1_000, who.Count);
        Assert.Contains("<table", html, StringComparison.Ordinal);
        Assert.Equal(0, await bitmapist.CountAsync(people, cancel));
    }
}

public sealed class BitmapistGlance(BitmapistServer server) : GlanceSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisGlance(RedisServer server) : GlanceSpec(server), IClassFixture<RedisServer>;

public sealed class GlanceTests
{
    [Fact]
    public void The_document_shows_the_code_that_runs()
    {
        string[] source = File.ReadAllLines(
            Path.Combine(RepositoryFiles.Root, "tests/Bitmapist.Client.Tests/Docs/GlanceSpec.cs"));
        int from = Array.IndexOf(source, "        // glance") + 1, to = Array.IndexOf(source, "        // end");
        IEnumerable<string> code = source[from..to].Select(line => line.Length == 0 ? line : line[8..]);
        string document = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs/client.md"));
        Assert.Contains($"```csharp\n{string.Join('\n', code)}\n```", document, StringComparison.Ordinal);
    }
}
