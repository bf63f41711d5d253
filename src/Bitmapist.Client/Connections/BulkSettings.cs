namespace Bitmapist.Client.Connections;

/// <summary>How a bulk is sent.</summary>
internal sealed record BulkSettings
{
    /// <summary>
    /// Whether requests may run again when the connection is lost; see <see cref="RequestBatch.IsRepeatable"/>. Then a
    /// bulk survives losses; otherwise the first one ends it.
    /// </summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Items per batch at most; a batch also ends when it has enough bytes for one write.</summary>
    public int ItemsPerBatch { get; init; } = int.MaxValue;

    /// <summary>Batches under way at most.</summary>
    public int BatchesInFlight { get; init; } = Limits.BulkBatchesInFlight;

    /// <summary>Told the number of items acknowledged so far, after each batch; on the caller's flow.</summary>
    public Action<long>? Progress { get; init; }
}
