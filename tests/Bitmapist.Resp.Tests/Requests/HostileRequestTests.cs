using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Bitmapist.Resp.Requests;

namespace Bitmapist.Resp.Tests.Requests;

/// <summary>Memory follows the bytes received, and work is linear in them, whatever the client announces.</summary>
public sealed class HostileRequestTests
{
    private const int PieceBytes = 4096;

    [Theory]
    [InlineData("*1000000\r\n")]
    [InlineData("*2147483647\r\n$536870912\r\nabc")]
    [InlineData("*1\r\n$500000000\r\nabc")]
    public void Announcements_allocate_nothing(string announcement)
    {
        byte[] input = Encoding.ASCII.GetBytes(announcement);
        Feed(new RequestReader(), input, PieceBytes);
        var reader = new RequestReader();
        Bounds.AtMost(1024, AllocatedBytes(() => Feed(reader, input, PieceBytes)));
        Assert.Equal(input.Length, reader.BufferedBytes);
    }

    [Fact]
    public void Large_argument_in_pieces_costs_a_few_times_its_size()
    {
        const int PayloadBytes = 32 << 20;
        byte[] input = [.. "*1\r\n$33554432\r\n"u8, .. new byte[PayloadBytes], .. "\r\n"u8];
        var reader = new RequestReader();
        Bounds.AtMost(3L * PayloadBytes, AllocatedBytes(() => Assert.Equal(1, Feed(reader, input, PieceBytes))));
        Assert.Equal(PayloadBytes, reader.Request[0].Length);
    }

    [Fact]
    public void A_million_arguments_in_pieces_cost_a_few_times_their_size_in_bytes_and_in_work()
    {
        const int Arguments = 1_000_000;
        byte[] input = ManyArguments(Arguments);
        var reader = new RequestReader();
        Bounds.AtMost(8L * input.Length, AllocatedBytes(() => Assert.Equal(1, Feed(reader, input, PieceBytes))));
        AssertSearchedOnce(reader, input);
        Assert.Equal(Arguments, reader.Request.Count);
        Assert.Equal("k"u8, reader.Request[Arguments - 1]);
    }

    [Fact]
    public void Byte_by_byte_takes_little_work_too()
    {
        byte[] input = [.. ManyArguments(100_000), .. "*1"u8, .. Encoding.ASCII.GetBytes(new string('1', 60_000))];
        var reader = new RequestReader();
        Bounds.AtMost(8L * input.Length, AllocatedBytes(() => Assert.Equal(1, Feed(reader, input, 1))));
        AssertSearchedOnce(reader, input);
    }

    [Fact]
    public void Requests_inside_one_input_allocate_nothing()
    {
        byte[] input = ManyRequests(100);
        var reader = new RequestReader();
        Assert.Equal(100, Feed(reader, input, input.Length));
        Assert.Equal(0, AllocatedBytes(() => Feed(reader, input, input.Length)));
    }

    [Fact]
    public void Requests_cut_by_small_pieces_reuse_the_stash()
    {
        byte[] input = ManyRequests(100);
        var reader = new RequestReader();
        Assert.Equal(100, Feed(reader, input, 13));
        Assert.Equal(0, AllocatedBytes(() => Feed(reader, input, 13)));
    }

    [Fact]
    public void What_a_large_request_needed_is_given_back_with_the_next_read()
    {
        var reader = new RequestReader();
        WeakReference stash = StashOfLargeRequest(reader);
        GC.Collect();
        Assert.True(stash.IsAlive, "The request is valid until the next Read.");
        reader.Read("*1\r\n$4\r\nPING\r\n"u8.ToArray(), out _);
        GC.Collect();
        Assert.False(stash.IsAlive);
    }

    [Fact]
    public void What_a_long_inline_request_needed_is_given_back_with_the_next_cut_request()
    {
        var reader = new RequestReader();
        WeakReference arguments = ArgumentsOfLongInlineRequest(reader);
        Feed(reader, "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n"u8.ToArray(), 5);
        GC.Collect();
        Assert.False(arguments.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference StashOfLargeRequest(RequestReader reader)
    {
        Assert.Equal(1, Feed(reader, ManyArguments(10_000), PieceBytes));
        Assert.True(MemoryMarshal.TryGetArray(reader.Request.Memory(0), out ArraySegment<byte> stash));
        return new WeakReference(stash.Array);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ArgumentsOfLongInlineRequest(RequestReader reader)
    {
        Assert.Equal(1, Feed(reader, [.. Encoding.ASCII.GetBytes(new string('a', 50_000)), (byte)'\n'], PieceBytes));
        Assert.True(MemoryMarshal.TryGetArray(reader.Request.Memory(0), out ArraySegment<byte> arguments));
        return new WeakReference(arguments.Array);
    }

    private static byte[] ManyArguments(int count)
    {
        var input = new ArrayBufferWriter<byte>();
        input.Write(Encoding.ASCII.GetBytes($"*{count}\r\n"));
        for (int i = 0; i < count; i++) input.Write("$1\r\nk\r\n"u8);
        return input.WrittenSpan.ToArray();
    }

    private static byte[] ManyRequests(int count)
    {
        var input = new ArrayBufferWriter<byte>();
        for (int i = 0; i < count; i++) input.Write("*3\r\n$6\r\nGETBIT\r\n$1\r\nk\r\n$1\r\n7\r\n"u8);
        return input.WrittenSpan.ToArray();
    }

    private static int Feed(RequestReader reader, byte[] stream, int pieceBytes)
    {
        int requests = 0;
        for (int start = 0; start < stream.Length; start += pieceBytes)
        {
            ReadOnlyMemory<byte> piece = stream.AsMemory(start, Math.Min(pieceBytes, stream.Length - start));
            while (!piece.IsEmpty && reader.Read(piece, out int consumedBytes) == RequestStatus.Complete)
            {
                requests++;
                piece = piece[consumedBytes..];
            }
        }

        return requests;
    }

    /// <summary>
    /// Every byte is searched for the end of a line, and hardly any twice: what is left of a piece is searched on from
    /// where the search had come to.
    /// </summary>
    private static void AssertSearchedOnce(RequestReader reader, byte[] input) =>
        Assert.InRange(reader.SearchedBytes, input.Length / 3, 2L * input.Length);

    private static long AllocatedBytes(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
