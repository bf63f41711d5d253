using System.Text;
using Bitmapist.Analytics.Expressions;
using Bitmapist.Analytics.Periods;
using Bitmapist.Roaring;

namespace Bitmapist.Analytics.Tests;

public sealed class ExpressionTests
{
    private const int IdsEnd = 200;
    private static readonly DateTime s_now = new(2026, 11, 28, 13, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a-b", "a-b")]
    [InlineData("a - b", "(a - b)")]
    [InlineData("a -b", "(a - b)")]
    [InlineData("a|b&c", "(a | (b & c))")]
    [InlineData("a ^ b | c ^ d", "((a ^ b) | (c ^ d))")]
    [InlineData("a & b - c & d", "(a & (b - c) & d)")]
    [InlineData("a - b - c", "(a - b - c)")]
    [InlineData("a - (b - c)", "(a - (b - c))")]
    [InlineData("~a & ~~b", "(~a & ~~b)")]
    [InlineData("~(a | b)", "~(a | b)")]
    [InlineData(" ( ( a ) ) ", "a")]
    [InlineData("\"a b\" & \"c\\\"d\" & \"\\\\\"", "(a b & c\"d & \\)")]
    [InlineData("\"a@day\"", "a@day")]
    [InlineData("active@2026-11", "p_active_2026-11")]
    [InlineData("active@day", "p_active_2026-11-28")]
    [InlineData("paid@u", "p_paid_u")]
    [InlineData("a@b@month", "p_a@b_2026-11")]
    [InlineData("x@day-2..day", "(p_x_2026-11-26 | p_x_2026-11-27 | p_x_2026-11-28)")]
    [InlineData("x@2025-W52..2026-W2", "(p_x_W2025-52 | p_x_W2026-1 | p_x_W2026-2)")]
    [InlineData("x@day..day", "p_x_2026-11-28")]
    [InlineData("x@9998-12-31..9998-12-31", "p_x_9998-12-31")]
    [InlineData("x@9998-12..9998-12 & \u00e0\u0085\u00a0b", "(p_x_9998-12 & \u00e0\u0085\u00a0b)")]
    public void An_expression_means(string text, string meaning)
    {
        ParsedExpression parsed = ExpressionParser.Parse(text, new EventKeys("p_"), s_now);
        Assert.Equal(meaning, Show(parsed.Root, parsed.Keys));
    }

    [Theory]
    [InlineData("", 1, "expected a key, ~ or (, and the expression ends")]
    [InlineData("a &", 4, "expected a key, ~ or (, and the expression ends")]
    [InlineData("a & & b", 5, "expected a key, ~ or (, not '&'")]
    [InlineData("a b", 3, "expected an operator or the end, not 'b'")]
    [InlineData("(a", 3, "expected an operator or ), and the expression ends")]
    [InlineData("(a b)", 4, "expected an operator or ), not 'b'")]
    [InlineData("a)", 2, "expected an operator or the end, not ')'")]
    [InlineData("a & ~", 6, "expected a key, ~ or (, and the expression ends")]
    [InlineData("a & \"b", 5, "the name in quotation marks has no end")]
    [InlineData("\"a\\n\"", 3, "expected \\\", \\\\ or \\xHH")]
    [InlineData("x & a@tomorrow", 7, "expected " + PeriodText.Expected)]
    [InlineData("a@", 3, "expected " + PeriodText.Expected)]
    [InlineData("@day", 1, "expected an event's name before @")]
    [InlineData("a@day..nope", 8, "expected " + PeriodText.Expected)]
    [InlineData("a@day..month", 8, "the last period of a range must be of the first one's length, and not before it")]
    [InlineData("a@day..day-1", 8, "the last period of a range must be of the first one's length, and not before it")]
    [InlineData("a@1000..2026", 1, "a question may name 10,000 keys, 20,000 times in all")]
    [InlineData("a@9998..9999", 9, "expected " + PeriodText.Expected)]
    public void What_is_none_is_refused_at_a_character(string text, int position, string message)
    {
        var fault = Assert.Throws<ExpressionException>(
            () => ExpressionParser.Parse(text, new EventKeys("p_"), s_now));
        Assert.Equal((position, message), (fault.Position, fault.Message));
    }

    [Fact]
    public void Nesting_and_keys_are_bounded()
    {
        Parse(new string('(', 100) + "a" + new string(')', 100));
        Parse(new string('~', 100) + "a");
        Assert.Throws<ExpressionException>(() => Parse(new string('~', 101) + "a"));
        Assert.Throws<ExpressionException>(() => Parse(new string('(', 101) + "a" + new string(')', 101)));
        Parse(string.Join('&', Enumerable.Repeat("(a|~b)", 1_000))); // beside each other they do not count
        Parse(string.Join('|', Enumerable.Range(0, 10_000)));
        Parse(string.Join('&', Enumerable.Repeat("a", 20_000)));
        Assert.Throws<ExpressionException>(() => Parse(string.Join('&', Enumerable.Repeat("a", 20_001))));
        string word = new('x', 100_000);
        var fault = Assert.Throws<ExpressionException>(() => Parse($"a {word}"));
        Bounds.AtMost(200, fault.Message.Length);
        Assert.Throws<ExpressionException>(() => Parse(string.Join('|', Enumerable.Range(0, 10_001))));
    }

    [Fact]
    public void Names_in_a_period_are_events()
    {
        var keys = new KeyList();
        EventPeriod year = EventPeriod.Of(PeriodUnit.Year, s_now);
        SetExpression read = ExpressionParser.ParseIn("a & b@u & c@month", new EventKeys("p_"), s_now, year, keys);
        string months = string.Join(" | ", Enumerable.Range(1, 12).Select(month => $"p_a_2026-{month}"));
        Assert.Equal($"(({months}) & p_b_u & p_c_2026-11)", Show(read, keys.Names));
    }

    [Fact]
    public void Random_expressions_equal_plain_sets()
    {
        for (int seed = 1; seed <= 400; seed++)
        {
            var random = new Random(seed);
            HashSet<uint>[] sets = [.. Enumerable.Range(0, 5).Select(_ => RandomSet(random))];
            string text = RandomText(random, depth: 4);
            ParsedExpression parsed = Parse(text);
            ReadOnlyBitmap[] keys = [.. parsed.Keys.Select(key => FrozenBitmap.FromIds(
                [.. sets[key.Span[0] - 'a'].Order()]))];
            var evaluation = new SetEvaluation(keys, IdsEnd);
            HashSet<uint> expected = Plain(
                parsed.Root, [.. parsed.Keys.Select(key => sets[key.Span[0] - 'a'])]);
            ReadOnlyBitmap ids = evaluation.IdsOf(parsed.Root);
            var found = new uint[ids.Cardinality];
            ids.CopyIdsTo(found);
            string context = $"seed {seed}: {text}";
            Assert.Equal((context, string.Join(' ', expected.Order())), (context, string.Join(' ', found)));
            Assert.Equal((context, expected.Count), (context, evaluation.CountOf(parsed.Root)));
        }
    }

    private static ParsedExpression Parse(string text) => ExpressionParser.Parse(text, new EventKeys("p_"), s_now);

    private static HashSet<uint> RandomSet(Random random) =>
        [.. Enumerable.Range(0, random.Next(60)).Select(_ => (uint)random.Next(IdsEnd))];

    private static string RandomText(Random random, int depth)
    {
        if (depth == 0 || random.Next(4) == 0) return ((char)('a' + random.Next(5))).ToString();
        if (random.Next(5) == 0) return "~" + RandomText(random, depth - 1);
        if (random.Next(4) == 0) return $"({RandomText(random, depth - 1)})";
        string sign = " & | ^ - ".Substring(random.Next(4) * 2, 3);
        return string.Join(
            sign, Enumerable.Range(0, random.Next(2, 4)).Select(_ => $"({RandomText(random, depth - 1)})"));
    }

    private static HashSet<uint> Plain(SetExpression expression, HashSet<uint>[] keys)
    {
        if (expression is SetExpression.Key key) return [.. keys[key.Index]];
        if (expression is SetExpression.Complement complement)
            return [.. Enumerable.Range(0, IdsEnd).Select(id => (uint)id).Except(Plain(complement.Operand, keys))];
        var operation = (SetExpression.Operation)expression;
        HashSet<uint> result = Plain(operation.Operands[0], keys);
        foreach (SetExpression operand in operation.Operands.Skip(1))
        {
            HashSet<uint> other = Plain(operand, keys);
            if (operation.Operator == SetOperator.And) result.IntersectWith(other);
            else if (operation.Operator == SetOperator.Or) result.UnionWith(other);
            else if (operation.Operator == SetOperator.Xor) result.SymmetricExceptWith(other);
            else result.ExceptWith(other);
        }

        return result;
    }

    private static string Show(SetExpression expression, IReadOnlyList<ReadOnlyMemory<byte>> keys) => expression switch
    {
        SetExpression.Key key => Encoding.Latin1.GetString(keys[key.Index].Span),
        SetExpression.Complement complement => "~" + Show(complement.Operand, keys),
        SetExpression.Operation operation => "(" + string.Join(
            operation.Operator switch
            {
                SetOperator.Difference => " - ",
                SetOperator.And => " & ",
                SetOperator.Xor => " ^ ",
                _ => " | ",
            },
            operation.Operands.Select(operand => Show(operand, keys))) + ")",
        _ => throw new ArgumentOutOfRangeException(nameof(expression)),
    };
}
