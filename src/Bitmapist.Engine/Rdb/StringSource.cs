using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Rdb;

/// <summary>Bytes that can be read through from the beginning, more than once.</summary>
internal interface IByteSource
{
    long LengthBytes { get; }

    /// <summary>Copies bytes [start, start + destination length), all within the length; start is a multiple of
    /// 8.</summary>
    void CopyTo(long start, Span<byte> destination);
}

/// <summary>The bytes of a string, made from its bits as they are asked for.</summary>
internal sealed class StringSource(StringValue value) : IByteSource
{
    public long LengthBytes => value.LengthBytes;

    public void CopyTo(long start, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            Span<byte> chunk = destination[..Math.Min(destination.Length, StringBytes.ChunkBytes)];
            StringBytes.CopyTo(value.Bits, start, chunk);
            start += chunk.Length;
            destination = destination[chunk.Length..];
        }
    }
}

/// <summary>Turns the bytes of a string into its bits as they come.</summary>
internal sealed class BitsSink : IByteSink
{
    private readonly StringAssembler _builder = new();

    public void Append(ReadOnlySpan<byte> bytes) => _builder.Append(bytes);

    /// <summary>The string so far; the sink is empty again.</summary>
    public StringValue ToValue() => _builder.ToValue();
}
