using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Bitmapist.Storage.Files;

/// <summary>
/// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a 64-bit hash under a secret key. The
/// key enters all four words of the state before the first byte does, and every byte passes through a round of the
/// permutation, so no input makes the key's part vanish, as a chosen factor does in a hash by multiplication: who does
/// not know the key finds collisions only by chance. One round for each 8 bytes and three at the end instead of the
/// paper's two and four: enough where outputs stay secret, as Rust's and CPython's hash tables have it.
/// </summary>
public static class SipHash
{
    /// <summary>The hash of <paramref name="message"/>. O(bytes).</summary>
    public static ulong Compute(in SipKey key, ReadOnlySpan<byte> message) => Compute<OneAndThree>(key, message);

    /// <summary>How many rounds of the permutation; a type, so that each choice is compiled by itself.</summary>
    internal interface IRounds
    {
        /// <summary>After every 8 bytes.</summary>
        static abstract int OfCompression { get; }

        /// <summary>At the end.</summary>
        static abstract int OfFinalization { get; }
    }

    internal static ulong Compute<TRounds>(in SipKey key, ReadOnlySpan<byte> message)
        where TRounds : struct, IRounds
    {
        // "somepseudorandomlygeneratedbytes", section 2.1 of the paper.
        ulong v0 = key.Low ^ 0x736F_6D65_7073_6575;
        ulong v1 = key.High ^ 0x646F_7261_6E64_6F6D;
        ulong v2 = key.Low ^ 0x6C79_6765_6E65_7261;
        ulong v3 = key.High ^ 0x7465_6462_7974_6573;
        int whole = message.Length & ~7;
        for (int at = 0; at < whole; at += sizeof(ulong))
        {
            ulong word = Read64(message[at..]);
            v3 ^= word;
            for (int i = 0; i < TRounds.OfCompression; i++) Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }

        ulong last = ((ulong)message.Length << 56) | Rest(message);
        v3 ^= last;
        for (int i = 0; i < TRounds.OfCompression; i++) Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xFF;
        for (int i = 0; i < TRounds.OfFinalization; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32) + v3;
        v2 += v1;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }

    /// <summary>The last 0 … 7 bytes, the first of them lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Rest(ReadOnlySpan<byte> message)
    {
        int count = message.Length & 7;
        if (count == 0) return 0;
        if (message.Length >= sizeof(ulong)) return Read64(message[^sizeof(ulong)..]) >> (64 - (8 * count));
        ulong rest = 0;
        for (int i = count - 1; i >= 0; i--) rest = (rest << 8) | message[i];
        return rest;
    }

    private static ulong Read64(ReadOnlySpan<byte> bytes) => BitConverter.IsLittleEndian
        ? MemoryMarshal.Read<ulong>(bytes)
        : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private readonly struct OneAndThree : IRounds
    {
        public static int OfCompression => 1;

        public static int OfFinalization => 3;
    }
}

/// <summary>The key of <see cref="SipHash"/>, 128 bits.</summary>
/// <param name="Low">Its bytes 0 … 7, little-endian.</param>
/// <param name="High">Its bytes 8 … 15.</param>
public readonly record struct SipKey(ulong Low, ulong High)
{
    public const int Bytes = 16;

    /// <summary>A key that nobody can guess.</summary>
    public static SipKey NewRandom() => Read(RandomNumberGenerator.GetBytes(Bytes));

    public static SipKey Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], High);
    }
}
