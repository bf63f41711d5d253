using System.Buffers;
using Bitmapist.Roaring.Operations;
using Roaring.Net.CRoaring;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>One thing that both libraries do to a data set. Each side returns a checksum of its answers.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Count">How often a call does it.</param>
/// <param name="Ours">Does it here.</param>
/// <param name="Theirs">Does it in CRoaring.</param>
internal sealed record ComparedRow(string Name, int Count, Func<long> Ours, Func<long> Theirs);

/// <summary>One data set held by both libraries, and what is compared on it.</summary>
internal sealed class ComparedSets
{
    private const int SomeMax = 4; // operands of the union that is not of all
    private const int ProbesPerSet = 200;

    private readonly FrozenBitmap[] _ours;
    private readonly Roaring32Bitmap[] _theirs;
    private readonly byte[][] _bytes;
    private readonly ArrayBufferWriter<byte> _output; // kept, as is theirs
    private readonly byte[] _theirOutput;
    private readonly uint[] _ids; // room for any set's
    private readonly uint[][] _probes;

    public ComparedSets(uint[][] lists, bool optimize)
    {
        _ours = [.. lists.Select(list => Ours(list, optimize))];
        _theirs = [.. lists.Select(list => Theirs(list, optimize))];
        _bytes = [.. _theirs.Select(bitmap => bitmap.Serialize(SerializationFormat.Portable))];
        _theirOutput = new byte[_bytes.Max(bytes => bytes.Length)];
        _output = new ArrayBufferWriter<byte>(2 * _theirOutput.Length);
        _ids = new uint[lists.Max(list => list.Length)];
        Random random = new(1);
        _probes = [.. lists.Select(list => Probes(list, random))];
    }

    public IEnumerable<ComparedRow> Rows()
    {
        yield return Results("AND", static (a, b) => BitmapAlgebra.And(a, b), static (a, b) => a.And(b));
        yield return Results("OR", static (a, b) => BitmapAlgebra.Or(a, b), static (a, b) => a.Or(b));
        yield return Results("XOR", static (a, b) => BitmapAlgebra.Xor(a, b), static (a, b) => a.Xor(b));
        yield return Results("AND NOT", static (a, b) => BitmapAlgebra.AndNot(a, b), static (a, b) => a.AndNot(b));
        yield return Sizes(
            "AND", static (a, b) => BitmapAlgebra.AndCardinality(a, b), static (a, b) => (long)a.AndCount(b));
        yield return Sizes(
            "OR", static (a, b) => BitmapAlgebra.OrCardinality(a, b), static (a, b) => (long)a.OrCount(b));
        yield return Sizes(
            "XOR", static (a, b) => BitmapAlgebra.XorCardinality(a, b), static (a, b) => (long)a.XorCount(b));
        yield return Sizes(
            "AND NOT", static (a, b) => BitmapAlgebra.AndNotCardinality(a, b), static (a, b) => (long)a.AndNotCount(b));
        yield return OrOfMany($"OR of {SomeMax}", SomeMax);
        yield return OrOfMany("OR of all", _ours.Length);
        yield return new ComparedRow("serialize", _ours.Length, SerializeOurs, SerializeTheirs);
        yield return new ComparedRow("deserialize, checked", _ours.Length, DeserializeOurs, DeserializeTheirs);
        yield return new ComparedRow("contains", _ours.Length * ProbesPerSet, ContainsOurs, ContainsTheirs);
        yield return new ComparedRow("ids", _ours.Length, IdsOurs, IdsTheirs);
    }

    private static FrozenBitmap Ours(uint[] ids, bool optimize)
    {
        FrozenBitmap frozen = FrozenBitmap.FromIds(ids);
        if (!optimize) return frozen;
        var bytes = new ArrayBufferWriter<byte>();
        frozen.Serialize(bytes);
        return SerializedBitmap.ReadTrusted(bytes.WrittenMemory).ToFrozen();
    }

    private static Roaring32Bitmap Theirs(uint[] ids, bool optimize)
    {
        Roaring32Bitmap bitmap = Roaring32Bitmap.FromValues(ids);
        if (optimize) bitmap.Optimize();
        bitmap.ShrinkToFit();
        return bitmap;
    }

    /// <summary>Half of them are in the set.</summary>
    private static uint[] Probes(uint[] ids, Random random)
    {
        uint[] probes = new uint[ProbesPerSet];
        for (int i = 0; i < probes.Length; i++)
            probes[i] = i % 2 == 0 ? ids[random.Next(ids.Length)] : (uint)random.NextInt64(ids[^1] + 1L);
        return probes;
    }

