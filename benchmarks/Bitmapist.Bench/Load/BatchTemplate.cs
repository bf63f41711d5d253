using System.Buffers;
using System.Text;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Bench.Load;

/// <summary>A batch of requests written once, with the places where numbers of seven digits go.</summary>
internal sealed class BatchTemplate
{
    /// <summary>The place of a number in a request, that <see cref="TemplateRequests"/> draws.</summary>
    public const string Number = "@@@@@@@";

    /// <param name="replyLines">Lines of all replies together; 0 when they are told by their bytes.</param>
    /// <param name="requests">Commands with their arguments.</param>
    public BatchTemplate(int replyLines, params IEnumerable<string[]> requests)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (string[] request in requests) RequestWriter.Write(output, request);
        Bytes = output.WrittenSpan.ToArray();
        ReplyLines = replyLines;
        byte[] placeholder = Encoding.ASCII.GetBytes(Number);
        var places = new List<int>();
        for (int at = 0; Bytes.AsSpan(at).IndexOf(placeholder) is >= 0 and int found; at += found + placeholder.Length)
            places.Add(at + found);
        Places = [.. places];
    }

    public byte[] Bytes { get; }

    /// <summary>Where numbers go; every <see cref="PlacesPerNumber"/> successive places take the same one.</summary>
    public int[] Places { get; }

    public int PlacesPerNumber { get; private init; } = 1;

    public int ReplyLines { get; }

    /// <summary>Bytes of a reply that is one bulk string of known length; 0 when lines are counted.</summary>
    public int ReplyBytes { get; private init; }

    /// <summary>Whether the operation whose latency counts is over with this batch's replies.</summary>
    public bool EndsOperation { get; private init; } = true;

    /// <summary>GETBITs, going round the keys from the given one on.</summary>
    public static BatchTemplate GetBits(string[] keys, int first, int count) => new(count,
        Enumerable.Range(first, count).Select(i => new[] { "GETBIT", keys[i % keys.Length], Number }));

    /// <summary>SETBITs to one, going round the keys from the given one on.</summary>
    public static BatchTemplate SetBits(string[] keys, int first, int count) => new(count,
        Enumerable.Range(first, count).Select(i => new[] { "SETBIT", keys[i % keys.Length], Number, "1" }));

    /// <summary>Marks as bitmapist 3 makes them: a transaction that sets a user's bit in each period's key.</summary>
    public static BatchTemplate Marks(string[] keys, int count)
    {
        string[][] mark = [["MULTI"], .. keys.Select(key => new[] { "SETBIT", key, Number, "1" }), ["EXEC"]];
        return new BatchTemplate(((2 * keys.Length) + 2) * count, Enumerable.Repeat(mark, count).SelectMany(x => x))
        {
            PlacesPerNumber = keys.Length,
        };
    }

    /// <summary>The first step of an operation: the next batch belongs to it.</summary>
    public static BatchTemplate Step(params string[] request) => new(1, [request]) { EndsOperation = false };

    /// <summary>GETRANGE of so many bytes, all of which are there.</summary>
    public static BatchTemplate Range(string key, long first, int bytes) =>
        new(0, [["GETRANGE", key, $"{first}", $"{first + bytes - 1}"]])
        {
            ReplyBytes = $"${bytes}\r\n".Length + bytes + 2,
        };
}
