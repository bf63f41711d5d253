using System.Collections.Immutable;

namespace Bitmapist.Crash;

/// <summary>What one client has written: the keys of its own database, and its marks in the shared one.</summary>
/// <param name="Keys">Every key of the client's database.</param>
/// <param name="Marks">Marks made so far; the client numbers them from 0.</param>
internal sealed record ClientState(ImmutableDictionary<string, StoredString> Keys, int Marks)
{
    public static ClientState Empty { get; } = new(ImmutableDictionary<string, StoredString>.Empty, 0);

    public byte[] Bytes(string key) => Keys.TryGetValue(key, out StoredString? value) ? value.Bytes : [];

    public long ExpiresAt(string key) => Keys.TryGetValue(key, out StoredString? value) ? value.ExpiresAtUnixMs : 0;

    public ClientState With(string key, byte[] bytes, long expiresAt) =>
        this with { Keys = Keys.SetItem(key, new StoredString(bytes, expiresAt)) };

    public ClientState Without(string key) => this with { Keys = Keys.Remove(key) };

    public bool IsSame(ClientState other) =>
        Marks == other.Marks && Keys.Count == other.Keys.Count
        && Keys.All(key => other.Keys.TryGetValue(key.Key, out StoredString? value) && value.Equals(key.Value));

    /// <summary>The first few differences, for a message.</summary>
    public string DifferencesFrom(ClientState other)
    {
        IEnumerable<string> names = Keys.Keys.Union(other.Keys.Keys).Order(StringComparer.Ordinal)
            .Where(name => !Equals(Keys.GetValueOrDefault(name), other.Keys.GetValueOrDefault(name)));
        string keys = string.Join("; ", names.Take(5).Select(name =>
            $"{name}: {Shown(Keys.GetValueOrDefault(name))} against {Shown(other.Keys.GetValueOrDefault(name))}"));
        return $"{Marks} against {other.Marks} marks; {keys}";
    }

    private static string Shown(StoredString? value)
    {
        if (value is null) return "missing";
        int bits = value.Bytes.Sum(part => byte.PopCount(part));
        return $"{value.Bytes.Length} bytes, {bits} bits, until {value.ExpiresAtUnixMs}";
    }
}
