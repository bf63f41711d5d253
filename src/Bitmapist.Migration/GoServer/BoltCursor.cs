namespace Bitmapist.Migration.GoServer;

/// <summary>Reads a bucket's items in ascending order of their keys. One thread.</summary>
internal sealed class BoltCursor
{
    private readonly BoltFile _file;
    private readonly List<(BoltPage Page, int Next)> _path = [];
    private ReadOnlyMemory<byte> _key;
    private bool _hasKey;

    public BoltCursor(BoltFile file, BoltPage root)
    {
        _file = file;
        _path.Add((root, 0));
    }

    /// <summary>The page that the current item is on.</summary>
    public ulong Page => _path[^1].Page.Number;

    /// <summary>The current item's key, valid as long as the cursor is on it.</summary>
    public ReadOnlySpan<byte> Key => _key.Span;

    /// <summary>Whether the current item is a bucket within this one.</summary>
    public bool IsBucket => _path[^1].Page.IsBucketAt(Index);

    /// <summary>Bytes of the current item's value.</summary>
    public long ValueBytes => _path[^1].Page.ValueBytesAt(Index);

    private int Index => _path[^1].Next - 1;

    /// <summary>Goes to the next item; false at the end.</summary>
    public bool MoveNext()
    {
        while (_path.Count > 0)
        {
            (BoltPage page, int next) = _path[^1];
            if (next == page.Count)
            {
                _path.RemoveAt(_path.Count - 1);
                continue;
            }

            _path[^1] = (page, next + 1);
            if (page.IsLeaf)
            {
                ReadOnlyMemory<byte> key = page.KeyAt(next);
                if (_hasKey && key.Span.SequenceCompareTo(_key.Span) <= 0)
                    throw _file.Damaged(page.Number, $"key {next} is not above the one before it");
                _key = key;
                _hasKey = true;
                return true;
            }

            _path.Add((_file.ReadPage(page.ChildAt(next), _path.Count), 0));
        }

        return false;
    }

    /// <summary>The current item's value.</summary>
    public ReadOnlyMemory<byte> Value => _path[^1].Page.ValueAt(Index);

    /// <summary>A copy of the current item's value.</summary>
    public byte[] ReadValue() => Value.ToArray();
}
