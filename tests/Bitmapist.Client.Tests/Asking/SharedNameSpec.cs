using Bitmapist.Client.Asking;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Asking;

/// <summary>Expressions whose results have one name in Python, asked side by side and inside each other.</summary>
public abstract class SharedNameSpec(ITestServer server) : ClientSpec(server)
{
    private const int Ids = 64;

    private static readonly EventSet[] s_leaves =
        [.. Enumerable.Range(0, 6).Select(leaf => new UniqueEvents($"{(char)('a' + leaf)}"))];

    public static readonly TheoryData<int> Layouts = [3, 4];

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task Pairs_of_small_expressions_have_their_own_answers(int layout)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        BitmapistClient client = layout == 3 ? Client3 : Client;
        Dictionary<EventSet, ulong> stored = await MarkAsync(client, random);
        EventSet[] sets = [.. Pairs(), .. Enumerable.Range(0, 60).Select(_ => RandomSet(random, 3))];
        foreach (EventSet one in sets.Take(30))
        {
            Questions questions = client.Ask();
            var answers = new List<(EventSet Set, Answer<long> Count, Answer<bool> First)>();
            foreach (EventSet other in sets)
            {
                foreach (EventSet set in new[] { one, other, one & other, EventSet.Or(other, one), one - other })
                    answers.Add((set, questions.CountOf(set), questions.Contains(set, 0)));
            }

            await questions.SendAsync(Cancel);
            foreach ((EventSet set, Answer<long> count, Answer<bool> first) in answers)
            {
                ulong expected = Evaluate(set, stored);
                string context = $"seed {seed}: {set}";
                Assert.Equal((context, (long)ulong.PopCount(expected)), (context, count.Value));
                Assert.Equal((context, (expected & 1) == 1), (context, first.Value));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task One_expression_is_not_answered_from_a_result_of_another(int layout)
    {
        BitmapistClient client = layout == 3 ? Client3 : Client;
        Dictionary<EventSet, ulong> stored = await MarkAsync(client, new Random(5));
        EventSet[] sets = [.. Pairs()];
        foreach (EventSet set in sets)
        {
            Assert.Equal((long)ulong.PopCount(Evaluate(set, stored)), await client.CountAsync(set, Cancel));
            uint[] ids = [.. Enumerable.Range(0, Ids).Where(id => (Evaluate(set, stored) >> id & 1) == 1)
                .Select(id => (uint)id)];
            Assert.Equal(ids, await ListAsync(client.IdsAsync(set, Cancel)));
        }

        Assert.Equal(sets.Length, sets.Select(client.KeyOf).Distinct().Count());
    }

    [Fact]
    public void No_two_shapes_share_a_name()
    {
        // Every tree over up to six leaves in a fixed order, of two operations: names part them all.
        string[] names = [.. Trees(0, 6).Select(Client.KeyOf)];
        Assert.InRange(names.Length, 1_000, 1_000_000);
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public void Usual_expressions_keep_the_names_of_Python()
    {
        EventSet[] usual =
        [
            s_leaves[0] & (s_leaves[1] | s_leaves[2] | s_leaves[3]), (s_leaves[0] | s_leaves[1]) & s_leaves[2],
            new YearEvents("y", 2026) & s_leaves[0], s_leaves[0] & new YearEvents("y", 2026),
            ~s_leaves[0] & s_leaves[1],
            (s_leaves[0] | s_leaves[1]) & (s_leaves[2] | s_leaves[3]), s_leaves[0] - s_leaves[1],
        ];
        Assert.All(usual, set => Assert.DoesNotContain("bitop_AND2", Client.KeyOf(set), StringComparison.Ordinal));
        EventSet other = s_leaves[0] & (s_leaves[1] | s_leaves[2]) & s_leaves[3];
        Assert.Equal(
            "bitmapist_bitop_AND3_bitmapist_a_u-bitmapist_bitop_OR2_bitmapist_b_u-bitmapist_c_u-bitmapist_d_u",
            Client.KeyOf(other));
    }

    [Fact]
    public void An_event_whose_name_reads_like_two_keys_shares_none()
    {
        var odd = new UniqueEvents("a_u-bitmapist_b");
        var odd2 = new UniqueEvents("b_u-bitmapist_c");
        EventSet[] sets = [odd & s_leaves[2], s_leaves[0] & odd2, s_leaves[0] & s_leaves[1] & s_leaves[2]];
        Assert.Equal(sets.Length, sets.Select(Client.KeyOf).Distinct().Count());
    }

    private static IEnumerable<EventSet> Pairs()
    {
        EventSet[] l = s_leaves;
        yield return l[0] & (l[1] | l[2]) & l[3];
        yield return l[0] & (l[1] | l[2] | l[3]);
        yield return (l[0] & l[1]) | l[2] | l[3];
        yield return (l[0] & l[1] & l[2]) | l[3];
        yield return (l[0] & l[1]) | (l[2] ^ l[3] ^ l[4]);
        yield return EventSet.Or(EventSet.And(l[0], l[1], l[2] ^ l[3]), l[4]);
    }

    private async Task<Dictionary<EventSet, ulong>> MarkAsync(BitmapistClient client, Random random)
    {
        Dictionary<EventSet, ulong> stored = [];
        foreach (EventSet leaf in s_leaves)
        {
            ulong ids = (ulong)random.NextInt64() | 1UL << (Ids - 1); // equal lengths: NOT is over all 64
            stored[leaf] = ids;
            await client.MarkUniqueAsync(((UniqueEvents)leaf).Name,
                Enumerable.Range(0, Ids).Where(id => (ids >> id & 1) == 1).Select(id => (uint)id), Cancel);
        }

        return stored;
    }

    /// <summary>Every tree over the leaves from one on, as many as given, with AND and OR.</summary>
    private static List<EventSet> Trees(int first, int leaves)
    {
        if (leaves == 1) return [s_leaves[first]];
        List<EventSet> trees = [];
        foreach (List<EventSet> operands in Rows(first, leaves, leaves - 1))
        {
            trees.Add(EventSet.And([.. operands]));
            trees.Add(EventSet.Or([.. operands]));
        }

        return trees;
    }

    /// <summary>Every row of trees over so many leaves, the first tree over no more than some of them.</summary>
    private static IEnumerable<List<EventSet>> Rows(int first, int leaves, int ownMax)
    {
        if (leaves == 0) yield return [];
        for (int own = 1; own <= ownMax; own++)
        {
            List<EventSet> operands = Trees(first, own);
            foreach (List<EventSet> rest in Rows(first + own, leaves - own, leaves - own))
                foreach (EventSet operand in operands) yield return [operand, .. rest];
        }
    }

    private static EventSet RandomSet(Random random, int depth)
    {
        if (depth == 0 || random.Next(4) == 0) return s_leaves[random.Next(s_leaves.Length)];
        if (random.Next(7) == 0) return ~RandomSet(random, depth - 1);
        EventSet[] operands =
            [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => RandomSet(random, depth - 1))];
        return random.Next(3) switch
        {
            0 => EventSet.And(operands),
            1 => EventSet.Or(operands),
            _ => EventSet.Xor(operands),
        };
    }

    private static ulong Evaluate(EventSet set, Dictionary<EventSet, ulong> stored) => set switch
    {
        Complement complement => ~Evaluate(complement.Operand, stored),
        Difference difference => difference.Others.Aggregate(
            Evaluate(difference.From, stored), (ids, other) => ids & ~Evaluate(other, stored)),
        Combination combination => combination.Operands.Select(operand => Evaluate(operand, stored))
            .Aggregate((left, right) => combination.Operation switch
            {
                BitOperation.And => left & right,
                BitOperation.Or => left | right,
                _ => left ^ right,
            }),
        _ => stored[set],
    };
}

public sealed class BitmapistSharedNames(BitmapistServer server)
    : SharedNameSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisSharedNames(RedisServer server) : SharedNameSpec(server), IClassFixture<RedisServer>;
