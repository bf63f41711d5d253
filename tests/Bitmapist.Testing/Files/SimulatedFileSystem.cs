using Bitmapist.Storage.Files;

namespace Bitmapist.Testing.Files;

/// <summary>
/// A disk in memory that records every operation, fails on demand, and can crash: what was not synced, writes and
/// directory entries alike, is then lost in the way asked for. Any thread.
/// </summary>
public sealed class SimulatedFileSystem : IFileSystem
{
    private readonly List<DiskEvent> _events = [];
    private readonly Dictionary<int, DiskFault> _faults = [];
    private readonly Dictionary<DiskOperation, DiskFault> _nextFaults = [];
    private readonly HashSet<string> _locks = [];
    private readonly List<(string Path, SimulatedNode? Node)> _unsyncedEntries = [];
    private readonly Dictionary<string, SimulatedNode> _entries = [];
    private readonly HashSet<SimulatedFile> _open = [];
    private Dictionary<string, SimulatedNode> _durableEntries = [];

    internal Lock Gate { get; } = new();

    /// <summary>A copy of what was asked so far. Reads are not recorded.</summary>
    public IReadOnlyList<DiskEvent> Events
    {
        get
        {
            lock (Gate) return [.. _events];
        }
    }

    /// <summary>Bytes read so far.</summary>
    public long ReadBytes { get; internal set; }

    /// <summary>Whether reads from files whose path ends so fail; empty: none do.</summary>
    public string UnreadableSuffix { get; set; } = "";

    /// <summary>Called before each read with the bytes wanted; it may wait. Null: nothing is.</summary>
    public Action<int>? Reading { get; set; }

    /// <summary>Called before each sync of a file or directory, with its path; it may wait. Null: nothing is.</summary>
    public Action<string>? Syncing { get; set; }

    /// <summary>Decides, for each operation and its path, whether and how it fails; null: none does for that.</summary>
    public Func<DiskOperation, string, DiskFault?>? Failing { get; set; }

    /// <summary>Lets the operation with this number fail once.</summary>
    public void FailAt(int number, DiskFault fault)
    {
        lock (Gate) _faults[number] = fault;
    }

    /// <summary>Faults that have met nothing yet will meet nothing.</summary>
    public void ForgetFaults()
    {
        lock (Gate)
        {
            _faults.Clear();
            _nextFaults.Clear();
        }
    }

    /// <summary>Lets the next operation of a kind fail once.</summary>
    public void FailNext(DiskOperation operation, DiskFault fault)
    {
        lock (Gate) _nextFaults[operation] = fault;
    }

    /// <summary>
    /// The disk after a crash; this one is not to be used any more. The seed decides what random modes do.
    /// </summary>
    public SimulatedFileSystem Crash(CrashMode mode, int seed)
    {
        Random random = new(seed);
        SimulatedFileSystem after = new();
        lock (Gate)
        {
            Dictionary<string, SimulatedNode> kept = mode == CrashMode.ProcessKilled ? _entries : new(_durableEntries);
            int cut = mode is CrashMode.UnsyncedCutShort or CrashMode.UnsyncedAtRandom
                ? random.Next(_unsyncedEntries.Count + 1)
                : 0;
            foreach ((string path, SimulatedNode? node) in mode == CrashMode.ProcessKilled ? []
                : _unsyncedEntries.Take(cut))
            {
                if (node is null) kept.Remove(path);
                else kept[path] = node;
            }

            foreach ((string path, SimulatedNode node) in kept)
                after._entries[path] = node.AfterCrash(mode, random);
        }

        after._durableEntries = new(after._entries);
        return after;
    }

    /// <summary>The bytes of a file as a reader sees them.</summary>
    public byte[] ReadAll(string path)
    {
        lock (Gate)
        {
            SimulatedNode node = _entries[path];
            return node.Content.AsSpan(0, (int)node.Length).ToArray();
        }
    }

    /// <summary>Puts a file there, durable, without recording it.</summary>
    public void WriteAll(string path, ReadOnlySpan<byte> bytes)
    {
        SimulatedNode node = new();
        node.Write(0, bytes);
        node.Sync();
        lock (Gate)
        {
            _entries[path] = node;
            _durableEntries[path] = node;
        }
    }

    /// <summary>An outsider takes a file away, which those who have it open go on using.</summary>
    public void Unlink(string path)
    {
        lock (Gate)
        {
            _entries.Remove(path);
            _durableEntries.Remove(path);
        }
    }

    /// <summary>How many open files have no name any more, of those that were opened by this one.</summary>
    public int CountUnnamed(string openedAs)
    {
        lock (Gate) return _open.Count(file => file.Path == openedAs && !_entries.ContainsValue(file.Node));
    }

    /// <summary>A disk with the same files, all durable.</summary>
    public SimulatedFileSystem Clone() => Crash(CrashMode.ProcessKilled, seed: 0);

