using System.Collections;

namespace Bitmapist.Server.Commands.Strings;

/// <summary>
/// The longest common subsequence of two strings and where it lies in them, by dynamic programming. Of several equally
/// long ones it is the one that Redis takes. O(first × second) time; a bit of memory for each pair of places.
/// </summary>
internal sealed class CommonSubsequence
{
    private readonly byte[] _first;
    private readonly byte[] _second;
    private readonly BitArray? _drops; // for each pair of places: the first string's is dropped, else the second's

    /// <param name="first">One string.</param>
    /// <param name="second">The other.</param>
    /// <param name="isTraced">Whether more than the length is asked for.</param>
    public CommonSubsequence(byte[] first, byte[] second, bool isTraced)
    {
        _first = first;
        _second = second;
        if (isTraced) _drops = new BitArray(first.Length * second.Length);
        Length = first.Length >= second.Length
            ? Measure(first, second, isSwapped: false)
            : Measure(second, first, isSwapped: true);
    }

    /// <summary>Bytes of the subsequence.</summary>
    public int Length { get; }

    /// <summary>Goes back from the strings' ends.</summary>
    /// <param name="bytes">Gets the subsequence, as many bytes as it is long.</param>
    /// <param name="matches">Gets the ranges that both strings have of it, the last ones first.</param>
    public void Trace(Span<byte> bytes, List<CommonRange> matches)
    {
        int left = Length;
        CommonRange? open = null;
        for (int i = _first.Length, j = _second.Length; i > 0 && j > 0;)
        {
            if (_first[i - 1] == _second[j - 1])
            {
                i--;
                j--;
                bytes[--left] = _first[i];
                open = new CommonRange(i, j, (open?.Length ?? 0) + 1);
                continue;
            }

            if (open is { } ended) matches.Add(ended);
            open = null;
            if (_drops![((i - 1) * _second.Length) + j - 1]) i--;
            else j--;
        }

        if (open is { } last) matches.Add(last);
    }

    /// <summary>Fills the table row by row, of which it keeps two, as long as the shorter string.</summary>
    private int Measure(byte[] longer, byte[] shorter, bool isSwapped)
    {
        int[] above = new int[shorter.Length + 1], row = new int[shorter.Length + 1];
        for (int i = 1; i <= longer.Length; i++)
        {
            byte value = longer[i - 1];
            for (int j = 1; j <= shorter.Length; j++)
            {
                if (value == shorter[j - 1])
                {
                    row[j] = above[j - 1] + 1;
                    continue;
                }

                int withoutLonger = above[j], withoutShorter = row[j - 1];
                row[j] = Math.Max(withoutLonger, withoutShorter);
                if (_drops is null) continue;
                if (isSwapped) _drops[((j - 1) * longer.Length) + i - 1] = withoutShorter > withoutLonger;
                else _drops[((i - 1) * shorter.Length) + j - 1] = withoutLonger > withoutShorter;
            }

            (above, row) = (row, above);
        }

        return above[^1];
    }
}

/// <summary>Equal bytes of two strings.</summary>
/// <param name="First">Where they begin in the first one.</param>
/// <param name="Second">In the second one.</param>
/// <param name="Length">How many.</param>
internal readonly record struct CommonRange(int First, int Second, int Length);
