using System.Buffers.Binary;
using System.Text;

namespace Bitmapist.Crash.Foreign;

/// <summary>An RDB file of version 9: one database, raw strings, a checksum of 0, which stands for none.</summary>
internal static class RedisDump
{
    private const byte SelectDatabase = 0xFE;
    private const byte PlainString = 0;
    private const byte End = 0xFF;

    public static byte[] Of(KnownKeys keys)
    {
        List<byte> bytes = [.. "REDIS0009"u8, SelectDatabase, 0];
        for (int key = 0; key < keys.Count; key++)
        {
            bytes.Add(PlainString);
            AddString(bytes, Encoding.ASCII.GetBytes(KnownKeys.Name(key)));
            AddString(bytes, keys.StringOf(key));
        }

        return [.. bytes, End, .. new byte[sizeof(ulong)]];
    }

    /// <summary>A string behind its length of 32 bits, big-endian after the byte 0x80.</summary>
    private static void AddString(List<byte> bytes, byte[] text)
    {
        byte[] length = new byte[1 + sizeof(int)];
        length[0] = 0x80;
        BinaryPrimitives.WriteInt32BigEndian(length.AsSpan(1), text.Length);
        bytes.AddRange(length);
        bytes.AddRange(text);
    }
}
