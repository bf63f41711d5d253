using System.Buffers.Binary;

namespace Bitmapist.Storage.Snapshots;

/// <summary>An index run as the trailer names it: 56 bytes (docs/format/database.md §4).</summary>
/// <param name="DirectoryOffset">Where the run's directory frame begins.</param>
/// <param name="DirectoryBytes">Length of that frame.</param>
/// <param name="Entries">Keys in the run, deleted ones included.</param>
/// <param name="Deletions">Keys in the run that are deletions.</param>
/// <param name="BlockBytes">Bytes of all its blocks together.</param>
internal readonly record struct RunReference(
    long DirectoryOffset, int DirectoryBytes, long Entries, long Deletions, long BlockBytes)
{
    public const int Bytes = 56;

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear(); // The last 16 bytes, offset and length of a key filter, are not in use yet.
        BinaryPrimitives.WriteInt64LittleEndian(destination, DirectoryOffset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], DirectoryBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Entries);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Deletions);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], BlockBytes);
    }

    public static RunReference Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        (int)Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(source[8..]), -1, int.MaxValue),
        BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[32..]));
}
