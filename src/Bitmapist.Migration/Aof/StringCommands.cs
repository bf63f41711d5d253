using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Rdb;
using Bitmapist.Engine.Verbs;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Aof;

/// <summary>Commands that write strings.</summary>
internal static class StringCommands
{
    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        all.Add("SET", new(3, Set));
        all.Add("SETEX", new(4, static (replay, command) => SetUntil(replay, command, inSeconds: true)));
        all.Add("PSETEX", new(4, static (replay, command) => SetUntil(replay, command, inSeconds: false)));
        all.Add("SETNX", new(3, static (replay, command) =>
        {
            byte[] name = command.Key(1);
            if (replay.Find(name) is null) replay.Put(name, command.Value(2), expiresAtUnixMs: 0);
        }));
        all.Add("GETSET", new(3, static (replay, command) =>
            replay.Put(command.Key(1), command.Value(2), expiresAtUnixMs: 0)));
        all.Add("MSET", new(3, SetMany));
        all.Add("MSETNX", new(3, SetManyNew));
        all.Add("APPEND", new(3, static (replay, command) =>
            StringOverwrite.Run(replay, command, replay.Find(command.Key(1))?.LengthBytes ?? 0, argument: 2)));
        all.Add("SETRANGE", new(4, static (replay, command) =>
        {
            long offset = command.Integer(2);
            if (offset < 0) throw command.Refuse($"has the negative offset {offset}");
            if (command.Length(3) > 0) StringOverwrite.Run(replay, command, offset, argument: 3);
        }));
    }

    private static void Set(AofReplay replay, AofCommand command)
    {
        byte[] name = command.Key(1);
        long expiresAt = 0;
        bool mustBeMissing = false;
        for (int i = 3; i < command.Count; i++)
        {
            switch (command.Text(i).ToUpperInvariant())
            {
                case "NX":
                    mustBeMissing = true;
                    break;
                case "XX" or "GET": // logged, so there was a key, perhaps of another type
                    break;
                case "IFEQ" or "IFNE" or "IFDEQ" or "IFDNE": // Valkey 8.1, Redis 8.4: it held, or would not be logged
                    command.Require(++i + 1);
                    break;
                case "KEEPTTL":
                    expiresAt = replay.Expiry(name);
                    break;
                default:
                    if (!ExpiryTime.TryReadOption(replay, command, i++, out expiresAt))
                        throw command.Refuse($"has the unknown option {Reading.Shown(command.Key(i - 1))}");
                    break;
            }
        }

        if (!mustBeMissing || replay.Find(name) is null) replay.Put(name, command.Value(2), expiresAt);
    }

    private static void SetUntil(AofReplay replay, AofCommand command, bool inSeconds)
    {
        long expiresAt = ExpiryTime.Read(replay, command, 2, inSeconds, isAbsolute: false);
        replay.Put(command.Key(1), command.Value(3), expiresAt);
    }

    private static void SetMany(AofReplay replay, AofCommand command)
    {
        if (command.Count % 2 == 0) throw command.Refuse("has a key without a value");
        for (int i = 1; i < command.Count; i += 2)
            replay.Put(command.Key(i), command.Value(i + 1), expiresAtUnixMs: 0);
    }

    private static void SetManyNew(AofReplay replay, AofCommand command)
    {
        for (int i = 1; i < command.Count; i += 2)
            if (replay.Find(command.Key(i)) is not null) return;
        SetMany(replay, command);
    }
}

/// <summary>
/// SETRANGE and APPEND: bytes of an argument take the place of a string's bytes from an offset on; a shorter string
/// grows, zeros filling what lies between. The expiry time stays.
/// </summary>
internal static class StringOverwrite
{
    // Setting a bit costs about as much as making eight bytes of a string anew, so a byte as much as 64.
    private const long RebuildBytesPerByte = 64;

    /// <summary>Overwrites a key's string. O(bytes of the argument), or of the string where that is less.</summary>
    /// <param name="replay">Where.</param>
    /// <param name="command">Argument 1 names the key.</param>
    /// <param name="offset">Where in the string.</param>
    /// <param name="argument">The argument with the bytes.</param>
    public static void Run(AofReplay replay, AofCommand command, long offset, int argument)
    {
        byte[] name = command.Key(1);
        long end = Math.Min(offset, long.MaxValue / 2) + command.Length(argument);
        command.RequireString(end);
        StringValue old = replay.Find(name) ?? StringValue.Empty;
        long lengthBytes = Math.Max(old.LengthBytes, end);
        if (command.Length(argument) > 0 && lengthBytes > RebuildBytesPerByte * command.Length(argument))
        {
            command.CopyTo(argument, new BitSetter(replay.Session, name, offset));
            return;
        }

        var assembler = new StringAssembler();
        Copy(old, 0, offset, assembler);
        command.CopyTo(argument, new Sink(assembler));
        Copy(old, end, old.LengthBytes, assembler);
        replay.Put(name, assembler.ToValue(), replay.Expiry(name));
    }

    /// <summary>Appends bytes [start, end) of a string, zeros where it is shorter.</summary>
    private static void Copy(in StringValue value, long start, long end, StringAssembler assembler)
    {
        Span<byte> piece = stackalloc byte[StringBytes.ChunkBytes];
        while (start < end)
        {
            Span<byte> next = piece[..(int)Math.Min(piece.Length, end - start)];
            next.Clear();
            int held = (int)Math.Clamp(value.LengthBytes - start, 0, next.Length);
            if (held > 0) StringBytes.CopyTo(value.Bits, start, next[..held]);
            assembler.Append(next);
            start += next.Length;
        }
    }

    private sealed class Sink(StringAssembler assembler) : IByteSink
    {
        public void Append(ReadOnlySpan<byte> bytes) => assembler.Append(bytes);
    }

    /// <summary>Sets and clears each bit; those that are so already cost no effect.</summary>
    private sealed class BitSetter(Session session, byte[] name, long offset) : IByteSink
    {
        private long _next = offset * 8;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            foreach (byte next in bytes)
                for (int bit = 7; bit >= 0; bit--)
                    session.SetBit(name, (uint)_next++, (next >> bit & 1) != 0);
        }
    }
}
