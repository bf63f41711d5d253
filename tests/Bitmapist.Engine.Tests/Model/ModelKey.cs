namespace Bitmapist.Engine.Tests.Model;

/// <summary>A key of the model: its bytes are never changed in place, so copies of the model may share them.</summary>
/// <param name="Bytes">The string.</param>
/// <param name="ExpiresAt">Unix milliseconds; 0: stays.</param>
internal sealed record ModelKey(byte[] Bytes, long ExpiresAt);
