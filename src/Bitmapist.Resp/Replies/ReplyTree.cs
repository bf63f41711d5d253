namespace Bitmapist.Resp.Replies;

/// <summary>
/// Puts replies that arrive one after the other into the aggregates they belong to. Lists of elements grow as elements
/// arrive, never because a header announced them. Not thread-safe.
/// </summary>
internal sealed class ReplyTree
{
    private readonly Stack<Aggregate> _open = new();
    private Reply? _attributes; // waits for the reply it belongs to

    /// <summary>The outermost reply once it is complete.</summary>
    public Reply? Root { get; private set; }

    /// <summary>Levels of aggregates begun and not ended.</summary>
    public int Depth => _open.Count;

    /// <summary>Whether a reply has begun and not ended.</summary>
    public bool IsOpen => _open.Count > 0 || _attributes is not null;

    /// <summary>Elements announced by the aggregates of the present reply.</summary>
    public long Elements { get; private set; }

    /// <summary>Forgets the complete reply; an unfinished one stays.</summary>
    public void Forget()
    {
        if (Root is null) return;
        Root = null;
        Elements = 0;
    }

    public void AddInteger(long number) => Add(Reply.OfInteger(number, TakeAttributes()));

    public void AddSimpleString(ReadOnlySpan<byte> text) => Add(Reply.OfSimpleString(text, TakeAttributes()));

    public void AddBytes(ReplyKind kind, byte marker, byte[] bytes) =>
        Add(Reply.OfBytes(kind, marker, bytes, TakeAttributes()));

    public void AddNumber(ReplyKind kind, byte marker, long number, byte[] digits) =>
        Add(Reply.OfNumber(kind, marker, number, digits, TakeAttributes()));

    /// <summary>Begins an aggregate of <paramref name="count"/> elements (twice its pairs, if a map).</summary>
    public void Open(ReplyKind kind, byte marker, long count)
    {
        Elements += count;
        _open.Push(new Aggregate(kind, marker, count, TakeAttributes()));
        CloseFull();
    }

    private void Add(Reply reply)
    {
        Place(reply);
        CloseFull();
    }

    private void Place(Reply reply)
    {
        if (_open.TryPeek(out Aggregate? parent)) parent.Items.Add(reply);
        else Root = reply;
    }

    private void CloseFull()
    {
        while (_open.TryPeek(out Aggregate? full) && full.Items.Count == full.Count)
        {
            _open.Pop();
            Reply reply = Reply.OfItems(full.Kind, full.Marker, [.. full.Items], full.Attributes);
            if (full.Kind == ReplyKind.Attribute)
            {
                // No element of its parent: the reply behind it is.
                _attributes = reply;
                return;
            }

            Place(reply);
        }
    }

    private Reply? TakeAttributes()
    {
        Reply? attributes = _attributes;
        _attributes = null;
        return attributes;
    }

    private sealed record Aggregate(ReplyKind Kind, byte Marker, long Count, Reply? Attributes)
    {
        public List<Reply> Items { get; } = [];
    }
}
