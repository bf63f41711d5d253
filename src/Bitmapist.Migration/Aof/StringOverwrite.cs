using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Aof;

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
