namespace Bitmapist.Migration;

/// <summary>How far moving in or out has come.</summary>
/// <param name="Keys">Keys read so far, skipped ones included.</param>
/// <param name="Done">Bytes of the source read, or keys written, so far.</param>
/// <param name="Total">What <paramref name="Done"/> ends at.</param>
public readonly record struct MigrationProgress(long Keys, long Done, long Total);
