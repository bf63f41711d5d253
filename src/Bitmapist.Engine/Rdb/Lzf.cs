using System.Buffers.Binary;

namespace Bitmapist.Engine.Rdb;

/// <summary>
/// LZF (Marc Lehmann's liblzf), as RDB files use it. A control byte below 32 is followed by that many literal bytes and
/// one more. Otherwise its upper three bits are the length of a match less 2 (7: the next byte adds to it), and its
/// lower five with the byte after that are how far back it begins, less 1.
/// </summary>
internal static class LzfFormat
{
    /// <summary>Most literal bytes behind one control byte.</summary>
    public const int LiteralsMax = 32;

    /// <summary>Shortest match worth its two bytes.</summary>
    public const int MatchMin = 3;

    /// <summary>A length of 7 in the control byte, 255 in the next, and the 2 that are taken off.</summary>
    public const int MatchMax = 7 + 255 + 2;

    /// <summary>How far back a match may begin: 13 bits, and 1.</summary>
    public const int DistanceMax = 1 << 13;

    /// <summary>A control byte's length from which on the next byte adds to it.</summary>
    public const int LongMatch = 7;
}

/// <summary>
/// Compresses a string of any length, holding 72 KiB of it. Greedy, with one candidate per hash of three bytes; the
/// same bytes always give the same result. One thread; can be used again.
/// </summary>
/// <param name="firstBase">Where positions begin; tests begin near the end of the numbers.</param>
internal sealed class LzfCompressor(int firstBase = 0)
{
    private const int BlockBytes = 64 * 1024;
    private const int HashBits = 14;
    private readonly byte[] _window = new byte[LzfFormat.DistanceMax + BlockBytes];
    private readonly byte[] _packed = new byte[LzfFormat.LiteralsMax + 1];
    private readonly int[] _candidates = new int[1 << HashBits]; // base, position in the string, and 1; 0: none
    private int _base = firstBase; // above every candidate of earlier strings, so that they need not be cleared away

    /// <summary>Compresses all of the source.</summary>
    public void Compress(IByteSource source, IByteSink output)
    {
        if (_base > int.MaxValue - source.LengthBytes - 1)
        {
            Array.Clear(_candidates);
            _base = 0;
        }

        int history = 0;
        for (long start = 0; start < source.LengthBytes;)
        {
            int block = (int)Math.Min(BlockBytes, source.LengthBytes - start);
            source.CopyTo(start, _window.AsSpan(history, block));
            CompressBlock(_base + (int)start - history, history, history + block, output);
            start += block;
            int kept = Math.Min(LzfFormat.DistanceMax, history + block);
            _window.AsSpan(history + block - kept, kept).CopyTo(_window);
            history = kept;
        }

        _base += (int)source.LengthBytes;
    }

    /// <summary>Compresses window[from, end); matches may begin before, and end with the block.</summary>
    /// <param name="origin">The base, and the position in the string of the window's first byte.</param>
    /// <param name="from">First byte to compress.</param>
    /// <param name="end">End of the block.</param>
    /// <param name="output">Where it goes.</param>
    private void CompressBlock(int origin, int from, int end, IByteSink output)
    {
        ReadOnlySpan<byte> window = _window.AsSpan(0, end);
        int literals = from; // where those not yet written begin
        int at = from;
        while (at <= end - LzfFormat.MatchMin)
        {
            ref int candidate = ref _candidates[HashAt(window, at)];
            int match = candidate - 1 - origin;
            candidate = origin + at + 1;
            int length = match >= 0 && match < at && at - match <= LzfFormat.DistanceMax
                ? MatchLength(window, match, at) : 0;
            if (length < LzfFormat.MatchMin)
            {
                at++;
                continue;
            }

            AppendLiterals(window[literals..at], output);
            AppendMatch(at - match, length, output);
            at += length;
            literals = at;
        }

        AppendLiterals(window[literals..end], output);
    }

    private static int MatchLength(ReadOnlySpan<byte> window, int match, int at)
    {
        int longest = Math.Min(LzfFormat.MatchMax, window.Length - at);
        return window.Slice(at, longest).CommonPrefixLength(window.Slice(match, longest));
    }

    private static int HashAt(ReadOnlySpan<byte> window, int at)
    {
        uint three = (uint)(window[at] | (window[at + 1] << 8) | (window[at + 2] << 16));
        return (int)((three * 0x9E37_79B1) >> (32 - HashBits)); // Fibonacci hashing: 2^32 over the golden ratio
    }

