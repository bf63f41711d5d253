using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>Compares raw replies of two servers by a <see cref="ReplyRule"/>.</summary>
public static class ReplyComparison
{
    /// <summary>Milliseconds that a command may reach one server later than the other.</summary>
    public const long ClockSkewMs = 20_000;

    /// <summary>Whether the replies agree.</summary>
    public static bool Agree(ReplyRule rule, byte[] left, byte[] right)
    {
        if (left.AsSpan().SequenceEqual(right)) return true;
        if (left[0] != right[0]) return false;
        return rule switch
        {
            ReplyRule.KindOnly => true,
            ReplyRule.AnyOrder => Sorted(left).SequenceEqual(Sorted(right)),
            ReplyRule.OneScan => ScanAgrees(left, right),
            ReplyRule.NearInteger => left[0] == (byte)':' && Near(ReplyText.Render(left), ReplyText.Render(right)),
            _ => false,
        };
    }

    /// <summary>
    /// Whether two replies to EXEC agree, each item by the rule of the command that was queued for it.
    /// </summary>
    public static bool AgreeOnExec(IReadOnlyList<ReplyRule> rules, byte[] left, byte[] right)
    {
        if (left.AsSpan().SequenceEqual(right)) return true;
        if (left[0] != (byte)'*' || right[0] != (byte)'*') return false;
        List<byte[]> leftItems = Items(left);
        List<byte[]> rightItems = Items(right);
        return leftItems.Count == rules.Count && rightItems.Count == rules.Count
            && rules.Index().All(rule => Agree(rule.Item, leftItems[rule.Index], rightItems[rule.Index]));
    }

    private static List<byte[]> Items(ReadOnlySpan<byte> reply)
    {
        List<byte[]> items = [];
        for (ReadOnlySpan<byte> rest = reply[(reply.IndexOf((byte)'\n') + 1)..]; !rest.IsEmpty;)
        {
            int itemBytes = ReplyFraming.MeasureReply(rest);
            items.Add(rest[..itemBytes].ToArray());
            rest = rest[itemBytes..];
        }
        return items;
    }

    private static IEnumerable<string> Sorted(byte[] reply) =>
        ReplyText.RenderItems(reply).Order(StringComparer.Ordinal);

    private static bool ScanAgrees(byte[] left, byte[] right)
    {
        List<byte[]> leftItems = Items(left);
        List<byte[]> rightItems = Items(right);
        return leftItems.Count == 2 && rightItems.Count == 2 && leftItems[0].AsSpan().SequenceEqual(rightItems[0])
            && Sorted(leftItems[1]).SequenceEqual(Sorted(rightItems[1]));
    }

    // -1 (stays) and -2 (missing) are no times: they must be equal, and equal replies were dealt with before.
    private static bool Near(string left, string right) =>
        long.TryParse(left.AsSpan(1), out long leftValue) && long.TryParse(right.AsSpan(1), out long rightValue)
        && leftValue >= 0 && rightValue >= 0 && Math.Abs(leftValue - rightValue) < ClockSkewMs;
}
