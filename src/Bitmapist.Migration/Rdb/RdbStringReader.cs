namespace Bitmapist.Migration.Rdb;

/// <summary>Reads strings in whichever form they are stored. One thread.</summary>
internal sealed class RdbStringReader(SourceInput input)
{
    private LzfExpander? _expander;

    /// <summary>Hands the string behind a head to a sink.</summary>
    /// <exception cref="Storage.Files.CorruptFileException">It is malformed or not all there.</exception>
    public void Read(in RdbString head, IByteSink sink)
    {
        if (head.Number is not null) sink.Append(head.Digits);
        else if (!head.IsPacked) input.CopyTo(sink, head.StoredBytes);
        else
        {
            input.RequireRemaining(head.StoredBytes);
            _expander ??= new LzfExpander();
            _expander.Expand(input, head.StoredBytes, head.LengthBytes, sink);
        }
    }
}
