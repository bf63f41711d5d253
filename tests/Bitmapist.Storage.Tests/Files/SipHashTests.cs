using System.Numerics;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Tests.Files;

public sealed class SipHashTests
{
    /// <summary>
    /// Key 00 01 … 0f, message 00 01 … of so many bytes; the one of 15 is in appendix A of the paper, the others in the
    /// authors' reference code.
    /// </summary>
    [Theory]
    [InlineData(0, 0x726FDB47DD0E0E31)]
    [InlineData(1, 0x74F839C593DC67FD)]
    [InlineData(2, 0x0D6C8009D9A94F5A)]
    [InlineData(3, 0x85676696D7FB7E2D)]
    [InlineData(4, 0xCF2794E0277187B7)]
    [InlineData(5, 0x18765564CD99A68D)]
    [InlineData(6, 0xCBC9466E58FEE3CE)]
    [InlineData(7, 0xAB0200F58B01D137)]
    [InlineData(8, 0x93F5F5799A932462)]
    [InlineData(9, 0x9E0082DF0BA9E4B0)]
    [InlineData(12, 0x751E8FBC860EE5FB)]
    [InlineData(15, 0xA129CA6149BE45E5)]
    [InlineData(16, 0x3F2ACC7F57C29BDB)]
    [InlineData(31, 0x32D892FAD841C342)]
    [InlineData(63, 0x958A324CEB064572)]
    public void Two_and_four_rounds_give_the_published_answers(int count, ulong hash) =>
        Assert.Equal(hash, SipHash.Compute<TwoAndFour>(SipKey.Read(Numbers(SipKey.Bytes)), Numbers(count)));

    /// <summary>
    /// What CPython 3.11 and later, whose hash of bytes is SipHash-1-3, answers for
    /// <c>hash(bytes(range(count)))</c> under PYTHONHASHSEED=0, that is, with a key of zeros.
    /// </summary>
    [Theory]
    [InlineData(1, 0x68A914128E01E473)]
    [InlineData(2, 0x010BAC45C41E3669)]
    [InlineData(3, 0x4D4C9A4A8EF6E0AD)]
    [InlineData(4, 0x7CC43F98813E4DBD)]
    [InlineData(5, 0x5ABE2169DFF36275)]
    [InlineData(7, 0x2F098AB0C751325A)]
    [InlineData(8, 0xEAD411E67EBE2EEA)]
    [InlineData(9, 0x75927F9D95124362)]
    [InlineData(15, 0xF30EB725BB91C9EA)]
    [InlineData(16, 0x8972188433A5C5B7)]
    [InlineData(17, 0x4883C49A2C009C1D)]
    [InlineData(31, 0x169739443111D49B)]
    [InlineData(60, 0xD95A713568DAEBF1)]
    public void One_and_three_rounds_give_what_Python_gives(int count, ulong hash) =>
        Assert.Equal(hash, SipHash.Compute(default, Numbers(count)));

    [Fact]
    public void Every_bit_of_message_and_key_counts()
    {
        byte[] message = Numbers(40);
        SipKey key = SipKey.NewRandom();
        ulong hash = SipHash.Compute(key, message);
        int changed = 0, bits = 0;
        for (int bit = 0; bit < message.Length * 8; bit++, bits++)
        {
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            ulong other = SipHash.Compute(key, message);
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(hash, other);
            changed += BitOperations.PopCount(hash ^ other);
        }

        for (int bit = 0; bit < 64; bit++, bits += 2)
        {
            ulong low = SipHash.Compute(key with { Low = key.Low ^ (1UL << bit) }, message);
            ulong high = SipHash.Compute(key with { High = key.High ^ (1UL << bit) }, message);
            changed += BitOperations.PopCount(hash ^ low) + BitOperations.PopCount(hash ^ high);
        }

        Assert.InRange(changed / (double)bits, 30, 34); // of 64: half of them, whichever bit it was
    }

    [Fact]
    public void Random_keys_differ_and_survive_writing()
    {
        SipKey key = SipKey.NewRandom();
        Assert.NotEqual(key, SipKey.NewRandom());
        byte[] bytes = new byte[SipKey.Bytes];
        key.Write(bytes);
        Assert.Equal(key, SipKey.Read(bytes));
    }

    private static byte[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(number => (byte)number)];

    private readonly struct TwoAndFour : SipHash.IRounds
    {
        public static int OfCompression => 2;

        public static int OfFinalization => 4;
    }
}
