namespace Bitmapist.Demo;

/// <summary>Compares every key the marks made with sets made in memory.</summary>
internal static class Verification
{
    /// <returns>How many keys differ.</returns>
    public static int CompareKeys(RespClient client, List<Mark> marks)
    {
        var expected = new Dictionary<string, HashSet<uint>>();
        foreach (Mark mark in marks)
        {
            foreach (string key in mark.Keys())
            {
                if (!expected.TryGetValue(key, out HashSet<uint>? ids)) expected.Add(key, ids = []);
                ids.Add(mark.Id);
            }
        }

        int wrong = expected.Count(pair => !IdsOf(client, pair.Key).SetEquals(pair.Value));
        long stored = client.Call("DBSIZE").AsInteger();
        if (stored != expected.Count) wrong++;
        Console.WriteLine($"{expected.Count} month, week and day keys compared by their ids, {wrong} differ");
        return wrong;
    }

    private static HashSet<uint> IdsOf(RespClient client, string key)
    {
        ReadOnlySpan<byte> bytes = client.Call("GET", key).AsBytes().Span;
        var ids = new HashSet<uint>();
        for (int i = 0; i < bytes.Length * 8; i++)
            if ((bytes[i / 8] & (0x80 >> (i % 8))) != 0) ids.Add((uint)i);
        return ids;
    }
}
