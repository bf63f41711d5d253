using System.Collections.Immutable;

namespace Bitmapist.Crash;

/// <summary>Chooses what a client writes next, and works out by plain means what that does.</summary>
internal sealed class RandomWrites(Random random, int client)
{
    /// <summary>The database in which every client marks numbers of its own in the same few keys.</summary>
    public const int SharedDatabase = 15;

    public const int SharedKeys = 4;

    /// <summary>Offsets of one client's marks are this far apart.</summary>
    public const int ClientsMax = 8;

    /// <summary>Written only together, in one transaction: whatever a crash leaves, they are the same.</summary>
    public static readonly string[] MarkedKeys = ["month", "week", "day", "hour"];

    private const int Names = 14;
    private static readonly string[] s_operations = ["AND", "OR", "XOR", "NOT", "DIFF", "DIFF1", "ANDOR", "ONE"];

    public WriteStep Next(ClientState state) => random.Next(100) switch
    {
        < 35 => SetBit(state),
        < 50 => Mark(state),
        < 60 => SharedMark(state),
        < 70 => BitOp(state),
        < 75 => CachedBitOp(state),
        < 81 => Rename(state),
        < 86 => Delete(state),
        < 91 => Expire(state),
        < 94 => Copy(state),
        < 98 => Set(state),
        98 => Persist(state),
        _ => random.Next(4) == 0
            ? new WriteStep(["FLUSHDB"], state with { Keys = ImmutableDictionary<string, StoredString>.Empty }, "+OK")
            : Delete(state),
    };

    private WriteStep SetBit(ClientState state)
    {
        string key = AnyName();
        int offset = AnyOffset(), bit = random.Next(5) == 0 ? 0 : 1;
        ClientState after = WithBit(state, key, offset, bit, out int old);
        return new WriteStep([$"SETBIT {key} {offset} {bit}"], after, $":{old}");
    }

    /// <summary>A mark as bitmapist makes it: the same id in several keys, in one transaction.</summary>
    private WriteStep Mark(ClientState state)
    {
        int id = AnyOffset();
        List<string> commands = ["MULTI"], replies = [];
        foreach (string key in MarkedKeys)
        {
            state = WithBit(state, key, id, 1, out int old);
            commands.Add($"SETBIT {key} {id} 1");
            replies.Add($":{old}");
        }

        return new WriteStep([.. commands, "EXEC"], state, $"[{string.Join(", ", replies)}]");
    }

    private WriteStep SharedMark(ClientState state)
    {
        int number = state.Marks;
        return new WriteStep(
            [
                "MULTI", $"SELECT {SharedDatabase}",
                $"SETBIT shared{number % SharedKeys} {(number * ClientsMax) + client} 1", $"SELECT {client}", "EXEC",
            ],
            state with { Marks = number + 1 },
            "[+OK, :0, +OK]");
    }

    private WriteStep BitOp(ClientState state)
    {
        string command = BitOp(ref state, AnyName(), out int length);
        return new WriteStep([command], state, $":{length}");
    }

    /// <summary>A bit operation as bitmapist4 makes it, with an expiry time in the same transaction.</summary>
    private WriteStep CachedBitOp(ClientState state)
    {
        string destination = AnyName();
        string command = BitOp(ref state, destination, out int length);
        string expire = Expire(ref state, destination, out int isSet);
        return new WriteStep(["MULTI", command, expire, "EXEC"], state, $"[:{length}, :{isSet}]");
    }

    private string BitOp(ref ClientState state, string destination, out int length)
    {
        int operation = random.Next(s_operations.Length);
        int count = s_operations[operation] == "NOT" ? 1 : random.Next(2, 4);
        string[] sources = [.. Enumerable.Range(0, count).Select(_ => AnyName())];
        byte[][] operands = Array.ConvertAll(sources, state.Bytes);
        byte[] result = new byte[operands.Max(operand => operand.Length)];
        for (int i = 0; i < result.Length; i++)
        {
            int first = i < operands[0].Length ? operands[0][i] : 0;
            int all = first, any = 0, parity = first, once = first, twice = 0;
            foreach (byte[] operand in operands[1..])
            {
                int value = i < operand.Length ? operand[i] : 0;
                all &= value;
                any |= value;
                parity ^= value;
                twice |= once & value;
                once |= value;
            }

            result[i] = (byte)(s_operations[operation] switch
            {
                "AND" => all,
                "OR" => first | any,
                "XOR" => parity,
                "NOT" => ~first,
                "DIFF" => first & ~any,
                "DIFF1" => any & ~first,
                "ANDOR" => first & any,
                _ => once & ~twice,
            });
        }

        length = result.Length;
        state = length == 0 ? state.Without(destination) : state.With(destination, result, 0);
        return $"BITOP {s_operations[operation]} {destination} {string.Join(' ', sources)}";
    }

