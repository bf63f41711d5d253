using Bitmapist.Analytics.Expressions;
using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Roaring;

namespace Bitmapist.Server.Commands.Analytics;

/// <summary>The ids of several keys as of one instant; a missing key has none. Immutable; any thread.</summary>
internal sealed class FrozenKeys
{
    private readonly PendingBits[] _ids;

    private FrozenKeys(PendingBits[] ids, long lengthBytes)
    {
        _ids = ids;
        LengthBytes = lengthBytes;
        foreach (PendingBits one in ids) Cost += one.Cost;
    }

    /// <summary>Bytes of the longest string: no id is at or above eight times this.</summary>
    public long LengthBytes { get; }

    /// <summary>Chunks of 65,536 ids that all of them have, an estimate from above.</summary>
    public long Cost { get; }

    /// <summary>Looks them up; each counts as a hit or a miss. O(keys).</summary>
    public static FrozenKeys Of(Session session, ReadOnlySpan<ReadOnlyMemory<byte>> names)
    {
        StringValue?[] values = session.GetMany(names);
        var ids = new PendingBits[values.Length];
        long lengthBytes = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            StringValue value = values[i] ?? StringValue.Empty;
            ids[i] = value.Pending;
            lengthBytes = Math.Max(lengthBytes, value.LengthBytes);
        }

        return new FrozenKeys(ids, lengthBytes);
    }

    /// <summary>What complements end before: no key has an id from here on.</summary>
    public long IdsEnd => Math.Min(1L << 32, LengthBytes * 8);

    /// <summary>How much work expressions over them are.</summary>
    public ExpressionCost Costs => new(Array.ConvertAll(_ids, static one => one.Cost), IdsEnd);

    /// <summary>Computes expressions over them.</summary>
    /// <param name="isWanted">Whether somebody still waits for the answer.</param>
    /// <exception cref="DiskReadException">Some lie in the database file and cannot be read.</exception>
    public SetEvaluation Evaluation(Func<bool> isWanted) => new(Ids(), IdsEnd, isWanted);

    /// <summary>Has those made ready that are not at hand; null: all are.</summary>
    public Task? PrepareAsync(BackgroundThreads workers)
    {
        Task[] tasks = [.. _ids.Select(one => one.PrepareAsync(workers)).OfType<Task>()];
        return tasks.Length == 0 ? null : Task.WhenAll(tasks);
    }

    /// <summary>The ids of each.</summary>
    /// <exception cref="DiskReadException">Some lie in the database file and cannot be read.</exception>
    public ReadOnlyBitmap[] Ids() => Array.ConvertAll(_ids, static ReadOnlyBitmap (one) => one.Force());
}
