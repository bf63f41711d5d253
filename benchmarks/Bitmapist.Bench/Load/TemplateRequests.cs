using System.Globalization;
using System.Text;

namespace Bitmapist.Bench.Load;

/// <summary>Batches from templates in turn, with random numbers patched in: a few nanoseconds per request.</summary>
internal sealed class TemplateRequests : IRequests
{
    /// <summary>
    /// Ids are drawn from here up to <see cref="IdEnd"/>: seven digits, so that requests keep their length.
    /// </summary>
    public const uint IdStart = 1_000_000;

    public const uint IdEnd = 10_000_000;
    private const int LowDigits = 3;

    private static readonly byte[] s_high = Digits(10_000, "0000");
    private static readonly byte[] s_low = Digits(1_000, "000");

    private readonly BatchTemplate[] _templates;
    private readonly byte[][] _batches;
    private readonly uint _numberStart;
    private readonly uint _numberCount;
    private ulong _random;
    private int _turn;

    /// <param name="templates">Shared; this instance patches copies.</param>
    /// <param name="seed">Not 0; connections with seeds of their own draw other numbers.</param>
    /// <param name="first">The template to begin with, round the array.</param>
    /// <param name="numberStart">Numbers are drawn from here, with leading zeros below a million,</param>
    /// <param name="numberEnd">up to here, exclusive; at most 10,000,000.</param>
    public TemplateRequests(
        BatchTemplate[] templates, int seed, int first, uint numberStart = IdStart, uint numberEnd = IdEnd)
    {
        _templates = templates;
        _batches = [.. templates.Select(template =>
            template.Places.Length == 0 ? template.Bytes : template.Bytes.ToArray())];
        _random = (ulong)seed * 0x9E37_79B9_7F4A_7C15;
        _turn = (first + templates.Length - 1) % templates.Length;
        _numberStart = numberStart;
        _numberCount = numberEnd - numberStart;
    }

    public int ReplyLines => _templates[_turn].ReplyLines;

    public int ReplyBytes => _templates[_turn].ReplyBytes;

    public bool EndsOperation => _templates[_turn].EndsOperation;

    public ReadOnlySpan<byte> Next()
    {
        _turn = _turn + 1 == _templates.Length ? 0 : _turn + 1;
        BatchTemplate template = _templates[_turn];
        byte[] batch = _batches[_turn];
        int[] places = template.Places;
        for (int place = 0; place < places.Length; place += template.PlacesPerNumber)
        {
            uint number = NextNumber();
            ReadOnlySpan<byte> high = s_high.AsSpan((int)(number / 1000) * 4, 4);
            ReadOnlySpan<byte> low = s_low.AsSpan((int)(number % 1000) * LowDigits, LowDigits);
            for (int i = place; i < place + template.PlacesPerNumber; i++)
            {
                high.CopyTo(batch.AsSpan(places[i]));
                low.CopyTo(batch.AsSpan(places[i] + high.Length));
            }
        }

        return batch;
    }

    private uint NextNumber()
    {
        // Marsaglia's xorshift64: uniform enough to scatter ids, and a nanosecond each.
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return _numberStart + (uint)(((_random >> 32) * _numberCount) >> 32);
    }

    private static byte[] Digits(int count, string format) =>
        Encoding.ASCII.GetBytes(string.Concat(
            Enumerable.Range(0, count).Select(i => i.ToString(format, CultureInfo.InvariantCulture))));
}
