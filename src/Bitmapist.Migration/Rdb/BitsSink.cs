using Bitmapist.Engine.Bits;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Rdb;

/// <summary>Turns the bytes of a string into its bits as they come.</summary>
internal sealed class BitsSink : IByteSink
{
    private readonly StringAssembler _builder = new();

    public void Append(ReadOnlySpan<byte> bytes) => _builder.Append(bytes);

    /// <summary>The string so far; the sink is empty again.</summary>
    public StringValue ToValue() => _builder.ToValue();
}
