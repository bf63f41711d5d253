using System.Buffers;
using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Verbs;

/// <summary>A string with its bits as the log has them: made before shards are held.</summary>
/// <param name="Value">The string, its bits at hand.</param>
/// <param name="Bits">The bits in the portable roaring format.</param>
internal readonly record struct SerializedValue(StringValue Value, ReadOnlyMemory<byte> Bits)
{
    /// <summary>From bytes, at most 512 MiB. O(bytes).</summary>
    public static SerializedValue Of(ReadOnlySpan<byte> bytes) => Of(StringValue.Of(bytes));

    /// <summary>From a string. O(bits).</summary>
    public static SerializedValue Of(in StringValue value)
    {
        var serialized = new ArrayBufferWriter<byte>((int)value.Bits.SerializedBytes + 1);
        value.Bits.Serialize(serialized);
        return new SerializedValue(value, serialized.WrittenMemory);
    }
}
