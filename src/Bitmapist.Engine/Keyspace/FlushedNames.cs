namespace Bitmapist.Engine.Keyspace;

/// <summary>What <see cref="NameOverlay"/> knew of a database before it was emptied.</summary>
/// <param name="Names">The names that differed since the last snapshot cut; null: none.</param>
/// <param name="IsFlushed">It had been emptied since that cut.</param>
/// <param name="Saving">The layer that was being saved; null: none.</param>
internal sealed record FlushedNames(SortedSet<NameState>? Names, bool IsFlushed, NameLayer? Saving);
