using System.Collections.Immutable;
using System.Globalization;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash;

/// <summary>
/// Asks a server for everything that a client may have written, and verifies what is true of every state that a crash
/// or a backup may leave: transactions are whole, and marks have no gaps.
/// </summary>
internal sealed class StateReader(RawConnection connection)
{
    public async Task<ClientState> ReadAsync(int client)
    {
        await connection.AskAsync($"SELECT {client}");
        var keys = ImmutableDictionary.CreateBuilder<string, StoredString>();
        foreach (string quoted in ReplyText.RenderItems(await connection.AskAsync("KEYS *")))
        {
            string name = quoted.Trim('\'');
            List<byte[]> replies = await connection.AskAllAsync([$"GET {name}", $"PEXPIRETIME {name}"]);
            byte[] bytes = ReplyText.BulkContent(replies[0])
                ?? throw new InvalidDataException($"KEYS lists {name}, GET finds {ReplyText.Render(replies[0])}.");
            long expiresAt = long.Parse(ReplyText.Render(replies[1]).AsSpan(1), CultureInfo.InvariantCulture);
            keys.Add(name, new StoredString(bytes, Math.Max(0, expiresAt)));
        }

        var state = new ClientState(keys.ToImmutable(), await CountMarksAsync(client));
        byte[][] marked = Array.ConvertAll(RandomWrites.MarkedKeys, state.Bytes);
        if (marked.All(bytes => bytes.AsSpan().SequenceEqual(marked[0]))) return state;
        throw new InvalidDataException($"Of client {client}'s transactions some are there in part.");
    }

    /// <summary>The client's marks in the shared keys, which must be the numbers from 0 on without a gap.</summary>
    private async Task<int> CountMarksAsync(int client)
    {
        await connection.AskAsync($"SELECT {RandomWrites.SharedDatabase}");
        byte[][] shared = new byte[RandomWrites.SharedKeys][];
        for (int i = 0; i < shared.Length; i++)
            shared[i] = ReplyText.BulkContent(await connection.AskAsync($"GET shared{i}")) ?? [];
        List<int> marks = [];
        foreach (byte[] key in shared)
        {
            for (int offset = client; offset < key.Length * 8; offset += RandomWrites.ClientsMax)
                if ((key[offset / 8] & (0x80 >> (offset % 8))) != 0) marks.Add(offset / RandomWrites.ClientsMax);
        }

        marks.Sort();
        for (int i = 0; i < marks.Count; i++)
        {
            if (marks[i] == i) continue;
            throw new InvalidDataException($"Client {client} has mark {marks[i]} of {marks.Count}, but not mark {i}.");
        }

        return marks.Count;
    }
}
