using System.Buffers.Binary;
using System.Text;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>
/// Whatever client chooses the names, they spread over shards and buckets as names chosen by chance do. The bounds are
/// so wide that chance alone does not reach them in a lifetime.
/// </summary>
public sealed class KeyHashTests
{
    private const int Names = 40_000;
    private const int BucketsPerShard = 1024; // what a shard's table of so many names has

    /// <summary>
    /// Constants that hashes by multiplication xor their input with, or add to it, before they multiply.
    /// </summary>
    public static TheoryData<ulong> Factors() =>
    [
        0xC2B2_AE3D_27D4_EB4F, // xxHash's second prime
        0x9E37_79B9_7F4A_7C15, // the golden ratio
        0x9E37_79B1_85EB_CA87, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5, // xxHash's others
        0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3, // wyhash
        0x1CAD_21F7_2C81_017C, 0xDB97_9083_E96D_D4DE, // XXH3's secret, for 9 to 16 bytes
        0,
        ulong.MaxValue,
    ];

    /// <summary>Eight bytes that differ, beside a factor that the constant turns into nothing.</summary>
    [Theory]
    [MemberData(nameof(Factors))]
    public void Names_that_cancel_a_factor_spread(ulong factor)
    {
        AssertSpread(number => [.. Word(Mixed(number)), .. Word(factor)]);
        AssertSpread(number => [.. Word(factor), .. Word(Mixed(number))]);
        AssertSpread(number => [.. Word(Mixed(number)), .. Word(factor), .. "_2026-11-28"u8]);
        AssertSpread(number => [.. "trackist_active:"u8, .. Word(Mixed(number)), .. Word(factor)]);
        AssertSpread(number => [.. Word(factor), .. Word(Mixed(number)), .. Word(factor), .. Word(0)]);
    }

    [Fact]
    public void Names_that_differ_little_spread()
    {
        AssertSpread(number => Encoding.ASCII.GetBytes($"trackist_event:{number}_2026-11"));
        AssertSpread(number => Encoding.ASCII.GetBytes($"{number}"));
        AssertSpread(number => [(byte)(number % 16), .. new byte[number / 16]]); // the count of zeros tells most apart
        AssertSpread(number => Word((ulong)number));
        AssertSpread(number => Word((ulong)number << 40));
        AssertSpread(number => [.. Word((ulong)number), .. Word((ulong)number)]);
        AssertSpread(number => [.. Word((ulong)number), .. Word(0 - (ulong)number)]);
        AssertSpread(number => [.. Word(Mixed(number)), .. new byte[48], .. Word(Mixed(number))]);
    }

    private static void AssertSpread(Func<int, byte[]> nameOf)
    {
        var shards = new int[EngineLimits.Shards];
        var buckets = new int[EngineLimits.Shards * BucketsPerShard];
        var hashes = new HashSet<ulong>();
        for (int number = 0; number < Names; number++)
        {
            ulong hash = KeyHash.Compute(nameOf(number));
            Assert.True(hashes.Add(hash), $"name {number} has the hash of another");
            int shard = HashPosition.ShardOf(hash);
            shards[shard]++;
            buckets[(shard * BucketsPerShard) + HashPosition.BucketAt(HashPosition.Of(hash), BucketsPerShard)]++;
        }

        // 63 degrees of freedom: mean 63, deviation 11.
        double expected = Names / (double)shards.Length;
        double squares = shards.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(squares, 10, 170);
        Assert.InRange(buckets.Max(), 1, 16); // 0.6 on average; 16 have a chance of one in 10^12
    }

    private static byte[] Word(ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>Numbers without a pattern, each another.</summary>
    private static ulong Mixed(int number)
    {
        ulong value = (ulong)number + 0x1234_5678_9ABC_DEF1;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        return (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
    }
}
