using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Saving;

/// <summary>
/// Database files in whose place another one is, until nobody needs them: sessions hold them for as long as a
/// command runs, and entries whose bits lie there unread are evicted, for the newer file to give them again. Entries
/// that are not saved yet keep them open until a save has them. One thread at a time, and not while a save is under
/// way.
/// </summary>
internal sealed class ReplacedFiles : IDisposable
{
    private readonly List<DatabaseFile> _files = [];

    /// <summary>Some entry's bits lie in one of them and in the log's effects alone, until the next save.</summary>
    public bool NeedSave { get; private set; }

    /// <summary>Takes over a file; all keys are looked up in another one by now.</summary>
    public void Add(DatabaseFile file) => _files.Add(file);

    /// <summary>Lets entries go, and the files if none is left that refers to them. O(resident entries).</summary>
    public void LetGo(Session session, DatabaseFile current)
    {
        if (_files.Count == 0) return;
        long moves = session.Store.MovesOfReplaced;
        NeedSave = HotSet.EvictFromReplaced(session, current) > 0;
        if (NeedSave || LogLoss.MayRestoreFromOther(session.Store, current)) return;
        // An entry may have come to a place that had been looked at; then the next look finds it.
        if (session.Store.MovesOfReplaced == moves) Dispose();
    }

    /// <summary>Releases all files; each is closed with its last reader.</summary>
    public void Dispose()
    {
        foreach (DatabaseFile file in _files) file.Dispose();
        _files.Clear();
        NeedSave = false;
    }
}
