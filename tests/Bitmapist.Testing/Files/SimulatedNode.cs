namespace Bitmapist.Testing.Files;

/// <summary>A file's bytes, as the system sees them and as the disk has them. Guarded by the disk's lock.</summary>
internal sealed class SimulatedNode
{
    private readonly List<(long Offset, byte[]? Bytes)> _unsynced = [];
    private byte[] _durable = [];

    public byte[] Content { get; private set; } = [];

    public long Length { get; private set; }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Apply(offset, bytes);
        _unsynced.Add((offset, bytes.ToArray()));
    }

    public void Truncate(long length)
    {
        SetLength(length);
        _unsynced.Add((length, null));
    }

    public void Sync()
    {
        _durable = Content.AsSpan(0, (int)Length).ToArray();
        _unsynced.Clear();
    }

    /// <summary>The node as a crash leaves it: all of it durable.</summary>
    public SimulatedNode AfterCrash(CrashMode mode, Random random)
    {
        SimulatedNode node = new();
        if (mode == CrashMode.ProcessKilled)
        {
            node.Apply(0, Content.AsSpan(0, (int)Length));
            node.Sync();
            return node;
        }

        node.Apply(0, _durable);
        int cut = mode == CrashMode.UnsyncedCutShort ? random.Next(_unsynced.Count + 1) : _unsynced.Count;
        for (int i = 0; i < _unsynced.Count && mode != CrashMode.UnsyncedLost; i++)
        {
            (long offset, byte[]? bytes) = _unsynced[i];
            bool torn = mode == CrashMode.UnsyncedCutShort ? i == cut : random.Next(4) == 0;
            bool kept = mode == CrashMode.UnsyncedCutShort ? i < cut : random.Next(2) == 0;
            if (torn && bytes is not null) node.Apply(offset, bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            else if (kept && bytes is not null) node.Apply(offset, bytes);
            else if (kept) node.SetLength(offset);
        }

        node.Sync();
        return node;
    }

    private void Apply(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset + bytes.Length > Length) SetLength(offset + bytes.Length);
        bytes.CopyTo(Content.AsSpan((int)offset));
    }

    private void SetLength(long length)
    {
        if (length > Content.Length)
        {
            byte[] grown = new byte[Math.Max(length, Content.Length * 2L)];
            Content.AsSpan(0, (int)Length).CopyTo(grown);
            Content = grown;
        }

        if (length < Length) Content.AsSpan((int)length, (int)(Length - length)).Clear();
        Length = length;
    }
}
