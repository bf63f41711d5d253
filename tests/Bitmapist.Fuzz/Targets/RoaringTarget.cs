using System.Buffers;
using Bitmapist.Fuzz.Specimens;
using Bitmapist.Roaring;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// Bitmaps in the portable format: whatever the bytes, they are refused with a reason, or are the set that the
/// specification says, in place and in memory, through algebra, and written and read again.
/// </summary>
public sealed class RoaringTarget : IFuzzTarget
{
    private const long IdsCompared = 300_000; // a set of all 2^32 ids fits into 640 KB of runs

    public string Name => "roaring";

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        [0x3A, 0x30, 0, 0], [0x3B, 0x30, 0, 0], [0x3B, 0x30, 3, 0], [1, 0, 0, 0], [0, 0], [0xFF, 0xFF], [0, 0x10],
        [0xFF, 0x0F], [1, 0, 0, 0, 0xFF, 0xFF], new byte[64],
    ];

    public byte[] Generate(Random random)
    {
        var ids = new HashSet<uint>();
        for (int chunk = random.Next(6); chunk > 0; chunk--) AddChunk(ids, (uint)random.Next(1 << 16) << 16, random);
        return PortableBytes.Write([.. ids.Order()], random.Next(4));
    }

    public string Check(byte[] input, Random random)
    {
        if (!SerializedBitmap.TryRead(input, out SerializedBitmap? bitmap, out int consumed, out string? reason))
        {
            if (string.IsNullOrEmpty(reason)) throw new FuzzFailureException("Refused without a reason.");
            return reason;
        }

        Require(consumed > 0 && consumed <= input.Length, $"It consumed {consumed} of {input.Length} bytes.");
        FrozenBitmap frozen = bitmap!.ToFrozen();
        frozen.Validate();
        Require(BitmapAlgebra.XorCardinality(frozen, bitmap) == 0, "Not the same in memory.");
        SerializedBitmap again = RoundTrip(frozen);
        Require(BitmapAlgebra.XorCardinality(again, bitmap) == 0, "Not the same when written and read again.");
        if (bitmap.Cardinality > IdsCompared) return "accepted, large";
        uint[] expected = PortableBytes.Read(input);
        RequireSame(expected, bitmap, "in place");
        RequireSame(expected, frozen, "in memory");
        RequireSame(expected, again, "written and read");
        CheckAlgebra(expected, bitmap, frozen, random);
        CheckChanges(expected, frozen, random);
        return "accepted";
    }

    private static void AddChunk(HashSet<uint> ids, uint first, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                for (int i = random.Next(1, 40); i > 0; i--) ids.Add(first + (uint)random.Next(1 << 16));
                break;
            case 1:
                for (int i = random.Next(4000, 9000); i > 0; i--) ids.Add(first + (uint)random.Next(1 << 16));
                break;
            case 2:
                for (int i = random.Next(1, 9); i > 0; i--)
                {
                    uint start = (uint)random.Next(1 << 16);
                    for (uint id = start; id < Math.Min(1 << 16, start + random.Next(3000)); id++) ids.Add(first + id);
                }

                break;
            default:
                ids.Add(first);
                ids.Add(first + 0xFFFF);
                break;
        }
    }

    private static SerializedBitmap RoundTrip(FrozenBitmap bitmap)
    {
        var bytes = new ArrayBufferWriter<byte>();
        bitmap.Serialize(bytes);
        Require(bytes.WrittenCount == bitmap.SerializedBytes, "Not as many bytes as measured.");
        bool isRead = SerializedBitmap.TryRead(
            bytes.WrittenMemory, out SerializedBitmap? again, out int consumed, out string? reason);
        Require(isRead, $"What was written is refused: {reason}.");
        Require(consumed == bytes.WrittenCount, "Not all that was written is read.");
        return again!;
    }

    private static void CheckAlgebra(uint[] expected, SerializedBitmap bitmap, FrozenBitmap frozen, Random random)
    {
        var others = new HashSet<uint>();
        foreach (uint id in expected)
            if (random.Next(3) == 0) others.Add(random.Next(2) == 0 ? id : id + 1);
        AddChunk(others, (uint)random.Next(1 << 16) << 16, random);
        var other = FrozenBitmap.FromIds([.. others.Order()]);
        foreach (ReadOnlyBitmap left in (ReadOnlyBitmap[])[bitmap, frozen])
        {
            RequireSame([.. expected.Where(others.Contains)], BitmapAlgebra.And(left, other), "AND");
            RequireSame([.. expected.Union(others).Order()], BitmapAlgebra.Or(left, other), "OR");
            RequireSame([.. expected.Where(id => !others.Contains(id))], BitmapAlgebra.AndNot(left, other), "AND NOT");
            HashSet<uint> exclusive = [.. expected];
            exclusive.SymmetricExceptWith(others);
            RequireSame([.. exclusive.Order()], BitmapAlgebra.Xor(left, other), "XOR");
        }
    }

    private static void CheckChanges(uint[] expected, FrozenBitmap frozen, Random random)
    {
        var ids = new HashSet<uint>(expected);
        RoaringBitmap changed = RoaringBitmap.FromFrozen(frozen);
        for (int i = 0; i < 50; i++)
        {
            uint id = expected.Length > 0 && random.Next(2) == 0
                ? expected[random.Next(expected.Length)] : (uint)random.NextInt64(1L << 32);
            bool isNew = random.Next(2) == 0;
            Require((isNew ? changed.Add(id) : changed.Remove(id)) == (isNew ? ids.Add(id) : ids.Remove(id)),
                $"Changing {id} found it otherwise.");
        }

        changed.Validate();
        RequireSame([.. ids.Order()], changed.Freeze(), "changed");
    }

    private static void RequireSame(uint[] expected, ReadOnlyBitmap bitmap, string where)
    {
        Require(bitmap.Cardinality == expected.Length, $"{where}: {bitmap.Cardinality} ids, not {expected.Length}.");
        long id = bitmap.NextSet(0);
        for (int i = 0; i < expected.Length; i++, id = bitmap.NextSet(id + 1))
            Require(id == expected[i], $"{where}: {id} is id {i}, not {expected[i]}.");
        Require(id == -1, $"{where}: {id} is one id more.");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new FuzzFailureException(otherwise);
    }
}
