namespace Bitmapist.Migration;

/// <summary>Moving in or out is refused, with what to do about it. Nothing has been changed.</summary>
public sealed class MigrationException(string reason) : Exception(reason);