    private void AppendLiterals(ReadOnlySpan<byte> literals, IByteSink output)
    {
        while (!literals.IsEmpty)
        {
            int count = Math.Min(literals.Length, LzfFormat.LiteralsMax);
            _packed[0] = (byte)(count - 1);
            literals[..count].CopyTo(_packed.AsSpan(1));
            output.Append(_packed.AsSpan(0, count + 1));
            literals = literals[count..];
        }
    }

    private static void AppendMatch(int distance, int length, IByteSink output)
    {
        int back = distance - 1;
        int more = length - 2;
        Span<byte> packed = stackalloc byte[3];
        if (more < LzfFormat.LongMatch)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packed, (ushort)((more << 13) | back));
            output.Append(packed[..2]);
            return;
        }

        packed[0] = (byte)((LzfFormat.LongMatch << 5) | (back >> 8));
        packed[1] = (byte)(more - LzfFormat.LongMatch);
        packed[2] = (byte)back;
        output.Append(packed);
    }
}

/// <summary>Expands a compressed string of any length, holding 72 KiB of it. One thread; can be used again.</summary>
internal sealed class LzfExpander
{
    private const int BlockBytes = 64 * 1024;
    private readonly byte[] _window = new byte[LzfFormat.DistanceMax + BlockBytes];
    private int _end; // of what is expanded, in the window
    private int _given; // of that, to the sink

    /// <summary>Expands the next bytes of the input.</summary>
    /// <param name="input">Where they are.</param>
    /// <param name="packedBytes">How many.</param>
    /// <param name="expandedBytes">How many they become.</param>
    /// <param name="sink">Where those go.</param>
    /// <exception cref="Storage.Files.CorruptFileException">They become more, fewer, or refer to what is not
    /// there.</exception>
    public void Expand(SourceInput input, long packedBytes, long expandedBytes, IByteSink sink)
    {
        _end = _given = 0;
        long packedEnd = input.Position + packedBytes;
        long expanded = 0;
        while (input.Position < packedEnd)
        {
            int control = input.ReadByte();
            int count;
            if (control < LzfFormat.LiteralsMax)
            {
                count = control + 1;
                RequireRoom(input, expanded + count <= expandedBytes && input.Position + count <= packedEnd);
                MakeRoom(count, sink);
                input.Read(_window.AsSpan(_end, count));
            }
            else
            {
                count = control >> 5;
                RequireRoom(input, input.Position + (count == LzfFormat.LongMatch ? 2 : 1) <= packedEnd);
                if (count == LzfFormat.LongMatch) count += input.ReadByte();
                count += 2;
                int distance = ((control & 0x1F) << 8) + input.ReadByte() + 1;
                RequireRoom(input, distance <= expanded && expanded + count <= expandedBytes);
                MakeRoom(count, sink);
                Repeat(distance, count);
            }

            _end += count;
            expanded += count;
        }

        if (expanded != expandedBytes)
            throw input.Corrupt($"a compressed string has {expanded} bytes, not the {expandedBytes} announced");
        sink.Append(_window.AsSpan(_given, _end - _given));
    }

    /// <summary>Copies what is so far back; it may reach into what it makes.</summary>
    private void Repeat(int distance, int count)
    {
        Span<byte> window = _window;
        if (distance == 1)
        {
            window.Slice(_end, count).Fill(window[_end - 1]);
            return;
        }

        for (int done = 0; done < count;)
        {
            int taken = Math.Min(distance, count - done);
            window.Slice(_end + done - distance, taken).CopyTo(window[(_end + done)..]);
            done += taken;
        }
    }

    /// <summary>Gives the sink what is expanded and keeps as much as matches can reach back to.</summary>
    private void MakeRoom(int count, IByteSink sink)
    {
        if (count <= _window.Length - _end) return;
        sink.Append(_window.AsSpan(_given, _end - _given));
        _window.AsSpan(_end - LzfFormat.DistanceMax, LzfFormat.DistanceMax).CopyTo(_window);
        _end = _given = LzfFormat.DistanceMax;
    }

    private static void RequireRoom(SourceInput input, bool condition)
    {
        if (!condition) throw input.Corrupt("a compressed string is malformed");
    }
}
