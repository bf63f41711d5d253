using System.Buffers;
using System.Runtime.CompilerServices;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// So many elements of an array of the shared pool, given back when disposed. An operation that throws leaves the array
/// to the collector.
/// </summary>
internal readonly ref struct PooledArray<T>
{
    private readonly T[]? _array;

    public PooledArray(int length)
    {
        _array = ArrayPool<T>.Shared.Rent(length);
        Span = _array.AsSpan(0, length);
    }

    /// <summary>The elements, uninitialized.</summary>
    public Span<T> Span { get; }

    /// <summary>An array where the length exceeds what the caller takes from the stack, else nothing.</summary>
    public static PooledArray<T> Above(int onStackMax, int length) =>
        length > onStackMax ? new PooledArray<T>(length) : default;

    /// <summary>The array, of which the first elements are these; there is one.</summary>
    public T[] Array => _array!;

    public void Dispose()
    {
        if (_array is null) return;
        // The pool must not keep alive what the elements refer to.
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Span.Clear();
        ArrayPool<T>.Shared.Return(_array);
    }
}
