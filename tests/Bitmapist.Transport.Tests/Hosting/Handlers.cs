using System.Buffers;
using System.IO.Pipelines;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Tests.Hosting;

/// <summary>What test servers do with a connection.</summary>
internal static class Handlers
{
    /// <summary>Sends back whatever comes.</summary>
    public static async Task EchoAsync(TransportConnection connection)
    {
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in read.Buffer) connection.Output.Write(segment.Span);
            connection.Input.AdvanceTo(read.Buffer.End);
            FlushResult flush = await connection.Output.FlushAsync();
            if (read.IsCompleted || read.IsCanceled || flush.IsCompleted) return;
        }
    }

    /// <summary>Sends back whole lines, and leaves what is no line yet where it is.</summary>
    public static async Task EchoLinesAsync(TransportConnection connection)
    {
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                ReadOnlySequence<byte> line = rest.Slice(0, rest.GetPosition(1, end));
                foreach (ReadOnlyMemory<byte> segment in line) connection.Output.Write(segment.Span);
                rest = rest.Slice(line.End);
            }

            connection.Input.AdvanceTo(rest.Start, rest.End);
            await connection.Output.FlushAsync();
            if (read.IsCompleted) return;
        }
    }

    /// <summary>
    /// Sends back whatever comes, taking any number of bytes at a time, writing them in pieces of any size with any
    /// size asked for, and going on, now and then, on another thread.
    /// </summary>
    public static async Task EchoErraticallyAsync(TransportConnection connection, int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
            ReadOnlySequence<byte> taken = read.Buffer;
            if (!read.IsCompleted && random.Next(3) == 0) taken = taken.Slice(0, random.NextInt64(taken.Length + 1));
            WriteErratically(connection.Output, taken, random);
            // What was left counts as looked at: the next read waits for more, or for the end.
            bool isAllLookedAt = taken.IsEmpty || random.Next(2) == 0;
            connection.Input.AdvanceTo(taken.End, isAllLookedAt && !read.IsCompleted ? read.Buffer.End : taken.End);
            if (random.Next(8) == 0) await Task.Yield();
            await connection.Output.FlushAsync().ConfigureAwait(false);
            if (read.IsCompleted) return;
        }
    }

    private static void WriteErratically(PipeWriter output, ReadOnlySequence<byte> bytes, Random random)
    {
        while (!bytes.IsEmpty)
        {
            int hint = random.Next(4) == 0 ? random.Next(40_000) : 0;
            Span<byte> span = output.GetSpan(hint);
            Assert.True(span.Length >= Math.Max(hint, 1));
            int count = (int)Math.Min(random.Next(1, span.Length + 1), bytes.Length);
            bytes.Slice(0, count).CopyTo(span);
            output.Advance(count);
            bytes = bytes.Slice(count);
        }
    }
}
