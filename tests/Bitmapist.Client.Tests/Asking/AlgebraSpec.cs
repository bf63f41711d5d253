using Bitmapist.Client.Asking;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Asking;

/// <summary>Random expressions over random marks, against sets of numbers with the lengths of Redis's keys.</summary>
public abstract class AlgebraSpec(ITestServer server) : ClientSpec(server)
{
    private const int Rounds = 40;
    private const int Depth = 4;
    private const uint IdsEnd = 3_000;

    [Fact]
    public async Task Answers_agree_with_plain_sets()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        Dictionary<EventSet, Model> stored = [];
        foreach (EventSet leaf in Leaves())
        {
            // Keys of very different lengths, some of them missing.
            uint end = (uint)random.Next(1, (int)IdsEnd);
            uint[] ids =
                [.. Enumerable.Range(0, random.Next(0, 60)).Select(_ => (uint)random.Next((int)end)).Distinct()];
            if (random.Next(6) == 0) ids = [];
            stored.Add(leaf, Model.Of(ids));
            foreach (uint id in ids) await SendAsync("SETBIT", Client.KeyOf(leaf), $"{id}", "1");
            foreach (uint id in ids) await SendAsync("SETBIT", Client3.KeyOf(leaf), $"{id}", "1");
        }

        for (int round = 0; round < Rounds; round++)
        {
            EventSet set = RandomSet(random, Depth);
            Model expected = Evaluate(set, stored);
            string context = $"seed {seed}, round {round}: {set}";
            foreach (BitmapistClient client in new[] { Client, Client3 })
            {
                Questions questions = client.Ask();
                Answer<long> count = questions.CountOf(set);
                Answer<bool> any = questions.AnyIn(set);
                Answer<IdBitmap> bitmap = questions.BitmapOf(set);
                uint[] probes =
                    [.. expected.Ids.Take(5), .. Enumerable.Range(0, 20).Select(_ => (uint)random.Next(4_000))];
                Answer<bool>[] contains = [.. probes.Select(probe => questions.Contains(set, probe))];
                await questions.SendAsync(Cancel);
                Assert.Equal((context, expected.Ids.Count), (context, count.Value));
                Assert.Equal((context, expected.Ids.Count > 0), (context, any.Value));
                Assert.Equal(expected.Ids, bitmap.Value);
                Assert.Equal((context, expected.Ids.Count), (context, bitmap.Value.Count()));
                foreach ((uint probe, Answer<bool> answer) in probes.Zip(contains))
                    Assert.Equal((context, probe, expected.Ids.Contains(probe)), (context, probe, answer.Value));
                Assert.Equal(expected.Ids, await ListAsync(client.IdsAsync(set, Cancel)));
            }
        }
    }

    private static IEnumerable<EventSet> Leaves() =>
    [
        new UniqueEvents("u"), new DayEvents("d", 2026, 1, 15), new WeekEvents("w", 2026, 3),
        new HourEvents("h", 2026, 1, 15, 9),
        .. Enumerable.Range(1, 12).Select(month => new MonthEvents("m", 2026, month)),
    ];

    private static EventSet RandomSet(Random random, int depth)
    {
        if (depth == 0 || random.Next(5) == 0)
        {
            return random.Next(8) switch
            {
                0 => new YearEvents("m", 2026),
                1 => new RollingEvents("m", PeriodUnit.Month, 3, new MonthEvents("m", 2026, 5).PeriodStart),
                _ => Leaves().ElementAt(random.Next(16)),
            };
        }

        EventSet left = RandomSet(random, depth - 1);
        if (random.Next(6) == 0) return ~left;
        EventSet right = RandomSet(random, depth - 1);
        return random.Next(6) switch
        {
            0 => left & right,
            1 => left | right,
            2 => left ^ right,
            3 => EventSet.Or(left, right, RandomSet(random, depth - 1)),
            _ => left - right,
        };
    }

    private static Model Evaluate(EventSet set, Dictionary<EventSet, Model> stored)
    {
        switch (set)
        {
            case YearEvents year:
                return Enumerable.Range(1, 12).Select(month => stored[new MonthEvents("m", year.Year, month)])
                    .Aggregate(Model.Or);
            case RollingEvents:
                return Enumerable.Range(3, 3).Select(month => stored[new MonthEvents("m", 2026, month)])
                    .Aggregate(Model.Or);
            case Complement complement:
                Model inner = Evaluate(complement.Operand, stored);
                IEnumerable<uint> all = Enumerable.Range(0, inner.Bytes * 8).Select(id => (uint)id);
                return new(inner.Bytes, [.. all.Except(inner.Ids)]);
            case Difference difference:
                return difference.Others.Select(other => Evaluate(other, stored))
                    .Aggregate(Evaluate(difference.From, stored), Model.Minus);
            case Combination combination:
                return combination.Operands.Select(operand => Evaluate(operand, stored))
                    .Aggregate(combination.Operation switch
                    {
                        BitOperation.And => Model.And,
                        BitOperation.Or => Model.Or,
                        _ => Model.Xor,
                    });
            default:
                return stored[set];
        }
    }

    /// <summary>A key: its length and its ids.</summary>
    private sealed record Model(int Bytes, SortedSet<uint> Ids)
    {
        public static Model Of(uint[] ids) => new(ids.Length == 0 ? 0 : (int)ids.Max() / 8 + 1, [.. ids]);

        public static Model And(Model left, Model right) => Longer(left, right, [.. left.Ids.Intersect(right.Ids)]);

        public static Model Or(Model left, Model right) => Longer(left, right, [.. left.Ids.Union(right.Ids)]);

        public static Model Minus(Model left, Model right) => Longer(left, right, [.. left.Ids.Except(right.Ids)]);

        public static Model Xor(Model left, Model right)
        {
            SortedSet<uint> ids = [.. left.Ids];
            ids.SymmetricExceptWith(right.Ids);
            return Longer(left, right, ids);
        }

        private static Model Longer(Model left, Model right, SortedSet<uint> ids) =>
            new(Math.Max(left.Bytes, right.Bytes), ids);
    }
}

public sealed class BitmapistAlgebra(BitmapistServer server) : AlgebraSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisAlgebra(RedisServer server) : AlgebraSpec(server), IClassFixture<RedisServer>;