    private WriteStep Rename(ClientState state)
    {
        if (AnyExisting(state) is not { } from) return SetBit(state);
        string to = AnyName();
        ClientState after = to == from ? state : state.Without(from).With(to, state.Bytes(from), state.ExpiresAt(from));
        return new WriteStep([$"RENAME {from} {to}"], after, "+OK");
    }

    private WriteStep Delete(ClientState state)
    {
        string[] names = [.. new[] { AnyName(), AnyName() }.Distinct()];
        int existing = names.Count(state.Keys.ContainsKey);
        ClientState after = names.Aggregate(state, (left, name) => left.Without(name));
        return new WriteStep([$"DEL {string.Join(' ', names)}"], after, $":{existing}");
    }

    private WriteStep Expire(ClientState state)
    {
        string command = Expire(ref state, AnyName(), out int isSet);
        return new WriteStep([command], state, $":{isSet}");
    }

    private string Expire(ref ClientState state, string key, out int isSet)
    {
        long at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + random.Next(500_000_000, 2_000_000_000);
        isSet = state.Keys.ContainsKey(key) ? 1 : 0;
        if (isSet == 1) state = state.With(key, state.Bytes(key), at);
        return $"PEXPIREAT {key} {at}";
    }

    private WriteStep Persist(ClientState state)
    {
        string key = AnyName();
        int had = state.ExpiresAt(key) != 0 ? 1 : 0;
        return new WriteStep([$"PERSIST {key}"], had == 1 ? state.With(key, state.Bytes(key), 0) : state, $":{had}");
    }

    private WriteStep Copy(ClientState state)
    {
        string from = AnyName(), to = AnyName();
        if (from == to) return SetBit(state);
        bool exists = state.Keys.ContainsKey(from);
        ClientState after = exists ? state.With(to, state.Bytes(from), state.ExpiresAt(from)) : state;
        return new WriteStep([$"COPY {from} {to} REPLACE"], after, exists ? ":1" : ":0");
    }

    private WriteStep Set(ClientState state)
    {
        string key = AnyName();
        byte[] bytes = new byte[random.Next(40)];
        random.NextBytes(bytes);
        bool keeps = random.Next(2) == 0;
        string quoted = string.Concat(bytes.Select(part => $"\\x{part:x2}"));
        return new WriteStep(
            [$"SET {key} \"{quoted}\"{(keeps ? " KEEPTTL" : "")}"],
            state.With(key, bytes, keeps ? state.ExpiresAt(key) : 0), "+OK");
    }

    private static ClientState WithBit(ClientState state, string key, int offset, int bit, out int old)
    {
        byte[] before = state.Bytes(key);
        byte[] bytes = new byte[Math.Max(before.Length, (offset / 8) + 1)];
        before.CopyTo(bytes, 0);
        int mask = 0x80 >> (offset % 8);
        old = (bytes[offset / 8] & mask) != 0 ? 1 : 0;
        bytes[offset / 8] = (byte)(bit == 1 ? bytes[offset / 8] | mask : bytes[offset / 8] & ~mask);
        return state.With(key, bytes, state.ExpiresAt(key));
    }

    private string? AnyExisting(ClientState state)
    {
        string[] existing = [.. state.Keys.Keys.Except(MarkedKeys)];
        return existing.Length == 0 ? null : existing[random.Next(existing.Length)];
    }

    private string AnyName() => $"key{random.Next(Names)}";

    private int AnyOffset() => random.Next(8) == 0 ? random.Next(150_000) : random.Next(600);
}
