using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>
/// A database with its log, made by the engine from a seed, and every state that its keys went through. The same number
/// makes the same keys for ever: the corpus has inputs that were made from it. What is new gets numbers of its own.
/// </summary>
internal sealed class StoreSpecimen
{
    public const string Path = "/data/bitmapist.db";
    public const int Databases = 3;

    /// <summary>Expiry times of keys are about this; no clock here goes so far.</summary>
    private const long ExpiresAtUnixMs = 2_900_000_000_000;

    private static readonly StoreSpecimen?[] s_made = new StoreSpecimen?[128];
    private readonly Random _random;
    private readonly SimulatedFileSystem _files = new();
    private readonly SortedDictionary<string, (byte[] Value, long Expiry)> _keys = new(StringComparer.Ordinal);

    private StoreSpecimen(int number)
    {
        _random = new Random(number + 1000);
        int saves = number % 4;
        bool hasLog = number % 2 == 0;
        NoteState(isSaved: true); // of an empty database
        for (int save = 0; save < saves; save++)
        {
            using OpenStore store = OpenStore.Over(_files);
            Change(store.Keyspace, 3 + _random.Next(12));
            if (store.Keyspace.SaveAsync().GetAwaiter().GetResult() is { } failure) throw failure;
            NoteState(isSaved: true);
        }

        for (int segment = 0; segment < 2 && (hasLog || saves == 0); segment++)
        {
            using OpenStore store = OpenStore.Over(_files);
            Change(store.Keyspace, 3 + _random.Next(10));
        }

        LogPaths = SegmentName.List(_files, Path).Select(found => found.Path).ToArray();
        Files = [_files.ReadAll(Path), .. LogPaths.Select(_files.ReadAll)];
    }

    /// <summary>The database file and the segments of its log.</summary>
    public byte[][] Files { get; }

    /// <summary>The names of the segments.</summary>
    public string[] LogPaths { get; }

    /// <summary>Every state that the keys had between two changes.</summary>
    public HashSet<string> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of them that a save wrote.</summary>
    public HashSet<string> SavedStates { get; } = new(StringComparer.Ordinal);

    /// <summary>Every value that each key ever had.</summary>
    public Dictionary<string, HashSet<string>> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>The specimen of a number, 0 … 127. Thread-safe.</summary>
    public static StoreSpecimen Of(int number)
    {
        lock (s_made) return s_made[number] ??= new StoreSpecimen(number);
    }

    /// <summary>A disk with files in the place of this specimen's; more than it has are left out.</summary>
    public SimulatedFileSystem Disk(byte[][] files)
    {
        var disk = new SimulatedFileSystem();
        for (int i = 0; i < Math.Min(files.Length, LogPaths.Length + 1); i++)
            disk.WriteAll(i == 0 ? Path : LogPaths[i - 1], files[i]);
        return disk;
    }

    private void Change(PersistentKeyspace keyspace, int changes)
    {
        using var session = new Session(keyspace.Store);
        for (; changes > 0; changes--)
        {
            session.Database = _random.Next(Databases);
            ChangeOne(session);
            keyspace.CommitAsync(session).AsTask().GetAwaiter().GetResult();
            NoteState(isSaved: false);
        }
    }

    private void ChangeOne(Session session)
    {
        byte[] name = Encoding.ASCII.GetBytes($"key-{_random.Next(8)}");
        byte[] other = Encoding.ASCII.GetBytes($"key-{_random.Next(8)}");
        string key = Keys.Name(session.Database, name), target = Keys.Name(session.Database, other);
        bool exists = _keys.TryGetValue(key, out (byte[] Value, long Expiry) old);
        switch (_random.Next(10))
        {
            case < 3:
                byte[] value = Value();
                long expiry = _random.Next(3) == 0 ? ExpiresAtUnixMs + _random.Next(100) : 0;
                session.Set(name, value, SetCondition.Always, expiry, out _);
                _keys[key] = (value, expiry);
                break;
            case < 6:
                uint offset = (uint)_random.Next(_random.Next(2) == 0 ? 100 : 200_000);
                session.SetBit(name, offset, bit: true);
                byte[] grown = exists ? (byte[])old.Value.Clone() : [];
                if (grown.Length <= offset / 8) Array.Resize(ref grown, (int)(offset / 8) + 1);
                grown[offset / 8] |= (byte)(0x80 >> (int)(offset % 8));
                _keys[key] = (grown, old.Expiry);
                break;
            case 6:
                session.Delete([name]);
                _keys.Remove(key);
                break;
            case 7:
                session.ExpireAt(name, ExpiresAtUnixMs - 1, ExpireCondition.None);
                if (exists) _keys[key] = (old.Value, ExpiresAtUnixMs - 1);
                break;
            case 8 when key != target:
                session.Rename(name, other, SetCondition.Always);
                if (!exists) break;
                _keys.Remove(key);
                _keys[target] = old;
                break;
            default:
                _ = session.BitOp(BitopKind.Or, other, [name, other]).Bits;
                byte[] second = _keys.TryGetValue(target, out (byte[] Value, long Expiry) found) ? found.Value : [];
                byte[] first = exists ? old.Value : [];
                byte[] union = new byte[Math.Max(first.Length, second.Length)];
                for (int i = 0; i < union.Length; i++)
                    union[i] = (byte)((i < first.Length ? first[i] : 0) | (i < second.Length ? second[i] : 0));
                if (union.Length == 0) _keys.Remove(target);
                else _keys[target] = (union, 0);
                break;
        }
    }

    private byte[] Value()
    {
        byte[] value = new byte[_random.Next(_random.Next(4) == 0 ? 20_000 : 40)];
        if (_random.Next(2) == 0) _random.NextBytes(value);
        else for (int i = _random.Next(20); i > 0 && value.Length > 0; i--) value[_random.Next(value.Length)] = 1;
        return value;
    }

    private void NoteState(bool isSaved)
    {
        var shown = _keys.ToDictionary(key => key.Key, key => Keys.Value(key.Value.Value, key.Value.Expiry));
        foreach ((string key, string value) in shown)
        {
            if (!Versions.TryGetValue(key, out HashSet<string>? versions)) Versions.Add(key, versions = []);
            versions.Add(value);
        }

        States.Add(Keys.State(shown));
        if (isSaved) SavedStates.Add(Keys.State(shown));
    }
}
