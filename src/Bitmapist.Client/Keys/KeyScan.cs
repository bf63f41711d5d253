using System.Text;
using Bitmapist.Client.Connections;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Keys;

/// <summary>Walks and deletes the keys that begin with a text. Safe for concurrent use.</summary>
internal sealed class KeyScan(ICommandChannel channel)
{
    private const int KeysPerStep = 10_000; // The Python libraries' COUNT.
    private const int KeysPerDelete = 1_000; // Keeps a DEL short for the other clients of a server with one thread.

    /// <summary>
    /// Looks at the keys that begin with a text, in SCAN's order: those present throughout, some perhaps twice.
    /// </summary>
    /// <param name="start">What they begin with.</param>
    /// <param name="look">Told each key; it must not block.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task FindAsync(string start, Action<string> look, CancellationToken cancellationToken)
    {
        string pattern = KeyPattern.BeginningWith(start);
        string cursor = "0";
        var batch = new RequestBatch();
        do
        {
            batch.Clear();
            batch.IsRepeatable = true;
            batch.Begin("SCAN", 5).Add(cursor).Add("MATCH").Add(pattern).Add("COUNT").Add(KeysPerStep);
            IReadOnlyList<Reply> replies =
                await channel.SendAsync(batch, SendMode.Pipeline, cancellationToken).WithoutPool();
            string request = $"SCAN {cursor} MATCH {pattern}";
            (cursor, string[] keys) = replies[0].Checked(request).Read(request, StepOf);
            foreach (string key in keys) look(key);
        }
        while (cursor != "0");
    }

    /// <summary>The names of the events under a prefix, sorted by their characters' numbers.</summary>
    /// <param name="keys">Reads names from keys.</param>
    /// <param name="ownership">Tells whose keys they are; those of others do not count.</param>
    /// <param name="beginning">What the names begin with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<string>> EventNamesAsync(
        KeyNames keys, KeyOwnership ownership, string beginning, CancellationToken cancellationToken)
    {
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal); // and a key of each
        var proven = new HashSet<string>(StringComparer.Ordinal);
        await FindAsync(keys.Prefix + beginning, Add, cancellationToken).WithoutPool();
        return [.. names.Where(one => !proven.Any(other => one.Value.StartsWith(other, StringComparison.Ordinal)))
            .Select(one => one.Key)];

        void Add(string key)
        {
            if (ownership.IsForeign(key)) return;
            if (ownership.ProvenPrefixOf(key) is { } other) proven.Add(other);
            else if (keys.EventNameOf(key) is { } name) names[name] = key;
        }
    }

    /// <summary>Deletes the keys that begin with a text, but for those declared to be another client's.</summary>
    /// <param name="start">What they begin with.</param>
    /// <param name="ownership">Tells whose keys they are.</param>
    /// <param name="check">Told all that are to be deleted, before any is; what it throws ends it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Keys deleted.</returns>
    public async Task<long> DeleteAsync(
        string start, KeyOwnership ownership, Action<IReadOnlyCollection<string>> check,
        CancellationToken cancellationToken)
    {
        var keys = new HashSet<string>(); // Collected first: a key found twice must not be deleted anew.
        await FindAsync(start, Add, cancellationToken).WithoutPool();
        check(keys);
        return await DeleteAsync(keys, isRepeatable: false, cancellationToken).WithoutPool();

        void Add(string key)
        {
            if (!ownership.IsForeign(key)) keys.Add(key);
        }
    }

    /// <summary>Deletes keys, in one round trip whatever their number.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="isRepeatable">Whether to send it again after a lost connection: fewer may be counted then.</param>
    /// <param name="cancellationToken">Gives up waiting; the keys may still be deleted.</param>
    /// <returns>Keys deleted; those that did not exist are not counted.</returns>
    public async Task<long> DeleteAsync(
        IReadOnlyCollection<string> keys, bool isRepeatable, CancellationToken cancellationToken)
    {
        if (keys.Count == 0) return 0;
        var batch = new RequestBatch { IsRepeatable = isRepeatable };
        foreach (string[] some in keys.Chunk(KeysPerDelete))
        {
            batch.Begin("DEL", some.Length);
            foreach (string key in some) batch.Add(key);
        }

        IReadOnlyList<Reply> replies =
            await channel.SendAsync(batch, SendMode.Pipeline, cancellationToken).WithoutPool();
        return replies.Sum(reply => reply.Checked("DEL").Read("DEL", deleted => deleted.AsInteger()));
    }

    /// <summary>The next cursor and the keys found.</summary>
    /// <exception cref="InvalidOperationException">The reply is not one of SCAN.</exception>
    private static (string Cursor, string[] Keys) StepOf(Reply reply) => reply.Items is [{ } cursor, { } keys]
        ? (cursor.AsText(), [.. keys.Items.Select(key => key.AsText())])
        : throw new InvalidOperationException($"It has {reply.Items.Count} elements instead of two.");
}

/// <summary>Patterns for SCAN that match literal text.</summary>
internal static class KeyPattern
{
    /// <summary>A pattern for every key that begins with a text, whatever signs are in it.</summary>
    public static string BeginningWith(string text)
    {
        var pattern = new StringBuilder(text.Length + 1);
        foreach (char sign in text)
        {
            if (sign is '*' or '?' or '[' or ']' or '\\') pattern.Append('\\');
            pattern.Append(sign);
        }

        return pattern.Append('*').ToString();
    }
}