    private ComparedRow Results(
        string name, Func<FrozenBitmap, FrozenBitmap, FrozenBitmap> ours,
        Func<Roaring32Bitmap, Roaring32Bitmap, Roaring32Bitmap> theirs)
    {
        return new ComparedRow(name, _ours.Length - 1, SumOurs, SumTheirs);

        long SumOurs()
        {
            long sum = 0;
            for (int i = 1; i < _ours.Length; i++) sum += ours(_ours[i - 1], _ours[i]).Cardinality;
            return sum;
        }

        long SumTheirs()
        {
            long sum = 0;
            for (int i = 1; i < _theirs.Length; i++)
            {
                using Roaring32Bitmap result = theirs(_theirs[i - 1], _theirs[i]);
                sum += (long)result.Count;
            }
            return sum;
        }
    }

    private ComparedRow Sizes(
        string name, Func<FrozenBitmap, FrozenBitmap, long> ours, Func<Roaring32Bitmap, Roaring32Bitmap, long> theirs)
    {
        return new ComparedRow($"{name}, cardinality", _ours.Length - 1, SumOurs, SumTheirs);

        long SumOurs()
        {
            long sum = 0;
            for (int i = 1; i < _ours.Length; i++) sum += ours(_ours[i - 1], _ours[i]);
            return sum;
        }

        long SumTheirs()
        {
            long sum = 0;
            for (int i = 1; i < _theirs.Length; i++) sum += theirs(_theirs[i - 1], _theirs[i]);
            return sum;
        }
    }

    private ComparedRow OrOfMany(string name, int count)
    {
        FrozenBitmap[] ours = _ours[..count];
        Roaring32Bitmap[] rest = _theirs[1..count];
        return new ComparedRow(name, 1, () => BitmapAlgebra.Or(ours).Cardinality, () =>
        {
            using Roaring32Bitmap result = _theirs[0].OrMany(rest);
            return (long)result.Count;
        });
    }

    private long SerializeOurs()
    {
        long sum = 0;
        foreach (FrozenBitmap bitmap in _ours)
        {
            _output.ResetWrittenCount();
            bitmap.Serialize(_output);
            sum += bitmap.Cardinality;
        }
        return sum;
    }

    private long SerializeTheirs()
    {
        long sum = 0;
        foreach (Roaring32Bitmap bitmap in _theirs)
        {
            int bytes = (int)bitmap.GetSerializationSize(SerializationFormat.Portable);
            bitmap.Serialize(_theirOutput.AsSpan(0, bytes), SerializationFormat.Portable);
            sum += (long)bitmap.Count;
        }
        return sum;
    }

    private long DeserializeOurs()
    {
        long sum = 0;
        foreach (byte[] bytes in _bytes)
        {
            SerializedBitmap.TryRead(bytes, out SerializedBitmap? bitmap, out _, out _);
            sum += bitmap!.ToFrozen().Cardinality;
        }
        return sum;
    }

    private long DeserializeTheirs()
    {
        long sum = 0;
        foreach (byte[] bytes in _bytes)
        {
            using Roaring32Bitmap bitmap = Roaring32Bitmap.Deserialize(bytes, SerializationFormat.Portable);
            if (bitmap.IsValid()) sum += (long)bitmap.Count;
        }
        return sum;
    }

    private long ContainsOurs()
    {
        long found = 0;
        for (int i = 0; i < _ours.Length; i++)
            foreach (uint id in _probes[i]) found += _ours[i].Contains(id) ? 1 : 0;
        return found;
    }

    private long ContainsTheirs()
    {
        long found = 0;
        for (int i = 0; i < _theirs.Length; i++)
            foreach (uint id in _probes[i]) found += _theirs[i].Contains(id) ? 1 : 0;
        return found;
    }

    private long IdsOurs()
    {
        long sum = 0;
        foreach (FrozenBitmap bitmap in _ours)
        {
            bitmap.CopyIdsTo(_ids);
            sum += _ids[(int)bitmap.Cardinality - 1];
        }
        return sum;
    }

    private long IdsTheirs()
    {
        long sum = 0;
        foreach (Roaring32Bitmap bitmap in _theirs)
        {
            bitmap.CopyTo(_ids.AsSpan());
            sum += _ids[(int)bitmap.Count - 1];
        }
        return sum;
    }
}
