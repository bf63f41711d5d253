using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash.Foreign;

/// <summary>
/// Keys that a server is given from elsewhere, by a file or by SLURP: each a set of ids spread over one chunk, so that
/// a whole key, a key cut short and another's key cannot be taken for each other.
/// </summary>
internal sealed class KnownKeys
{
    private const int IdsMax = 250;
    private const int IdSpan = 40_000;
    private readonly ushort[][] _ids;

    public KnownKeys(int count, Random random)
    {
        _ids = new ushort[count][];
        for (int i = 0; i < count; i++)
        {
            var ids = new SortedSet<ushort> { (ushort)i };
            for (int left = random.Next(IdsMax); left > 0; left--) ids.Add((ushort)random.Next(IdSpan));
            _ids[i] = [.. ids];
        }
    }

    public int Count => _ids.Length;

    /// <summary>Names ascend with the number.</summary>
    public static string Name(int key) => $"foreign{key:D5}";

    /// <summary>The ids of a key, ascending, all below 65,536.</summary>
    public ReadOnlySpan<ushort> Ids(int key) => _ids[key];

    /// <summary>The key's string as Redis keeps it: id 0 is the first byte's highest bit.</summary>
    public byte[] StringOf(int key)
    {
        byte[] bytes = new byte[(_ids[key][^1] / 8) + 1];
        foreach (ushort id in _ids[key]) bytes[id / 8] |= (byte)(0x80 >> (id % 8));
        return bytes;
    }

    /// <summary>Reads every key of the selected database, which may have any of these and no other.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="CrashTestException">One is not as it was given, or was never given.</exception>
    public async Task<int> CountAsync(RawConnection connection)
    {
        HashSet<string> names =
            [.. ReplyText.RenderItems(await connection.AskAsync("KEYS *")).Select(name => name.Trim('\''))];
        List<int> present = [.. Enumerable.Range(0, Count).Where(key => names.Remove(Name(key)))];
        if (names.Count > 0) throw new CrashTestException($"key {names.First()} was never given to the server");
        List<byte[]> replies = await connection.AskAllAsync(present.Select(key => $"GET {Name(key)}"));
        foreach ((int key, byte[] reply) in present.Zip(replies))
        {
            byte[] bytes = ReplyText.BulkContent(reply) ?? [];
            if (bytes.AsSpan().SequenceEqual(StringOf(key))) continue;
            throw new CrashTestException($"{Name(key)} has {bytes.Length} bytes that are not those given");
        }

        return present.Count;
    }

    /// <summary>The same, and requires every key.</summary>
    /// <exception cref="CrashTestException">One is missing, or not as it was given.</exception>
    public async Task RequireAllAsync(RawConnection connection)
    {
        int count = await CountAsync(connection);
        if (count != Count) throw new CrashTestException($"{count} of {Count} keys are there");
    }
}
