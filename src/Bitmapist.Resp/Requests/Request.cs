using System.Runtime.CompilerServices;
using System.Text;

namespace Bitmapist.Resp.Requests;

/// <summary>
/// One request: a command's name and its arguments, as slices of memory that somebody else owns (the connection's input
/// or the reader's own buffer). Valid until the next <see cref="RequestReader.Read"/>; not thread-safe.
/// </summary>
public sealed class Request
{
    private const int SlicesKept = RespLimits.BufferBytesKept / 4;
    private ReadOnlyMemory<byte> _source;
    private Slice[] _slices = new Slice[8]; // a mark in a transaction, BITCOUNT with a range: few commands have more

    internal Request()
    {
    }

    /// <summary>Arguments, the command's name included: at least 1 once the reader says Complete.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes this request took on the wire, framing included.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>The argument at <paramref name="index"/>, 0 being the command's name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in 0 … Count − 1.</exception>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            Slice slice = SliceAt(index);
            return _source.Span.Slice(slice.Start, slice.Length);
        }
    }

    /// <summary>The argument at <paramref name="index"/> as memory, with the request's lifetime.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in 0 … Count − 1.</exception>
    public ReadOnlyMemory<byte> Memory(int index)
    {
        Slice slice = SliceAt(index);
        return _source.Slice(slice.Start, slice.Length);
    }

    /// <summary>Whether an argument is this word, ASCII letters in either case.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in 0 … Count − 1.</exception>
    public bool Is(int index, ReadOnlySpan<byte> upperCaseAscii)
    {
        ReadOnlySpan<byte> argument = this[index];
        return argument.Length == upperCaseAscii.Length && Ascii.EqualsIgnoreCase(argument, upperCaseAscii);
    }

    /// <summary>Bytes of the slot table.</summary>
    internal long TableBytes => _slices.LongLength * Unsafe.SizeOf<Slice>();

    /// <summary>The slot table, for a parser that fills it and then calls <see cref="Complete"/>.</summary>
    internal ref Slice[] Slices => ref _slices;

    internal void Complete(ReadOnlyMemory<byte> source, int count, int totalBytes)
    {
        _source = source;
        Count = count;
        TotalBytes = totalBytes;
    }

    /// <summary>Gives back what only an unusually large request needed.</summary>
    internal void Trim()
    {
        _source = default;
        Count = 0;
        if (_slices.Length > SlicesKept) _slices = new Slice[8];
    }

    /// <summary>Stores one slot; the table doubles as arguments arrive, never because they were announced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(ref Slice[] slices, int index, int start, int length)
    {
        if ((uint)index >= (uint)slices.Length) Array.Resize(ref slices, slices.Length * 2);
        slices[index] = new Slice(start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Slice SliceAt(int index)
    {
        // The table is longer than the request: what lies behind Count belongs to an earlier one.
        if ((uint)index >= (uint)Count) ThrowNoSuchArgument(index);
        return _slices[index];
    }

    private static void ThrowNoSuchArgument(int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, "The request has no such argument.");

    /// <summary>Where an argument lies in the source, in bytes.</summary>
    internal readonly record struct Slice(int Start, int Length);
}
