using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Engine.Tests.Model;

/// <summary>Everything a keyspace holds, as text that can be compared and printed.</summary>
internal static class KeyspaceState
{
    /// <summary>One line a key: database, name, expiry time, bytes.</summary>
    public static string Of(KeyspaceStore store)
    {
        using Session session = new(store);
        List<string> lines = [];
        for (int database = 0; database < store.Databases; database++)
        {
            session.Database = database;
            foreach (byte[] name in session.Names([]).Read())
            {
                long expiresAt = session.ExpiresAt(name, out _);
                Assert.True(session.TryGet(name, out StringValue value), $"{Name.Text(name)} is named, and not there");
                long cardinality = value.Bits.Cardinality;
                byte[] bytes = Bytes(value);
                Assert.Equal(bytes.Sum(part => (long)byte.PopCount(part)), cardinality);
                lines.Add(Line(database, Name.Text(name), expiresAt == ExpiryVerbs.NoExpiry ? 0 : expiresAt, bytes));
            }
        }

        return Text(lines);
    }

    public static string Of(ModelKeyspace model) => Text(
        [.. model.Keys.Select(key => Line(key.Key.Database, key.Key.Name, key.Value.ExpiresAt, key.Value.Bytes))]);

    public static string Of(IEnumerable<(int Database, byte[] Name, StringValue Value, long ExpiresAt)> keys) => Text(
        [.. keys.Select(key => Line(key.Database, Name.Text(key.Name), key.ExpiresAt, Bytes(key.Value)))]);

    /// <summary>The bytes of a string.</summary>
    public static byte[] Bytes(in StringValue value)
    {
        byte[] bytes = new byte[value.LengthBytes];
        for (int start = 0; start < bytes.Length; start += StringBytes.ChunkBytes)
        {
            int count = Math.Min(bytes.Length - start, StringBytes.ChunkBytes);
            StringBytes.CopyTo(value.Bits, start, bytes.AsSpan(start, count));
        }

        return bytes;
    }

    private static string Line(int database, string name, long expiresAt, byte[] bytes)
    {
        string content = bytes.Length <= 24
            ? Convert.ToHexString(bytes)
            : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes));
        return $"{database} {name} until {expiresAt}: {bytes.Length} bytes {content}";
    }

    private static string Text(List<string> lines)
    {
        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }
}
