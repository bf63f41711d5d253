using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Effects;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Tests.Effects;

/// <summary>Numbers that files have. A failure here means that existing databases would be misread.</summary>
public sealed class PersistedNumberTests
{
    [Fact]
    public void Effect_kinds_keep_their_numbers() => AssertNumbers<EffectKind>(
        "SetBit=1 ClearBit=2 Set=3 Delete=4 Expire=5 Rename=6 Copy=7 BitOp=8 FlushDatabase=9 WriteBits=10 "
        + "SwapDatabases=11");

    [Fact]
    public void Bit_operations_keep_their_numbers() =>
        AssertNumbers<BitopKind>("And=1 Or=2 Xor=3 Not=4 Diff=5 Diff1=6 AndOr=7 One=8");

    [Fact]
    public void Record_kinds_keep_their_numbers() => AssertNumbers<RecordKind>("Reserved=0 Batch=1 Durable=2");

    private static void AssertNumbers<T>(string expected)
        where T : struct, Enum =>
        Assert.Equal(
            expected, string.Join(' ', Enum.GetValues<T>().Select(value => $"{value}={Convert.ToInt32(value, null)}")));
}
