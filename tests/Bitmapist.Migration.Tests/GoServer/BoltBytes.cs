using System.Buffers.Binary;
using System.Text;

namespace Bitmapist.Migration.Tests.GoServer;

/// <summary>Builds bbolt files page by page, right or wrong, of any page size.</summary>
internal sealed class BoltBytes(int pageBytes)
{
    private const int HeaderBytes = 16;
    private const int ElementBytes = 16;
    private readonly List<byte[]> _pages = [new byte[pageBytes], new byte[pageBytes]];

    public ulong NextPage => (ulong)_pages.Count;

    /// <summary>A leaf page; an item whose value is a bucket has the flag 1.</summary>
    public ulong AddLeaf(params (uint Flags, byte[] Key, byte[] Value)[] items) =>
        Add(type: 2, items.Length, Leaf(items));

    /// <summary>A branch page over children, each with its first key.</summary>
    public ulong AddBranch(params (byte[] Key, ulong Child)[] items)
    {
        byte[] body = new byte[(items.Length * ElementBytes) + items.Sum(item => item.Key.Length)];
        int at = items.Length * ElementBytes;
        for (int i = 0; i < items.Length; i++)
        {
            Span<byte> element = body.AsSpan(i * ElementBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(element, (uint)(at - (i * ElementBytes)));
            BinaryPrimitives.WriteUInt32LittleEndian(element[4..], (uint)items[i].Key.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(element[8..], items[i].Child);
            items[i].Key.CopyTo(body, at);
            at += items[i].Key.Length;
        }

        return Add(type: 1, items.Length, body);
    }

    /// <summary>A page of any type.</summary>
    public ulong Add(ushort type, int count, byte[] body)
    {
        ulong number = NextPage;
        int spans = (HeaderBytes + body.Length + pageBytes - 1) / pageBytes;
        byte[] page = new byte[spans * pageBytes];
        Header(page, number, type, count, overflow: spans - 1);
        body.CopyTo(page, HeaderBytes);
        for (int i = 0; i < spans; i++) _pages.Add(page[(i * pageBytes)..((i + 1) * pageBytes)]);
        return number;
    }

    /// <summary>The bytes of a page, to change.</summary>
    public Span<byte> Page(ulong number) => _pages[(int)number];

    /// <summary>A bucket's value: its root page.</summary>
    public static byte[] Bucket(ulong root) => [.. BitConverter.GetBytes(root), .. new byte[8]];

    /// <summary>A bucket's value with its items inside.</summary>
    public static byte[] InlineBucket(params (uint Flags, byte[] Key, byte[] Value)[] items)
    {
        byte[] header = new byte[HeaderBytes];
        Header(header, number: 0, type: 2, items.Length, overflow: 0);
        return [.. new byte[16], .. header, .. Leaf(items)];
    }

    /// <summary>Writes meta page 0 or 1.</summary>
    public void SetMeta(int index, ulong root, ulong transaction, ulong? pages = null)
    {
        byte[] page = _pages[index];
        Header(page, (ulong)index, type: 4, count: 0, overflow: 0);
        Span<byte> meta = page.AsSpan(HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(meta, 0xED0CDAED);
        BinaryPrimitives.WriteUInt32LittleEndian(meta[4..], 2);
        BinaryPrimitives.WriteUInt32LittleEndian(meta[8..], (uint)pageBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[16..], root);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[40..], pages ?? NextPage);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[48..], transaction);
        ulong hash = 14695981039346656037;
        foreach (byte next in meta[..56]) hash = (hash ^ next) * 1099511628211;
        BinaryPrimitives.WriteUInt64LittleEndian(meta[56..], hash);
    }

    public byte[] ToArray() => [.. _pages.SelectMany(page => page)];

    /// <summary>A whole file: one key per name, each with the bit whose number is given.</summary>
    public static byte[] WithKeys(int pageBytes, params (string Name, uint Id)[] keys)
    {
        var file = new BoltBytes(pageBytes);
        ulong root = file.AddLeaf([.. keys.Select(key => Item(key.Name, key.Id))]);
        file.SetBoth(file.AddLeaf((1, "bitmapist"u8.ToArray(), Bucket(root))));
        return file.ToArray();
    }

    public void SetBoth(ulong root)
    {
        SetMeta(0, root, 4);
        SetMeta(1, root, 3);
    }

    /// <summary>A portable bitmap of one id: cookie, one container, its chunk, its cardinality less 1, its offset, the
    /// value.</summary>
    public static byte[] Bitmap(uint id)
    {
        byte[] bytes = new byte[18];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 12346);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(id >> 16));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), 16);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16), (ushort)id);
        return bytes;
    }

    /// <summary>An item of a leaf: a bitmap of one id.</summary>
    public static (uint Flags, byte[] Key, byte[] Value) Item(string key, uint id) =>
        (0, Encoding.ASCII.GetBytes(key), Bitmap(id));

    /// <summary>Go's signed varint.</summary>
    public static byte[] Varint(long value)
    {
        var bytes = new List<byte>();
        ulong rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest >= 0x80; rest >>= 7) bytes.Add((byte)(rest | 0x80));
        return [.. bytes, (byte)rest];
    }

    private static byte[] Leaf((uint Flags, byte[] Key, byte[] Value)[] items)
    {
        byte[] body = new byte[items.Sum(item => ElementBytes + item.Key.Length + item.Value.Length)];
        int at = items.Length * ElementBytes;
        for (int i = 0; i < items.Length; i++)
        {
            (uint flags, byte[] key, byte[] value) = items[i];
            Span<byte> element = body.AsSpan(i * ElementBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(element, flags);
            BinaryPrimitives.WriteUInt32LittleEndian(element[4..], (uint)(at - (i * ElementBytes)));
            BinaryPrimitives.WriteUInt32LittleEndian(element[8..], (uint)key.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(element[12..], (uint)value.Length);
            key.CopyTo(body, at);
            value.CopyTo(body, at + key.Length);
            at += key.Length + value.Length;
        }

        return body;
    }

    private static void Header(Span<byte> page, ulong number, ushort type, int count, int overflow)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(page, number);
        BinaryPrimitives.WriteUInt16LittleEndian(page[8..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(page[10..], (ushort)count);
        BinaryPrimitives.WriteUInt32LittleEndian(page[12..], (uint)overflow);
    }
}
