namespace Bitmapist.Migration;

/// <summary>Takes bytes as they come.</summary>
internal interface IByteSink
{
    void Append(ReadOnlySpan<byte> bytes);
}
