using System.Diagnostics;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring;

/// <summary>
/// Builds a bitmap from words that come in ascending order; each chunk takes its smallest form, run containers
/// included. One thread at a time; <see cref="ToFrozen"/> leaves the builder empty.
/// </summary>
public sealed class BitmapBuilder
{
    private readonly ResultBuilder _result = new();

    /// <summary>
    /// Appends the first (up to 1,024) words of a chunk; bit i of words[w] is id chunk × 65,536 + 64 w + i. Chunks
    /// ascend strictly over all appends.
    /// </summary>
    public void AppendWords(int chunk, ReadOnlySpan<ulong> words)
    {
        Debug.Assert(chunk is >= 0 and < RoaringLimits.ChunksMax && words.Length <= FormRules.ChunkWords);
        int count = PopCount.Count(words);
        if (count == 0) return;
        Workspace scratch = Workspace.First;
        Span<ulong> bits = scratch.Words;
        words.CopyTo(bits);
        bits[words.Length..].Clear();
        ContainerView view = ContainerView.OfBitset(bits, count);
        bool prefersRuns = FormRules.PrefersRuns(RunList.CountRuns(view), count);
        _result.Append(chunk, prefersRuns ? ContainerCopy.Smallest(view).View : scratch.WordsResult(count), scratch);
    }

    public FrozenBitmap ToFrozen() => _result.ToFrozen();
}
