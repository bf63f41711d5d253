using System.Globalization;
using System.Text;

namespace Bitmapist.Bench.Load;

/// <summary>Batches from templates in turn, with random ids patched in: a few nanoseconds per request.</summary>
internal sealed class RandomIdRequests : IRequests
{
    private const int LowDigits = 3;

    private static readonly byte[] s_high = Digits(10_000, "0000");
    private static readonly byte[] s_low = Digits(1_000, "000");

    private readonly BatchTemplate[] _templates;
    private readonly byte[][] _batches;
    private ulong _random;
    private int _turn;

    /// <param name="templates">Shared; this instance patches copies.</param>
    /// <param name="seed">Not 0.</param>
    public RandomIdRequests(BatchTemplate[] templates, ulong seed)
    {
        _templates = templates;
        _batches = [.. templates.Select(template => template.Bytes.ToArray())];
        _random = seed * 0x9E37_79B9_7F4A_7C15;
        _turn = (int)(seed % (ulong)templates.Length); // connections start at different keys
    }

    public int ReplyLines => _templates[_turn].ReplyLines;

    public ReadOnlySpan<byte> Next()
    {
        _turn = (_turn + 1) % _templates.Length;
        BatchTemplate template = _templates[_turn];
        byte[] batch = _batches[_turn];
        int[] places = template.Places;
        for (int place = 0; place < places.Length; place += template.PlacesPerId)
        {
            uint id = NextId();
            ReadOnlySpan<byte> high = s_high.AsSpan((int)(id / 1000) * 4, 4);
            ReadOnlySpan<byte> low = s_low.AsSpan((int)(id % 1000) * LowDigits, LowDigits);
            for (int i = place; i < place + template.PlacesPerId; i++)
            {
                high.CopyTo(batch.AsSpan(places[i]));
                low.CopyTo(batch.AsSpan(places[i] + high.Length));
            }
        }

        return batch;
    }

    private uint NextId()
    {
        // Marsaglia's xorshift64: uniform enough to scatter ids, and a nanosecond each.
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        const ulong Range = BatchTemplate.IdEnd - BatchTemplate.IdStart;
        return BatchTemplate.IdStart + (uint)(((_random >> 32) * Range) >> 32);
    }

    private static byte[] Digits(int count, string format) =>
        Encoding.ASCII.GetBytes(string.Concat(
            Enumerable.Range(0, count).Select(i => i.ToString(format, CultureInfo.InvariantCulture))));
}