    public IFile Open(string path, FileOpen mode)
    {
        lock (Gate)
        {
            bool exists = _entries.TryGetValue(path, out SimulatedNode? node);
            if (exists && mode == FileOpen.CreateNew)
                throw new StorageException(path, null, "cannot be opened: exists");
            if (!exists && mode is FileOpen.OpenExisting or FileOpen.ReadExisting && node is null)
                throw new StorageException(path, null, "cannot be opened: no such file");
            if (node is null)
            {
                DiskFault? fault = Record(DiskOperation.Create, path, 0, 0);
                if (fault is not null) throw Failed(path, fault.Value);
                node = new SimulatedNode();
                Enter(path, node);
            }

            var file = new SimulatedFile(this, path, node, readOnly: mode == FileOpen.ReadExisting);
            _open.Add(file);
            return file;
        }
    }

    public bool Exists(string path)
    {
        lock (Gate) return _entries.ContainsKey(path);
    }

    public void Delete(string path)
    {
        lock (Gate)
        {
            if (!_entries.ContainsKey(path)) return;
            DiskFault? fault = Record(DiskOperation.Delete, path, 0, 0);
            if (fault is not null) throw Failed(path, fault.Value);
            Enter(path, null);
        }
    }

    public void Rename(string from, string to)
    {
        lock (Gate)
        {
            DiskFault? fault = Record(DiskOperation.Rename, from, 0, 0);
            if (fault is not null) throw Failed(from, fault.Value);
            if (!_entries.TryGetValue(from, out SimulatedNode? node))
                throw new StorageException(from, null, "cannot be renamed: no such file");
            // A rename is atomic; as two entries in a row, a crash between them keeps both names, which is allowed.
            Enter(to, node);
            Enter(from, null);
        }
    }

    public bool TryRenameNew(string from, string to)
    {
        lock (Gate)
        {
            if (_entries.ContainsKey(to)) return false;
            Rename(from, to);
            return true;
        }
    }

    public void CopyPermissions(string from, string to)
    {
        // Files of a simulated disk have none.
    }

    public void CopyPermissions(IFile from, string to)
    {
    }

    public void SyncDirectory(string directory)
    {
        Syncing?.Invoke(directory);
        lock (Gate)
        {
            DiskFault? fault = Record(DiskOperation.SyncDirectory, directory, 0, 0);
            if (fault is not null) throw Failed(directory, fault.Value);
            _durableEntries = new(_entries);
            _unsyncedEntries.Clear();
        }
    }

    public IReadOnlyList<string> List(string directory, string namePrefix)
    {
        string folder = directory.TrimEnd('/') + "/";
        lock (Gate)
        {
            return [.. _entries.Keys.Where(path => path.StartsWith(folder + namePrefix, StringComparison.Ordinal)
                && path.IndexOf('/', folder.Length) < 0).Order(StringComparer.Ordinal)];
        }
    }

    public IFileLock? TryLock(string path)
    {
        lock (Gate) return _locks.Add(path) ? new Held(this, path) : null;
    }

    /// <summary>Whether writes to files whose path ends so fail, again and again; empty: none do.</summary>
    public string FullSuffix { get; set; } = "";

    internal bool WritesFail(string path) =>
        FullSuffix.Length > 0 && path.EndsWith(FullSuffix, StringComparison.Ordinal);

    internal bool ReadsFail(string path) =>
        UnreadableSuffix.Length > 0 && path.EndsWith(UnreadableSuffix, StringComparison.Ordinal);

    /// <summary>Under the gate: notes an operation; returns how it is to fail, or null.</summary>
    internal DiskFault? Record(DiskOperation operation, string path, long offset, long bytes)
    {
        int number = _events.Count;
        _events.Add(new DiskEvent(number, operation, path, offset, bytes));
        if (_faults.Remove(number, out DiskFault fault)) return fault;
        return _nextFaults.Remove(operation, out fault) ? fault : Failing?.Invoke(operation, path);
    }

    internal static StorageException Failed(string path, DiskFault fault, long? offset = null) =>
        new(path, offset, fault == DiskFault.InputOutputError ? "Input/output error" : "No space left on device");

    internal FilePlace PlaceOf(SimulatedFile file)
    {
        lock (Gate)
        {
            if (!_entries.TryGetValue(file.Path, out SimulatedNode? there)) return FilePlace.Nothing;
            return there == file.Node ? FilePlace.Own : FilePlace.Another;
        }
    }

    internal void Closed(SimulatedFile file)
    {
        lock (Gate) _open.Remove(file);
    }

    private void Enter(string path, SimulatedNode? node)
    {
        if (node is null) _entries.Remove(path);
        else _entries[path] = node;
        _unsyncedEntries.Add((path, node));
    }

    private sealed class Held(SimulatedFileSystem disk, string path) : IFileLock
    {
        public bool IsInPlace => true;

        public void Dispose()
        {
            lock (disk.Gate) disk._locks.Remove(path);
        }
    }
}
