namespace Bitmapist.Engine.Keyspace;

/// <summary>What a change replaced. A struct in a ring, so that a SETBIT allocates nothing for it.</summary>
internal struct UndoItem
{
    /// <summary>
    /// The log's position behind the change; while its session still holds the shard, minus the number of its step.
    /// </summary>
    public long Position;

    public UndoKind Kind;

    /// <summary>The former bit.</summary>
    public bool Bit;

    /// <summary>Which bit.</summary>
    public uint Offset;

    /// <summary>The key; the object may have left its table since, so look it up by name.</summary>
    public Entry Entry;

    /// <summary>The former bits, as the entry held them, or what a flush dropped.</summary>
    public object? Old;

    /// <summary>The former length.</summary>
    public long LengthBytes;

    /// <summary>The former expiry time.</summary>
    public long ExpiresAtUnixMs;
}

/// <summary>The kinds of changes, by what their undoing takes.</summary>
internal enum UndoKind : byte
{
    /// <summary>A key came into being.</summary>
    Created,

    /// <summary>A bit, and perhaps the length, changed.</summary>
    Bit,

    /// <summary>A key got another value.</summary>
    Value,

    /// <summary>A key got another expiry time.</summary>
    Expiry,

    /// <summary>A key was removed.</summary>
    Removed,

    /// <summary>An expired key's deletion, owed to the log since it failed, was logged.</summary>
    Owed,

    /// <summary>A database was emptied; every shard has an item for it.</summary>
    Flushed,
}
