using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Connections;

/// <summary>
/// A connection's <see cref="PushQueue"/>, made when somebody first has something for the client, and its way to the
/// output. Any thread adds and wakes; the rest is the connection's own thread's.
/// </summary>
/// <param name="client">The connection.</param>
/// <param name="output">Where messages go.</param>
/// <param name="sender">Sends what the transport should not hold.</param>
/// <param name="wakeReader">Ends a pending read of requests, or the next one; from any thread.</param>
internal sealed class ClientPushes(ClientState client, OutboundQueue output, ReplySender sender, Action wakeReader)
{
    private PushQueue? _queue; // null: nobody ever pushed anything
    private TaskCompletionSource? _wake; // ends a wait that is for something else

    /// <summary>There are messages.</summary>
    public bool IsWaiting => _queue is { IsWaiting: true };

    /// <summary>Bytes of the messages that wait. From any thread.</summary>
    public long Bytes => Volatile.Read(ref _queue)?.Bytes ?? 0;

    /// <summary>Adds a message. From any thread.</summary>
    public void Add(byte[] message, bool isGone)
    {
        PushQueue? queue = Volatile.Read(ref _queue);
        if (queue is null)
        {
            PushQueue made = new(Wake);
            queue = Interlocked.CompareExchange(ref _queue, made, null) ?? made;
        }

        if (isGone) queue.Close();
        queue.Add(message);
    }

    /// <summary>Has the connection look whether there is something to do. From any thread.</summary>
    public void Wake()
    {
        Volatile.Read(ref _wake)?.TrySetResult();
        wakeReader();
    }

    /// <summary>What <see cref="Wake"/> completes, for a connection that does not read meanwhile.</summary>
    public Task WakeAlso()
    {
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _wake, wake);
        return wake.Task;
    }

    /// <summary>Writes all messages, in front of a reply.</summary>
    public void WriteAll(RespWriter reply) => _queue?.Write(reply, long.MaxValue);

    /// <summary>Writes messages that wait, as much as the transport may hold.</summary>
    /// <returns>Whether that is all of them; else what is written is to be sent first.</returns>
    public bool TryWrite()
    {
        _queue!.Write(new RespWriter(output.Writer, client.Version), ServerLimits.StreamPieceBytes);
        return !_queue.IsWaiting && output.UnflushedBytes <= ServerLimits.TransportBufferBytes;
    }

    /// <summary>Writes all messages that wait; what the transport should not hold is sent meanwhile.</summary>
    public async ValueTask WriteAllAsync()
    {
        while (IsWaiting && !client.IsClosing && !output.IsClosed)
            if (!TryWrite()) await sender.SendNowAsync().ConfigureAwait(false);
    }

    /// <summary>Drops what waits, and what is still to come. From any thread.</summary>
    public void Close() => Volatile.Read(ref _queue)?.Close();
}
