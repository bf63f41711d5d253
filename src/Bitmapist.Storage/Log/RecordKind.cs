namespace Bitmapist.Storage.Log;

/// <summary>What a record holds. The numbers are on disk (docs/format/log.md) and never change their meaning.</summary>
public enum RecordKind : byte
{
    /// <summary>Never written: zeros after a power cut must not look like a record.</summary>
    Reserved = 0,

    /// <summary>The caller's payload, opaque here.</summary>
    Batch = 1,

    /// <summary>The writer's own note that every segment up to a sequence is whole on stable storage.</summary>
    Durable = 2,
}
