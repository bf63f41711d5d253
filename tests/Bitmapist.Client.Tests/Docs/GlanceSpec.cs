using System.Globalization;
using Bitmapist.Client.Asking;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Marks;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Docs;

/// <summary>The code in docs/client.md is this: it compiles, and runs against both servers.</summary>
public abstract class GlanceSpec(ITestServer server)
{
    [Fact]
    public async Task The_glance_runs()
    {
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        await RunAsync($"127.0.0.1:{server.Port}?prefix=glance_", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_import_runs()
    {
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await using BitmapistClient client =
            await BitmapistClient.ConnectAsync($"127.0.0.1:{server.Port}?prefix=import_", cancel);
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(path, ["1,2026-01-15T23:30:00", "2,2026-01-16T01:30:00+02:00"], cancel);
            Assert.Equal(2, await ImportAsync(client, path, cancel));
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal(2, await client.CountAsync(new HourEvents("song:played", 2026, 1, 15, 23), cancel));
    }

    private static async Task<long> ImportAsync(BitmapistClient bitmapist, string path, CancellationToken cancel)
    {
        // import
        IEnumerable<EventMark> plays = File.ReadLines(path).Select(line => line.Split(',')).Select(
            part => new EventMark("song:played", uint.Parse(part[0], CultureInfo.InvariantCulture),
                DateTime.Parse(part[1], CultureInfo.InvariantCulture)));
        long marks = await bitmapist.MarkAsync(plays, trackHourly: true, cancellationToken: cancel);
        // end of import
        return marks;
    }

    private static async Task RunAsync(string connectionString, CancellationToken cancel)
    {
        // glance
        await using BitmapistClient bitmapist = await BitmapistClient.ConnectAsync(connectionString, cancel);

        // Marks: one, many, a flag, several at once or not at all.
        await bitmapist.MarkAsync("active", 123, cancellationToken: cancel);
        await bitmapist.MarkAsync("active", Enumerable.Range(0, 1_000), cancellationToken: cancel);
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
    [Theory]
    [InlineData("        // glance", "        // end")]
    [InlineData("        // import", "        // end of import")]
    public void The_document_shows_the_code_that_runs(string first, string last)
    {
        string[] source = File.ReadAllLines(
            Path.Combine(RepositoryFiles.Root, "tests/Bitmapist.Client.Tests/Docs/GlanceSpec.cs"));
        int from = Array.IndexOf(source, first) + 1, to = Array.IndexOf(source, last);
        IEnumerable<string> code = source[from..to].Select(line => line.Length == 0 ? line : line[8..]);
        string document = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs/client.md"));
        Assert.Contains($"```csharp\n{string.Join('\n', code)}\n```", document, StringComparison.Ordinal);
    }
}
