namespace Bitmapist.Migration.Aof;

/// <summary>One of the files that are replayed one after another.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="IsLast">
/// No other follows: this one may end inside a command, as what a crash interrupted. Before another that would be a
/// gap.
/// </param>
internal readonly record struct AofPart(string Path, bool IsLast);
