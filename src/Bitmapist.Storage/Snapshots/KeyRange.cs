namespace Bitmapist.Storage.Snapshots;

/// <summary>Keys from <paramref name="Start"/> on, below <paramref name="End"/>; null: without end. Bytewise.</summary>
public sealed record KeyRange(byte[] Start, byte[]? End)
{
    /// <summary>Every key.</summary>
    public static KeyRange All { get; } = new([], null);

    /// <summary>No key at all.</summary>
    public static KeyRange None { get; } = new([], []);

    public bool Contains(ReadOnlySpan<byte> key) =>
        key.SequenceCompareTo(Start) >= 0 && (End is null || key.SequenceCompareTo(End) < 0);
}
