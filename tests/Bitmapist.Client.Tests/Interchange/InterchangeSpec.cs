using System.Globalization;
using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Resp.Replies;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Interchange;

/// <summary>What Python writes by its libraries' rules, C# reads, and the other way round, key for key.</summary>
public abstract class InterchangeSpec(ITestServer server) : ClientSpec(server)
{
    private sealed record Mark(string Event, uint Id, DateTime At, bool Hourly, bool Unique, int Value = 1);

    [Theory]
    [InlineData("trackist_", 0)]
    [InlineData("bitmapist_", 60)]
    [InlineData("app:7_", 86_400)]
    public async Task Names_bytes_and_expiry_are_equal(string prefix, int lifetimeSeconds)
    {
        PythonKeys.SkipWhereMissing();
        int seed = Random.Shared.Next();
        List<Mark> marks = RandomMarks(new Random(seed));
        // The marks are of 2018 to 2020: in progress with the first clock, over with the present one.
        if (lifetimeSeconds == 60) Clock.Now = new DateTimeOffset(2018, 12, 31, 23, 30, 0, TimeSpan.Zero);
        (EventSet[] sets, object[] operations) = Operations();
        Dictionary<string, (string, int)> fromPython = PythonKeys.Write(Server.Port, new
        {
            prefix,
            lifetime = lifetimeSeconds,
            marks = marks.Select(mark => new
            {
                @event = mark.Event, id = mark.Id, at = mark.At.ToString("s", CultureInfo.InvariantCulture),
                hourly = mark.Hourly, unique = mark.Unique, value = mark.Value,
            }),
            operations,
        });
        KeyLayout layout = lifetimeSeconds == 0 ? KeyLayout.Bitmapist3 : KeyLayout.Bitmapist4;
        (BitmapistClient client, _) = await ConnectAsync(ClientSettings.Of(layout) with { KeyPrefix = prefix });
        await ReadBackAsync(client, marks, $"seed {seed}");

        Assert.Equal("+OK", await SendAsync("FLUSHALL"));
        foreach (Mark mark in marks)
        {
            DateTimeOffset at = new(mark.At, TimeSpan.Zero);
            await (mark.Value == 1
                ? client.MarkAsync(mark.Event, mark.Id, at, mark.Hourly, mark.Unique, Cancel)
                : client.UnmarkAsync(mark.Event, mark.Id, at, mark.Hourly, mark.Unique, Cancel));
        }

        foreach (EventSet set in sets) await client.CountAsync(set, Cancel);
        Dictionary<string, (string Bytes, int Seconds)> fromHere = await DumpAsync();
        Assert.Equal(fromPython.Keys.Order(StringComparer.Ordinal), fromHere.Keys.Order(StringComparer.Ordinal));
        Assert.All(fromPython, pair => Assert.Equal(($"seed {seed}", pair.Key, pair.Value.Item1),
            ($"seed {seed}", pair.Key, fromHere[pair.Key].Bytes)));
        Assert.All(fromPython, pair => Assert.InRange(
            fromHere[pair.Key].Seconds, pair.Value.Item2 - 20, pair.Value.Item2 + 20));
    }

    private static List<Mark> RandomMarks(Random random)
    {
        DateTime[] times =
        [
            new(2018, 12, 31, 23, 0, 0), new(2019, 1, 1, 0, 0, 0), new(2020, 12, 31, 5, 0, 0),
            new(2019, 6, 7, 9, 59, 59),
        ];
        string[] names = ["active", "song:played", "with_score", "été", "a b"];
        List<Mark> marks =
        [
            .. Enumerable.Range(0, 200).Select(_ => new Mark(
                names[random.Next(names.Length)], (uint)random.Next(5_000), times[random.Next(times.Length)],
                random.Next(2) == 0, random.Next(2) == 0)),
        ];
        return [.. marks, .. marks.Take(20).Select(mark => mark with { Value = 0 })];
    }

    /// <summary>The same operations as sets, and as what the Python side makes of key names.</summary>
    private static (EventSet[] Sets, object[] Operations) Operations()
    {
        var active = new MonthEvents("active", 2018, 12);
        var played = new MonthEvents("song:played", 2018, 12);
        var week = new WeekEvents("active", 2019, 1);
        const string Active = "active_2018-12", Played = "song:played_2018-12", Week = "active_W2019-1";
        object[] year = ["OR", .. Enumerable.Range(1, 12).Select(month => $"active_2018-{month}")];
        return (
            [
                active & played, active & (played | week), EventSet.And(EventSet.And(active, played), week), ~active,
                active ^ week, new YearEvents("active", 2018) & week, active & played & week, active - played,
                new RollingEvents("active", PeriodUnit.Month, 2, active.PeriodStart),
            ],
            [
                new object[] { "AND", Active, Played }, new object[] { "AND", Active, new[] { "OR", Played, Week } },
                new object[] { "AND", new[] { "AND", Active, Played }, Week }, new[] { "NOT", Active },
                new[] { "XOR", Active, Week }, new object[] { "AND", year, Week },
                new[] { "AND", Active, Played, Week },
                new object[] { "XOR", Active, new[] { "AND", Active, Played } },
                new[] { "OR", Active, "active_2018-11" },
            ]);
    }

    private static async Task ReadBackAsync(BitmapistClient client, List<Mark> marks, string context)
    {
        foreach (string name in marks.Select(mark => mark.Event).Distinct())
        {
            Mark[] own = [.. marks.Where(mark => mark.Event == name)];
            foreach (DateTime at in own.Select(mark => mark.At).Distinct())
            {
                var ids = new SortedSet<uint>();
                foreach (Mark mark in own.Where(mark => mark.At == at))
                    _ = mark.Value == 1 ? ids.Add(mark.Id) : ids.Remove(mark.Id);
                DayEvents day = DayEvents.From(name, new DateTimeOffset(at, TimeSpan.Zero));
                Assert.Equal((context, ids.Count), (context, await client.CountAsync(day, Cancel)));
                Assert.Equal(ids, await ListAsync(client.IdsAsync(day, Cancel)));
            }
        }

        Assert.Equal(marks.Select(mark => mark.Event).Distinct().Order(StringComparer.Ordinal),
            await client.EventNamesAsync(cancellationToken: Cancel));
    }

    private async Task<Dictionary<string, (string Bytes, int Seconds)>> DumpAsync()
    {
        var dump = new Dictionary<string, (string, int)>();
        foreach (string key in await KeysAsync())
        {
            RequestBatch batch = new RequestBatch().Begin("GET", 1).Add(key).Begin("TTL", 1).Add(key);
            IReadOnlyList<Reply> replies = await Channel.SendAsync(batch, SendMode.Pipeline, Cancel);
            string hex = Convert.ToHexStringLower(replies[0].AsBytes().Span);
            dump.Add(key, (hex, (int)replies[1].AsInteger()));
        }

        return dump;
    }
}

public sealed class BitmapistInterchange(BitmapistServer server)
    : InterchangeSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisInterchange(RedisServer server) : InterchangeSpec(server), IClassFixture<RedisServer>;
