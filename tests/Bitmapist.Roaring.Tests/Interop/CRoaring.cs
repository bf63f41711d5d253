using System.Runtime.InteropServices;

namespace Bitmapist.Roaring.Tests.Interop;

/// <summary>
/// A bitmap of CRoaring, the C library whose format and speed we are held to (Debian package libroaring0). For tests
/// and benchmarks only.
/// </summary>
internal sealed unsafe partial class CRoaring(nint handle) : IDisposable
{
    private const string Library = "libroaring.so.0";

    public static bool IsInstalled { get; } = NativeLibrary.TryLoad(Library, out _);

    public nint Handle { get; } = handle;

    public long Cardinality => (long)roaring_bitmap_get_cardinality(Handle);

    public static CRoaring FromIds(ReadOnlySpan<uint> ids)
    {
        fixed (uint* first = ids) return new CRoaring(roaring_bitmap_of_ptr((nuint)ids.Length, first));
    }

    /// <summary>Null when CRoaring refuses the bytes.</summary>
    public static CRoaring? Deserialize(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            nint handle = roaring_bitmap_portable_deserialize_safe(first, (nuint)bytes.Length);
            return handle == 0 ? null : new CRoaring(handle);
        }
    }

    public byte[] Serialize()
    {
        byte[] bytes = new byte[(int)roaring_bitmap_portable_size_in_bytes(Handle)];
        fixed (byte* first = bytes) roaring_bitmap_portable_serialize(Handle, first);
        return bytes;
    }

    public void RunOptimize() => roaring_bitmap_run_optimize(Handle);

    public bool SetEquals(CRoaring other) => roaring_bitmap_equals(Handle, other.Handle);

    public static CRoaring And(CRoaring left, CRoaring right) => new(roaring_bitmap_and(left.Handle, right.Handle));

    public static CRoaring Or(CRoaring left, CRoaring right) => new(roaring_bitmap_or(left.Handle, right.Handle));

    public static CRoaring Xor(CRoaring left, CRoaring right) => new(roaring_bitmap_xor(left.Handle, right.Handle));

    public static CRoaring AndNot(CRoaring left, CRoaring right) =>
        new(roaring_bitmap_andnot(left.Handle, right.Handle));

    public static CRoaring OrMany(CRoaring[] operands)
    {
        nint[] handles = [.. operands.Select(operand => operand.Handle)];
        fixed (nint* first = handles) return new CRoaring(roaring_bitmap_or_many((nuint)handles.Length, first));
    }

    public void Dispose() => roaring_bitmap_free(Handle);

    [LibraryImport(Library)]
    internal static partial nint roaring_bitmap_and(nint left, nint right);

    [LibraryImport(Library)]
    internal static partial nint roaring_bitmap_or(nint left, nint right);

    [LibraryImport(Library)]
    internal static partial nint roaring_bitmap_xor(nint left, nint right);

    [LibraryImport(Library)]
    internal static partial nint roaring_bitmap_andnot(nint left, nint right);

    [LibraryImport(Library)]
    internal static partial ulong roaring_bitmap_and_cardinality(nint left, nint right);

    [LibraryImport(Library)]
    internal static partial nint roaring_bitmap_or_many(nuint count, nint* operands);

    [LibraryImport(Library)]
    internal static partial void roaring_bitmap_free(nint bitmap);

    [LibraryImport(Library)]
    private static partial nint roaring_bitmap_of_ptr(nuint count, uint* ids);

    [LibraryImport(Library)]
    private static partial ulong roaring_bitmap_get_cardinality(nint bitmap);

    [LibraryImport(Library)]
    private static partial nint roaring_bitmap_portable_deserialize_safe(byte* bytes, nuint bytesMax);

    [LibraryImport(Library)]
    private static partial nuint roaring_bitmap_portable_size_in_bytes(nint bitmap);

    [LibraryImport(Library)]
    private static partial nuint roaring_bitmap_portable_serialize(nint bitmap, byte* bytes);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool roaring_bitmap_run_optimize(nint bitmap);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool roaring_bitmap_equals(nint left, nint right);
}
