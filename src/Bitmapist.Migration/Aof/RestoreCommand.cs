using System.Buffers.Binary;
using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Aof;

/// <summary>
/// RESTORE: a value as DUMP gives it, which is its type and itself as in an RDB file, then the format's version (two
/// bytes, little-endian) and a CRC-64 of all that (Redis, cluster.c).
/// </summary>
internal static class RestoreCommand
{
    private const int FooterBytes = sizeof(ushort) + sizeof(ulong);
    private const int ValkeyVersionMin = 80;
    private const byte StringType = 0;

    public static void Run(AofReplay replay, AofCommand command)
    {
        byte[] name = command.Key(1);
        (bool isReplacing, bool isAbsolute) = ReadOptions(command);
        if (!isReplacing && replay.Find(name) is not null) return; // an error in Redis, too
        byte type = Open(command, out SourceInput value, out bool isValkey);
        if (type != StringType)
        {
            if (!RdbOtherValues.IsKnown(type, isValkey))
                throw command.Refuse($"has a value of the unknown type {type}");
            replay.CountOther(RdbOtherValues.Skip(value, type, isValkey));
            replay.Delete(name);
            return;
        }

        RdbString head = RdbString.ReadHead(value);
        command.RequireString((long)Math.Min((ulong)head.LengthBytes, long.MaxValue));
        var bits = new BitsSink();
        new RdbStringReader(value).Read(head, bits);
        if (!value.IsAtEnd) throw command.Refuse("has bytes behind its value");
        long expiresAt = command.Integer(2) == 0
            ? 0 : ExpiryTime.Read(replay, command, 2, inSeconds: false, isAbsolute);
        replay.Put(name, bits.ToValue(), expiresAt);
    }

    private static (bool IsReplacing, bool IsAbsolute) ReadOptions(AofCommand command)
    {
        bool isReplacing = false, isAbsolute = false;
        for (int i = 4; i < command.Count; i++)
        {
            switch (command.Text(i).ToUpperInvariant())
            {
                case "REPLACE":
                    isReplacing = true;
                    break;
                case "ABSTTL":
                    isAbsolute = true;
                    break;
                case "IDLETIME" or "FREQ":
                    command.Require(++i + 1);
                    break;
                default:
                    throw command.Refuse($"has the unknown option {Reading.Shown(command.Key(i))}");
            }
        }

        return (isReplacing, isAbsolute);
    }

    /// <summary>Verifies the payload; returns the value's type, and the value without it.</summary>
    private static byte Open(AofCommand command, out SourceInput value, out bool isValkey)
    {
        SourceInput all = command.Input(3);
        long footer = all.End - FooterBytes;
        if (footer <= all.Position) throw command.Refuse("has no value");
        value = all.Part(all.Position, footer);
        all.Skip(footer - all.Position);
        Span<byte> version = stackalloc byte[sizeof(ushort)];
        all.Read(version);
        isValkey = BinaryPrimitives.ReadUInt16LittleEndian(version) >= ValkeyVersionMin;
        ulong actual = all.Checksum;
        ulong expected = (ulong)all.ReadInt64();
        if (actual != expected)
            throw command.Refuse($"has a value whose checksum is {expected:x16}, that of its bytes {actual:x16}");
        return value.ReadByte();
    }
}
