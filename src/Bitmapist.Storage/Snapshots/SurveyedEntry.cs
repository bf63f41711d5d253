namespace Bitmapist.Storage.Snapshots;

/// <summary>A key of a surveyed generation.</summary>
/// <param name="Stored">The key and where its value lies.</param>
/// <param name="IsDoubtful">
/// An index block that does not prove itself may have held a newer version of the key, or its deletion.
/// </param>
/// <param name="IsDeletion">The key is known to be missing; nothing is stored then but its name.</param>
public readonly record struct SurveyedEntry(StoredEntry Stored, bool IsDoubtful, bool IsDeletion = false);
