using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// A seeded 64-bit hash of a key's name: two 64-bit lanes folded by a 128-bit multiplication per 16 bytes.
/// The seed is random per process, so that a client cannot choose names that collide.
/// </summary>
internal static class KeyHash
{
    private static readonly ulong s_seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    // Odd constants with about half their bits set; any such would do.
    private const ulong LaneA = 0x9E37_79B9_7F4A_7C15;
    private const ulong LaneB = 0xC2B2_AE3D_27D4_EB4F;

    public static ulong Compute(ReadOnlySpan<byte> name)
    {
        ulong hash = s_seed ^ ((ulong)name.Length * LaneB);
        while (name.Length > 16)
        {
            hash = Fold(hash ^ Read64(name) ^ LaneA, Read64(name[8..]) ^ LaneB);
            name = name[16..];
        }

        ulong low, high;
        if (name.Length >= 8)
        {
            low = Read64(name);
            high = Read64(name[^8..]); // may overlap low: the length is part of the hash
        }
        else if (name.Length >= 4)
        {
            low = MemoryMarshal.Read<uint>(name);
            high = MemoryMarshal.Read<uint>(name[^4..]);
        }
        else
        {
            low = name.Length > 0 ? name[0] | ((ulong)name[name.Length / 2] << 8) | ((ulong)name[^1] << 16) : 0;
            high = 0;
        }

        return Fold(Fold(hash ^ low ^ LaneA, high ^ LaneB), LaneA ^ s_seed);
    }

    private static ulong Read64(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ulong>(bytes);

    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
