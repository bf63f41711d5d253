namespace Bitmapist.Storage.Log;

/// <summary>The first <paramref name="Count"/> bytes of a buffer: whole records of one segment.</summary>
internal readonly record struct LogChunk(long Segment, byte[] Buffer, int Count);
