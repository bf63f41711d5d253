using System.Buffers.Binary;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring.Tests.Format;

/// <summary>Foreign bytes are either refused with a reason or give a consistent bitmap; they never throw.</summary>
public sealed class MalformedBytesTests
{
    private static readonly SetShape[] s_smallShapes = [SetShape.Empty, SetShape.OneId, SetShape.Ends, SetShape.Runs];

    public static TheoryData<string, byte[]> Contradictions() => new()
    {
        { "no bytes", [] },
        { "three bytes", [0x3A, 0x30, 0] },
        { "unknown cookie", [1, 2, 3, 4, 0, 0, 0, 0] },
        { "cookie without count", U32(12_346) },
        { "65,537 containers", [.. U32(12_346), .. U32(65_537)] },
        { "negative container count", [.. U32(12_346), .. U32(uint.MaxValue)] },
        { "count without containers", [.. U32(12_346), .. U32(1)] },
        { "array values equal", [.. U32(12_346), .. U32(1), .. U16(0, 1), .. U32(16), .. U16(5, 5)] },
        { "array values descending", [.. U32(12_346), .. U32(1), .. U16(0, 1), .. U32(16), .. U16(6, 5)] },
        { "offset one too large", [.. U32(12_346), .. U32(1), .. U16(0, 0), .. U32(17), .. U16(5, 5)] },
        { "chunks equal", [.. U32(12_346), .. U32(2), .. U16(7, 0, 7, 0), .. U32(24), .. U32(26), .. U16(1, 1)] },
        { "run flag, no runs", [.. U32(12_347), 1, .. U16(0, 0, 0)] },
        { "run cardinality too small", [.. U32(12_347), 1, .. U16(0, 3, 1, 10, 4)] },
        { "runs overlap", [.. U32(12_347), 1, .. U16(0, 9, 2, 10, 4, 14, 4)] },
        { "runs descend", [.. U32(12_347), 1, .. U16(0, 9, 2, 20, 4, 10, 4)] },
        { "run leaves the chunk", [.. U32(12_347), 1, .. U16(0, 1, 1, 65_535, 1)] },
        { "bitset with other cardinality", Bitset(cardinality: 5_001, bits: 5_000) },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Contradiction_is_refused_with_a_reason(string what, byte[] bytes)
    {
        bool isRead = SerializedBitmap.TryRead(
            bytes, out SerializedBitmap? bitmap, out int consumed, out string? reason);
        Assert.False(isRead, what);
        Assert.Null(bitmap);
        Assert.Equal(0, consumed);
        Assert.False(string.IsNullOrEmpty(reason));
    }

    [Fact]
    public void Untouched_specimens_of_the_contradictions_are_accepted()
    {
        byte[] array = [.. U32(12_346), .. U32(1), .. U16(0, 1), .. U32(16), .. U16(5, 6)];
        Sets.AssertHolds([5, 6], Sets.Read(array), "array");
        Sets.AssertHolds([10, 11, 12], Sets.Read([.. U32(12_347), 1, .. U16(0, 2, 1, 10, 2)]), "run");
        Assert.Equal(5_000, Sets.Read(Bitset(cardinality: 5_000, bits: 5_000)).Cardinality);
    }

    /// <summary>Other writers may leave touching runs unmerged; every operation must see one run.</summary>
    [Fact]
    public void Touching_runs_are_read_as_one()
    {
        SerializedBitmap bitmap = Sets.Read([.. U32(12_347), 1, .. U16(0, 9, 3, 10, 3, 14, 3, 20, 1)]);
        uint[] expected = [10, 11, 12, 13, 14, 15, 16, 17, 20, 21];
        Sets.AssertHolds(expected, bitmap, "in place");
        Sets.AssertHolds(expected, bitmap.ToFrozen(), "in memory");
        Assert.Equal(18, bitmap.NextClear(11));
        Assert.Equal(22, bitmap.NextClear(20));
        FrozenBitmap others = FrozenBitmap.FromIds([13, 14, 18, 21, 22]);
        Sets.AssertHolds([13, 14, 21], BitmapAlgebra.And(bitmap, others), "AND");
        Sets.AssertHolds([10, 11, 12, 15, 16, 17, 20], BitmapAlgebra.AndNot(bitmap, others), "AND NOT");
        Sets.AssertHolds([10, 11, 12, 15, 16, 17, 18, 20, 22], BitmapAlgebra.Xor(bitmap, others), "XOR");
        Sets.AssertHolds(expected, Sets.Read(Sets.Bytes(bitmap)), "written again");
    }

    [Fact]
    public void Touching_runs_are_joined_in_memory()
    {
        // Too many ids for a compact set: the container stays one of runs.
        SerializedBitmap bitmap = Sets.Read(
            [.. U32(12_347), 1, .. U16(0, 9_999, 3, 10, 3_999, 4_010, 2_999, 7_010, 2_999)]);
        FrozenBitmap frozen = bitmap.ToFrozen();
        frozen.Validate();
        RoaringBitmap changed = RoaringBitmap.FromFrozen(frozen);
        changed.Remove(5_000);
        changed.Validate();
        Assert.Equal(9_999, changed.Cardinality);
        BitmapAlgebra.Or(bitmap, FrozenBitmap.FromIds([1 << 20])).Validate();
    }

    [Fact]
    public void Truncation_at_every_byte_is_refused()
    {
        foreach ((byte[] bytes, string what) in Specimens())
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                bool isRead = SerializedBitmap.TryRead(bytes.AsMemory(0, length), out _, out _, out string? reason);
                Assert.False(isRead, $"{what} cut to {length} of {bytes.Length} bytes");
                Assert.NotNull(reason);
            }
        }
    }

    [Fact]
    public void Bytes_behind_the_bitmap_are_the_callers()
    {
        foreach ((byte[] bytes, string what) in Specimens())
        {
            byte[] longer = [.. bytes, 1, 2, 3];
            Assert.True(SerializedBitmap.TryRead(longer, out SerializedBitmap? bitmap, out int consumed, out _), what);
            Assert.Equal(bytes.Length, consumed);
            Assert.Equal(0, BitmapAlgebra.XorCardinality(bitmap!, Sets.Read(bytes)));
        }
    }

    [Fact]
    public void Every_single_bit_flip_is_refused_or_consistent()
    {
        int refused = 0, accepted = 0;
        foreach ((byte[] bytes, string what) in Specimens())
        {
            for (int bit = 0; bit < Math.Min(bytes.Length, 1_500) * 8; bit++)
            {
                byte[] damaged = [.. bytes];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                if (IsConsistent(damaged, $"{what}, bit {bit} flipped")) accepted++;
                else refused++;
            }
        }
        Assert.True(refused > 1_000 && accepted > 100, $"{refused} refused, {accepted} accepted");
    }

    [Fact]
    public void Random_garbage_is_refused_or_consistent()
    {
        const int Seed = 17;
        Random random = new(Seed);
        for (int i = 0; i < 60_000; i++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            // A plausible beginning gets further into the reader.
            if (bytes.Length >= 8)
            {
                uint count = (uint)random.Next(4);
                if (i % 2 == 0) BinaryPrimitives.WriteUInt32LittleEndian(bytes, 12_346);
                if (i % 4 == 0) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), count);
                if (i % 4 == 1) BinaryPrimitives.WriteUInt32LittleEndian(bytes, 12_347u | count << 16);
            }
            IsConsistent(bytes, $"garbage {i}, seed {Seed}");
        }
    }

    [Fact]
    public void Trusted_bytes_must_at_least_begin_as_a_bitmap() =>
        Assert.Throws<ArgumentException>(() => SerializedBitmap.ReadTrusted(new byte[8]));

    private static bool IsConsistent(byte[] bytes, string because)
    {
        if (!SerializedBitmap.TryRead(bytes, out SerializedBitmap? bitmap, out int consumed, out string? reason))
        {
            Assert.NotNull(reason);
            return false;
        }
        Assert.InRange(consumed, 8, bytes.Length);
        uint[] ids = Sets.ToArray(bitmap!)[..(int)bitmap!.Cardinality];
        Assert.Equal(Sets.Ascending(ids), ids);
        Sets.AssertHolds(ids, bitmap.ToFrozen(), because);
        return true;
    }

    private static IEnumerable<(byte[] Bytes, string What)> Specimens()
    {
        foreach (SetShape shape in s_smallShapes)
        {
            uint[] ids = Sets.Ids(shape, new Random((int)shape));
            yield return (Sets.Bytes(Sets.Bitmap(ids, SetForm.Frozen)), $"{shape} as we write it");
            if (shape == SetShape.Runs) continue; // plain bitsets are large, and the next specimen has one
            yield return (Sets.ForeignBytes(ids, asRuns: false), $"{shape} without runs");
            yield return (Sets.ForeignBytes(ids, asRuns: true), $"{shape} as runs");
        }
        yield return (Bitset(cardinality: 5_000, bits: 5_000), "one bitset");
    }

    private static byte[] Bitset(int cardinality, int bits)
    {
        byte[] words = new byte[8_192];
        for (int i = 0; i < bits; i++) words[i / 8] |= (byte)(1 << (i % 8));
        return [.. U32(12_346), .. U32(1), .. U16(3, cardinality - 1), .. U32(16), .. words];
    }

    private static byte[] U32(uint value) => BitConverter.GetBytes(value);

    private static byte[] U16(params int[] values) => [.. values.SelectMany(value =>
        BitConverter.GetBytes((ushort)value))];
}
