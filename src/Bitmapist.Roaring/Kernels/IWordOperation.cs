using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// A bitwise operation on words at every width; a type argument, so that each use compiles to its own loop.
/// </summary>
internal interface IWordOperation
{
    static abstract ulong Apply(ulong left, ulong right);

    static abstract Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right);

    static abstract Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right);
}
