namespace Bitmapist.Storage.Log;

/// <summary>What recovery found.</summary>
/// <param name="NextSequence">The segment that <see cref="LogWriter.Open"/> begins next.</param>
/// <param name="Records">Records handed to the callback.</param>
/// <param name="Bytes">Bytes of whole records, framing included.</param>
/// <param name="TornBytes">Bytes cut off behind the last whole record; 0 after a clean end.</param>
/// <param name="TornPath">The segment that was cut, null when none was.</param>
/// <param name="TornOffset">Where it was cut.</param>
public sealed record LogRecoveryResult(
    long NextSequence, long Records, long Bytes, long TornBytes, string? TornPath, long TornOffset);
