using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>Marks whose replies were counted: each that was acknowledged must be there ever after.</summary>
internal sealed class AcknowledgedMarks(BitmapistServer server)
{
    private readonly HashSet<int> _acknowledged = [];
    private int _next;

    /// <summary>How many were acknowledged.</summary>
    public int Count => _acknowledged.Count;

    /// <summary>Forgets all: the database was flushed.</summary>
    public void Clear() => _acknowledged.Clear();

    /// <summary>Marks some more, in keys of ten.</summary>
    /// <returns>How many of them were acknowledged.</returns>
    public async Task<int> AddAsync(RawConnection client, int count)
    {
        int before = Count;
        int first = _next;
        _next += count;
        List<byte[]> replies = await client.AskAllAsync(
            Enumerable.Range(first, count).Select(mark => $"SETBIT {KeyOf(mark)} {mark} 1"));
        for (int i = 0; i < count; i++)
            if (ReplyText.Render(replies[i]) == ":0") _acknowledged.Add(first + i);
        return Count - before;
    }

    /// <summary>Every acknowledged mark is there.</summary>
    public async Task AssertThereAsync()
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        int[] marks = [.. _acknowledged.Order()];
        List<byte[]> bits = await client.AskAllAsync(marks.Select(mark => $"GETBIT {KeyOf(mark)} {mark}"));
        int[] lost = [.. marks.Where((_, i) => ReplyText.Render(bits[i]) != ":1")];
        Assert.Empty(lost);
    }

    private static string KeyOf(int mark) => $"key{mark / 10}";
}
