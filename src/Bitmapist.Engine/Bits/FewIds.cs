using System.Diagnostics;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// The bits of a key that has hardly any: an array of ascending ids, as long as there are ids, that is never changed.
/// Most keys of a database of many small events are like that, and a bitmap object would take several times the ids.
/// Frozen values share the array.
/// </summary>
internal static class FewIds
{
    /// <summary>More ids than this are a bitmap: a copy for each new one costs more then, and saves less.</summary>
    public const int Max = 8;

    public static readonly uint[] None = [];

    /// <summary>The ids of a bitmap that has at most <see cref="Max"/>.</summary>
    public static uint[] Of(FrozenBitmap bits)
    {
        Debug.Assert(bits.Cardinality <= Max, "Few ids.");
        if (bits.IsEmpty) return None;
        uint[] ids = new uint[bits.Cardinality];
        long next = 0;
        for (int i = 0; i < ids.Length; i++, next++)
        {
            next = bits.NextSet(next);
            ids[i] = (uint)next;
        }

        return ids;
    }

    /// <summary>Where an id is, or the complement of where it belongs.</summary>
    public static int IndexOf(uint[] ids, uint id)
    {
        int index = 0;
        while (index < ids.Length && ids[index] < id) index++;
        return index < ids.Length && ids[index] == id ? index : ~index;
    }

    /// <summary>The ids with one more, at the index where it belongs.</summary>
    public static uint[] With(uint[] ids, int index, uint id)
    {
        uint[] more = new uint[ids.Length + 1];
        ids.AsSpan(0, index).CopyTo(more);
        more[index] = id;
        ids.AsSpan(index).CopyTo(more.AsSpan(index + 1));
        return more;
    }

    /// <summary>The ids without the one at an index.</summary>
    public static uint[] Without(uint[] ids, int index)
    {
        if (ids.Length == 1) return None;
        uint[] less = new uint[ids.Length - 1];
        ids.AsSpan(0, index).CopyTo(less);
        ids.AsSpan(index + 1).CopyTo(less.AsSpan(index));
        return less;
    }

    /// <summary>Bytes of the array.</summary>
    public static long MemoryBytes(uint[] ids)
    {
        const int HeaderBytes = 24;
        return ids.Length == 0 ? 0 : HeaderBytes + (sizeof(uint) * ids.Length);
    }
}
