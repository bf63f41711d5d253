namespace Bitmapist.Migration.Rdb;

/// <summary>Expands a compressed string of any length, holding 72 KiB of it. One thread; can be used again.</summary>
internal sealed class LzfExpander
{
    private const int BlockBytes = 64 * 1024;
    private readonly byte[] _window = new byte[LzfFormat.DistanceMax + BlockBytes];
    private int _end; // of what is expanded, in the window
    private int _given; // of that, to the sink

    /// <summary>Expands the next bytes of the input.</summary>
    /// <param name="input">Where they stand.</param>
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

    /// <summary>Copies what stands so far back; it may reach into what it makes.</summary>
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
