using System.Buffers;
using System.Text;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Bench.Load;

/// <summary>A batch of requests written once, with the places where ids of seven digits go.</summary>
internal sealed class BatchTemplate
{
    /// <summary>
    /// Ids are drawn from here up to <see cref="IdEnd"/>: seven digits, so that requests keep their length.
    /// </summary>
    public const uint IdStart = 1_000_000;

    public const uint IdEnd = 10_000_000;

    private const string Placeholder = "@@@@@@@";

    private BatchTemplate(byte[] bytes, int placesPerId, int replyLines)
    {
        Bytes = bytes;
        PlacesPerId = placesPerId;
        ReplyLines = replyLines;
        var places = new List<int>();
        for (int at = 0; bytes.AsSpan(at).IndexOf(Encoding.ASCII.GetBytes(Placeholder)) is >= 0 and int found;)
        {
            places.Add(at + found);
            at += found + Placeholder.Length;
        }

        Places = [.. places];
    }

    public byte[] Bytes { get; }

    /// <summary>Where ids go; every <see cref="PlacesPerId"/> successive places take the same id.</summary>
    public int[] Places { get; }

    public int PlacesPerId { get; }

    public int ReplyLines { get; }

    /// <summary>GETBITs, going round the keys from the given one on.</summary>
    public static BatchTemplate GetBits(string[] keys, int first, int count) =>
        Build(count, placesPerId: 1, replyLines: 1, (output, i) =>
            RequestWriter.Write(output, "GETBIT", keys[(first + i) % keys.Length], Placeholder));

    /// <summary>SETBITs to one, going round the keys from the given one on.</summary>
    public static BatchTemplate SetBits(string[] keys, int first, int count) =>
        Build(count, placesPerId: 1, replyLines: 1, (output, i) =>
            RequestWriter.Write(output, "SETBIT", keys[(first + i) % keys.Length], Placeholder, "1"));

    /// <summary>Marks as bitmapist 3 makes them: a transaction that sets a user's bit in each period's key.</summary>
    public static BatchTemplate Marks(string[] keys, int count) =>
        Build(count, placesPerId: keys.Length, replyLines: (2 * keys.Length) + 2, (output, _) =>
        {
            RequestWriter.Write(output, "MULTI");
            foreach (string key in keys) RequestWriter.Write(output, "SETBIT", key, Placeholder, "1");
            RequestWriter.Write(output, "EXEC");
        });

    private static BatchTemplate Build(
        int count, int placesPerId, int replyLines, Action<ArrayBufferWriter<byte>, int> write)
    {
        var output = new ArrayBufferWriter<byte>();
        for (int i = 0; i < count; i++) write(output, i);
        return new BatchTemplate(output.WrittenSpan.ToArray(), placesPerId, replyLines * count);
    }
}
