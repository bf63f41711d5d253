using System.Buffers.Binary;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Verbs;

/// <summary>
/// Reads and writes numbers of up to 64 bits within a string, in one step. It grows first, for all that are to be
/// written, also for one that is not written then; the expiry time stays.
/// </summary>
/// <param name="session">The caller's.</param>
/// <param name="name">The key.</param>
/// <param name="steps">What is to be done, in order; one at least writes.</param>
public sealed class BitfieldEdit(Session session, ReadOnlyMemory<byte> name, IReadOnlyList<BitfieldStep> steps)
    : StringRewrite(session, name)
{
    private const int StepsPerChunk = 16; // a step is some hundred nanoseconds

    private readonly long _endBit = steps.Where(step => step.Verb != BitfieldVerb.Get).Max(step => step.End);
    private readonly List<int> _changing = []; // the steps that changed bits
    private bool _isGrown;

    /// <summary>For each step: what was read, the former number of a set, the sum; null: out of range.</summary>
    public long?[] Results { get; } = new long?[steps.Count];

    private protected override KeyEvent Event => KeyEvent.SetBit;

    private protected override long NewChunks => (steps.Count / StepsPerChunk) + 1;

    private protected override bool NeedsBits(long lengthBytes) => true;

    private protected override bool Begin(long? lengthBytes) => true;

    private protected override StringValue? Rewrite(in StringValue old)
    {
        _changing.Clear();
        long lengthBytes = Math.Max(old.LengthBytes, (_endBit + 7) / 8);
        _isGrown = lengthBytes > old.LengthBytes;
        RoaringBitmap bits = RoaringBitmap.FromFrozen(old.Bits);
        for (int i = 0; i < steps.Count; i++) Results[i] = Do(i, bits);
        if (!_isGrown && _changing.Count == 0) return null;
        return new StringValue(lengthBytes, PendingBits.Ready(bits.Freeze()));
    }

    private long? Do(int index, RoaringBitmap bits)
    {
        BitfieldStep step = steps[index];
        long old = step.Type.Read(bits, step.Offset);
        if (step.Verb == BitfieldVerb.Get) return old;
        if (step.Written(old) is not { } number) return null;
        if (step.Type.Write(bits, (uint)step.Offset, number)) _changing.Add(index);
        return step.Verb == BitfieldVerb.Set ? old : number;
    }

    private protected override void Log()
    {
        if (_isGrown) Session.Effects.Bit(Session.Database, Name, (uint)(((_endBit + 7) / 8 * 8) - 1), bit: false);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        foreach (int index in _changing)
        {
            BitfieldStep step = steps[index];
            long number = step.Verb == BitfieldVerb.Set ? step.Written(0)!.Value : Results[index]!.Value;
            BinaryPrimitives.WriteInt64BigEndian(bytes, number << (BitfieldType.BitsMax - step.Type.Bits));
            Session.Effects.WriteBits(
                Session.Database, Name, step.Offset, step.Type.Bits, bytes[..((step.Type.Bits + 7) / 8)]);
        }
    }
}
