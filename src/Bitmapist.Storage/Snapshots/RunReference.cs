using System.Buffers.Binary;

namespace Bitmapist.Storage.Snapshots;

/// <summary>An index run as the trailer names it: 56 bytes (docs/format/database.md §4).</summary>
/// <param name="DirectoryOffset">Where the run's directory frame begins.</param>
/// <param name="DirectoryBytes">Length of that frame.</param>
/// <param name="Entries">Keys in the run, deleted ones included.</param>
/// <param name="Deletions">Keys in the run that are deletions.</param>
/// <param name="BlockBytes">Bytes of all its blocks together.</param>
/// <param name="FilterOffset">Where the frame of its <see cref="KeyFilter"/> begins.</param>
/// <param name="FilterBytes">Length of that frame; 0: it has none, like every run written before there were
/// any.</param>
internal readonly record struct RunReference(
    long DirectoryOffset, int DirectoryBytes, long Entries, long Deletions, long BlockBytes,
    long FilterOffset = 0, int FilterBytes = 0)
{
    public const int Bytes = 56;

    /// <summary>Bytes of the run in the file: blocks, directory and filter.</summary>
    public long FileBytes => BlockBytes + DirectoryBytes + FilterBytes;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, DirectoryOffset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], DirectoryBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Entries);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Deletions);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], BlockBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], FilterOffset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[48..], FilterBytes);
    }

    public static RunReference Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        ReadLength(source[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
        ReadLength(source[48..]));

    /// <summary>
    /// A length, which the reader of so much compares with the file; out of range: one that no file has.
    /// </summary>
    private static int ReadLength(ReadOnlySpan<byte> source) =>
        (int)Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(source), -1, int.MaxValue);
}
