using System.Buffers;
using System.Diagnostics;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Memory;

/// <summary>
/// Received bytes, in blocks, from the first not yet consumed one on. Positions count from the first byte ever. Not
/// thread-safe; a field of its owner, never copied.
/// </summary>
internal struct BlockChain
{
    private Block? _first;
    private Block? _last;

    /// <summary>Position behind the last byte.</summary>
    public long EndIndex { get; private set; }

    public readonly bool IsEmpty => _first is null;

    /// <summary>The bytes to be read.</summary>
    public readonly ReadOnlySequence<byte> Sequence => _first is null
        ? ReadOnlySequence<byte>.Empty
        : new ReadOnlySequence<byte>(_first, _first.Start, _last!, _last!.End);

    /// <summary>Copies bytes behind the others: into the last block as far as they fit.</summary>
    public void Append(ReadOnlySpan<byte> bytes, BlockPool pool)
    {
        while (!bytes.IsEmpty)
        {
            if (_last is null || _last.End == _last.Array.Length) Add(pool.Rent());
            Block last = _last!;
            int fitting = Math.Min(bytes.Length, last.Array.Length - last.End);
            bytes[..fitting].CopyTo(last.Array.AsSpan(last.End));
            last.End += fitting;
            EndIndex += fitting;
            last.Publish(EndIndex - last.End);
            bytes = bytes[fitting..];
        }
    }

    /// <summary>Forgets the bytes before a position; blocks that are used up go back.</summary>
    public void Consume(Block block, int offset)
    {
        while (_first != block)
        {
            Block used = _first ?? throw new InvalidOperationException("What is consumed was not read.");
            _first = used.Following;
            used.Return();
        }

        Debug.Assert(offset >= block.Start && offset <= block.End, "Consumption goes forward, within the block.");
        block.Start = offset;
        if (block.Start < block.End) return;
        // Used up as well: a connection with nothing to read holds no block.
        _first = block.Following;
        if (_first is null) _last = null;
        block.Return();
    }

    /// <summary>Takes over the bytes of another chain, which come behind these.</summary>
    public void Take(ref BlockChain other, BlockPool pool)
    {
        if (other._first is null) return;
        if (_last is not null && other._first == other._last && other._last.End <= _last.Array.Length - _last.End)
        {
            // A few bytes: a block each would make many small arrivals dear.
            Append(other._first.Array.AsSpan(0, other._first.End), pool);
            other._first.Return();
        }
        else
        {
            for (Block? block = other._first; block is not null; block = block.Following)
            {
                block.Publish(EndIndex);
                EndIndex += block.End;
                if (_last is null) _first = block;
                else _last.Following = block;
                _last = block;
            }
        }

        other._first = other._last = null;
    }

    /// <summary>Gives everything back.</summary>
    public void ReturnAll()
    {
        while (_first is { } block)
        {
            _first = block.Following;
            block.Return();
        }

        _last = null;
    }

    private void Add(Block block)
    {
        block.Publish(EndIndex);
        if (_last is null) _first = block;
        else _last.Following = block;
        _last = block;
    }
}
