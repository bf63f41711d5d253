using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Recovery;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Recovery;

/// <summary>Records as docs/format/effects.md has them, well formed and not.</summary>
public sealed class EffectReplayTests
{
    private const int Databases = 3;

    [Theory]
    [InlineData("01 00 01 6B 07", "0 k until 0: 1 bytes 01")] // set bit 7
    [InlineData("02 00 01 6B 09", "0 k until 0: 2 bytes 0000")] // clear bit 9: the string grows all the same
    [InlineData("03 02 01 6B 02 00 08 3A 30 00 00 00 00 00 00", "2 k until 0: 2 bytes 0000")] // set to a string
    [InlineData("03 00 01 6B 01 80 08 12 3A 30 00 00 01 00 00 00 00 00 00 00 10 00 00 00 03 00",
        "0 k until 1024: 1 bytes 10")]
    [InlineData("01 00 01 6B 07 04 00 01 6B", "")] // delete
    [InlineData("01 00 01 6B 07 05 00 01 6B AC 02", "0 k until 300: 1 bytes 01")] // expire
    [InlineData("01 00 01 6B 07 05 00 01 6B AC 02 05 00 01 6B 00", "0 k until 0: 1 bytes 01")] // persist
    [InlineData("01 00 01 6B 07 06 00 01 6B 01 6C", "0 l until 0: 1 bytes 01")] // rename
    [InlineData("01 00 01 6B 07 07 00 01 6B 02 00", "0 k until 0: 1 bytes 01\n2  until 0: 1 bytes 01")] // copy
    [InlineData("01 00 01 6B 07 08 00 01 6C 04 01 01 6B", "0 k until 0: 1 bytes 01\n0 l until 0: 1 bytes FE")] // NOT
    [InlineData("01 00 01 6B 07 01 01 01 6B 07 09 00", "1 k until 0: 1 bytes 01")] // flush database 0
    [InlineData("01 00 01 6B FF FF FF FF 0F 04 00 01 6B", "")] // the last offset
    [InlineData("0A 00 01 6B 10 10 02 68 69", "0 k until 0: 4 bytes 00006869")] // write bits: bytes at an offset
    [InlineData("01 00 01 6B 07 05 00 01 6B AC 02 0A 00 01 6B 04 05 01 50", "0 k until 300: 2 bytes 0500")] // five bits
    [InlineData("01 00 01 6B 07 0B 00 02", "2 k until 0: 1 bytes 01")] // swap databases 0 and 2
    [InlineData("01 00 01 6B 07 0B 00 02 0B 00 01 0B 02 01 01 00 01 6C 07",
        "0 l until 0: 1 bytes 01\n1 k until 0: 1 bytes 01")]
    [InlineData("0A 00 01 6B FF FF FF FF 0F 01 01 80 04 00 01 6B", "")] // the last bit
    [InlineData("", "")]
    [InlineData("01 00 04 70 61 67 65 07" // the example of docs/format/effects.md
        + "08 00 05 6F 74 68 65 72 04 01 04 70 61 67 65 05 00 05 6F 74 68 65 72 AC 02",
        "0 other until 300: 1 bytes FE\n0 page until 0: 1 bytes 01")]
    public void An_effect_is_applied(string record, string state) => Assert.Equal(state, Replay(Bytes(record)));

