using System.Text;
using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Tests.Rdb;

/// <summary>Builds RDB files byte by byte.</summary>
internal sealed class RdbBytes
{
    private readonly List<byte> _bytes;

    public RdbBytes(int version = 10) : this($"REDIS{version:D4}")
    {
    }

    private RdbBytes(string magic) => _bytes = [.. Encoding.ASCII.GetBytes(magic)];

    /// <summary>A file of Valkey 9 or later.</summary>
    public static RdbBytes OfValkey(int version = 80) => new($"VALKEY{version:D3}");

    /// <summary>Appends bytes given as numbers and texts; a text stands for its bytes without a length.</summary>
    public RdbBytes Add(params object[] parts)
    {
        foreach (object part in parts)
        {
            if (part is string text) _bytes.AddRange(Encoding.Latin1.GetBytes(text));
            else if (part is byte[] bytes) _bytes.AddRange(bytes);
            else _bytes.Add(Convert.ToByte(part, provider: null));
        }

        return this;
    }

    /// <summary>A key of one letter, whose value's type comes before it and whose value follows.</summary>
    public RdbBytes Key(byte type, string name) => Add(type, (byte)name.Length, name);

    /// <summary>A string behind its length of one byte.</summary>
    public RdbBytes Text(string text) => Add((byte)text.Length, text);

    /// <summary>The file with its end, and the checksum asked for: the right one when null.</summary>
    public byte[] End(ulong? checksum = null)
    {
        Add(0xFF);
        byte[] bytes = [.. _bytes];
        return [.. bytes, .. BitConverter.GetBytes(checksum ?? Crc64.Append(0, bytes))];
    }

    /// <summary>The file with its end and without a checksum, as before version 5.</summary>
    public byte[] EndWithout() => [.. Add(0xFF)._bytes];
}
