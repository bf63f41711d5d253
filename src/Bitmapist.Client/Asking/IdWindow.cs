namespace Bitmapist.Client.Asking;

/// <summary>A part of a key's bytes, and where the next ids are.</summary>
/// <param name="First">The index of the first byte in the key.</param>
/// <param name="Bytes">The bytes; fewer than asked for where the key ends.</param>
/// <param name="LengthBytes">Bytes of the whole key.</param>
/// <param name="Next">The index of the next byte with an id behind this window; null if there is none.</param>
internal readonly record struct IdWindow(long First, ReadOnlyMemory<byte> Bytes, long LengthBytes, long? Next);