    [Theory]
    [InlineData("00 00 01 6B 07")] // kind 0
    [InlineData("0C 00 01 6B 07")] // a kind of the future
    [InlineData("0B 00")] // a swap with nothing
    [InlineData("0B 00 03")] // a swap with a database that is not configured
    [InlineData("0B 03 00")]
    [InlineData("0A 00 01 6B 07")] // bits to write, without a number of them
    [InlineData("0A 00 01 6B 07 00 00")] // no bits to write
    [InlineData("0A 00 01 6B 07 09 01 50")] // nine bits in a byte
    [InlineData("0A 00 01 6B 07 08 02 50 50")] // eight bits in two bytes
    [InlineData("0A 00 01 6B FF FF FF FF 0F 02 01 50")] // bits beyond the last offset
    [InlineData("81 02 00 01 6B 07")] // kind 257, whose low byte is 1
    [InlineData("01 03 01 6B 07")] // a database that is not configured
    [InlineData("01 80 80 80 80 80 80 80 80 80 01 01 6B 07")] // database 2^63
    [InlineData("01 00 01 6B")] // no offset
    [InlineData("01 00 02 6B 07")] // a name longer than the record
    [InlineData("01 00 01 6B 80 80 80 80 10")] // offset 2^32
    [InlineData("01 00 01 6B FF FF FF FF FF FF FF FF FF 7F")] // a number beyond 64 bits
    [InlineData("03 00 01 6B 02 00 07 3A 30 00 00 00 00 00")] // a bitmap cut short
    [InlineData("03 00 01 6B 02 00 09 3A 30 00 00 00 00 00 00 00")] // bytes behind a bitmap
    [InlineData("03 00 01 6B 81 80 80 80 02 00 08 3A 30 00 00 00 00 00 00")] // a string of 512 MB and a byte
    [InlineData("03 00 01 6B FF FF FF FF FF FF FF FF FF 01 00 08 3A 30 00 00 00 00 00 00")] // length 2^64 - 1
    [InlineData("03 00 01 6B 01 00 12 3A 30 00 00 01 00 00 00 00 00 00 00 10 00 00 00 08 00")] // bit 8 of one byte
    [InlineData("03 00 01 6B 01 FF FF FF FF FF FF FF FF FF 01 08 3A 30 00 00 00 00 00 00")] // expiry time 2^64 - 1
    [InlineData("01 00 01 6B 07 05 00 01 6B 80 80 80 80 80 80 80 80 80 01")] // expiry time 2^63
    [InlineData("01 00 01 6B 07 07 00 01 6B 03 01 6C")] // a copy to a database that is not configured
    [InlineData("01 00 01 6B 07 08 00 01 6C 00 01 01 6B")] // operation 0
    [InlineData("01 00 01 6B 07 08 00 01 6C 09 01 01 6B")] // an operation of the future
    [InlineData("01 00 01 6B 07 08 00 01 6C 81 02 01 01 6B")] // operation 257
    [InlineData("01 00 01 6B 07 08 00 01 6C 04 02 01 6B 01 6B")] // NOT of two keys
    [InlineData("01 00 01 6B 07 08 00 01 6C 05 01 01 6B")] // DIFF of one key
    [InlineData("01 00 01 6B 07 08 00 01 6C 01 00")] // AND of none
    [InlineData("01 00 01 6B 07 08 00 01 6C 01 FF FF FF FF FF FF FF FF FF 01 01 6B")] // AND of 2^64 - 1
    [InlineData("09")] // flush nothing
    [InlineData("09 03")] // flush a database that is not configured
    public void A_malformed_record_is_refused(string record) =>
        Assert.Throws<InvalidDataException>(() => Replay(Bytes(record)));

    [Fact]
    public void Random_records_are_applied_or_refused_and_nothing_else()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        byte[] whole = Bytes("01 00 01 6B 07 05 00 01 6C 80 20 04 00 01 6C 09 01 07 00 01 6C 02 01 6B"
            + "03 00 01 6C 01 80 08 12 3A 30 00 00 01 00 00 00 00 00 00 00 10 00 00 00 03 00"
            + "08 01 01 6D 01 02 01 6B 01 6C 06 00 01 6B 01 6E 0A 00 01 6E 06 04 01 50 0B 00 02");
        int applied = 0, refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] record = [.. whole];
            for (int left = random.Next(1, 4); left > 0; left--)
                record[random.Next(record.Length)] = (byte)random.Next(random.Next(2) == 0 ? 256 : 12);
            record = record[..random.Next(record.Length + 1)];
            try
            {
                Replay(record, showState: false);
                applied++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {Convert.ToHexString(record)}", e);
            }
        }

        Assert.True(applied > 500 && refused > 5_000, $"seed {seed}: {applied} applied, {refused} refused");
    }

    [Fact]
    public void Nothing_is_left_to_compute_after_a_replay()
    {
        KeyspaceStore store = new(Databases, new ManualTime());
        using Session session = new(store);
        using (session.BeginReplay())
        {
            EffectReplay replay = new(session);
            replay.Apply(Bytes("01 00 01 6B 07 08 00 01 6C 04 01 01 6B 04 00 01 6C 08 00 01 6D 04 01 01 6B"));
            replay.ComputeUnfinished();
            Assert.Equal(4, replay.Count);
        }

        Assert.True(session.TryGet(Name.Bytes("m"), out StringValue value));
        Assert.True(value.Pending.IsReady);
        Assert.True(session.TryGetBit(Name.Bytes("m"), 0, out bool bit, out PendingBits? _));
        Assert.True(bit);
    }

    private static byte[] Bytes(string record) =>
        Convert.FromHexString(record.Replace(" ", "", StringComparison.Ordinal));

    private static string Replay(byte[] record, bool showState = true)
    {
        KeyspaceStore store = new(Databases, new ManualTime());
        using Session session = new(store);
        using (session.BeginReplay())
        {
            EffectReplay replay = new(session);
            replay.Apply(record);
            replay.ComputeUnfinished();
        }

        return showState ? KeyspaceState.Of(store) : "";
    }
}
