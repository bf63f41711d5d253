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
    /// The first difference between two replies to EXEC, each item compared by the rule of the command queued for it;
    /// null where they agree. Where they are not both arrays of the right length, the difference is EXEC's own.
    /// </summary>
    public static ReplyDifference? DifferenceOfExec(
        GeneratedCommand exec, IReadOnlyList<GeneratedCommand> queued, byte[] left, byte[] right)
    {
        if (left.AsSpan().SequenceEqual(right)) return null;
        if (left[0] != (byte)'*' || right[0] != (byte)'*') return new ReplyDifference(exec, left, right);
        List<byte[]> leftItems = Items(left);
        List<byte[]> rightItems = Items(right);
        if (leftItems.Count != queued.Count || rightItems.Count != queued.Count)
            return new ReplyDifference(exec, left, right);
        for (int item = 0; item < queued.Count; item++)
        {
            if (!Agree(queued[item].Rule, leftItems[item], rightItems[item]))
                return new ReplyDifference(queued[item], leftItems[item], rightItems[item]);
        }
        return null;
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
