using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>Where a generation is written and what its commit makes of it.</summary>
/// <param name="File">The file appended to.</param>
/// <param name="DatabaseId">Whose trailer it will be.</param>
/// <param name="Base">The generation it builds on; null for a file of its own.</param>
/// <param name="Generation">Its number.</param>
/// <param name="FilterKey">What new filters of index runs are hashed with.</param>
/// <param name="Source">The file whose stored values may be put again; null when there is none.</param>
/// <param name="RequirePlace">Throws when the file does not stand under its path: asked when all is synced but the
/// trailer, without which nothing has happened.</param>
/// <param name="Publish">Makes the synced generation the database.</param>
/// <param name="End">Ends the writing; told whether it was published.</param>
internal sealed record GenerationTarget(
    IFile File, Guid DatabaseId, DatabaseState? Base, long Generation, SipKey FilterKey, IFile? Source,
    Action RequirePlace, Action<DatabaseState> Publish, Action<bool> End);
