namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Set operations on strictly ascending 16-bit values. Results go to a span with room for the largest possible result
/// and <see cref="Slack"/> more, and never overlap an operand. Each returns the number of values written.
/// </summary>
internal static class ArrayMerge
{
    /// <summary>Spare elements behind the last value that a result span must have: vector stores overshoot.</summary>
    public const int Slack = 32;

    /// <summary>When one side is this many times longer, searching it beats walking it.</summary>
    private const int GallopRatio = 32;

    public static int Intersect(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (left.Length > right.Length)
        {
            ReadOnlySpan<ushort> swap = left;
            left = right;
            right = swap;
        }
        return left.Length * GallopRatio < right.Length
            ? IntersectGalloping(left, right, result)
            : IntersectScalar(left, right, result);
    }

    public static int IntersectCount(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        if (left.Length > right.Length)
        {
            ReadOnlySpan<ushort> swap = left;
            left = right;
            right = swap;
        }
        return left.Length * GallopRatio < right.Length
            ? IntersectCountGalloping(left, right)
            : IntersectCountScalar(left, right);
    }

    internal static int IntersectScalar(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            if (a == b) result[count++] = a;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count;
    }

    internal static int IntersectCountScalar(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            count += a == b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count;
    }

    internal static int IntersectGalloping(ReadOnlySpan<ushort> few, ReadOnlySpan<ushort> many, Span<ushort> result)
    {
        int position = 0, count = 0;
        foreach (ushort value in few)
        {
            position = Search.Gallop(many, position, value);
            if (position == many.Length) break;
            if (many[position] == value) result[count++] = value;
        }
        return count;
    }

    internal static int IntersectCountGalloping(ReadOnlySpan<ushort> few, ReadOnlySpan<ushort> many)
    {
        int position = 0, count = 0;
        foreach (ushort value in few)
        {
            position = Search.Gallop(many, position, value);
            if (position == many.Length) break;
            count += many[position] == value ? 1 : 0;
        }
        return count;
    }

    public static int Union(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            result[count++] = Math.Min(a, b);
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count + CopyRest(left[i..], right[j..], result[count..]);
    }

    public static int SymmetricDifference(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            result[count] = Math.Min(a, b);
            count += a != b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count + CopyRest(left[i..], right[j..], result[count..]);
    }

    public static int Difference(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            result[count] = a;
            count += a < b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count + CopyRest(left[i..], default, result[count..]);
    }

    /// <summary>At most one of the two has values left.</summary>
    private static int CopyRest(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        ReadOnlySpan<ushort> rest = left.IsEmpty ? right : left;
        rest.CopyTo(result);
        return rest.Length;
    }
}
