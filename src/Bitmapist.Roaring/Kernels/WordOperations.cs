using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>The bitwise operations there are.</summary>
internal static class WordOperations
{
    internal readonly struct And : IWordOperation
    {
        public static ulong Apply(ulong left, ulong right) => left & right;

        public static Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right) => left & right;

        public static Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right) => left & right;
    }

    internal readonly struct Or : IWordOperation
    {
        public static ulong Apply(ulong left, ulong right) => left | right;

        public static Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right) => left | right;

        public static Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right) => left | right;
    }

    internal readonly struct Xor : IWordOperation
    {
        public static ulong Apply(ulong left, ulong right) => left ^ right;

        public static Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right) => left ^ right;

        public static Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right) => left ^ right;
    }

    internal readonly struct AndNot : IWordOperation
    {
        public static ulong Apply(ulong left, ulong right) => left & ~right;

        public static Vector256<ulong> Apply(Vector256<ulong> left, Vector256<ulong> right) => left & ~right;

        public static Vector512<ulong> Apply(Vector512<ulong> left, Vector512<ulong> right) => left & ~right;
    }
}
