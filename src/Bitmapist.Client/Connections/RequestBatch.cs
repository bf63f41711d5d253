using System.Buffers;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Connections;

/// <summary>
/// Requests in the protocol's form, one behind another in one buffer, ready to be sent in one piece. Filled by one
/// thread, then sent; may be cleared and filled anew once the send has completed.
/// </summary>
internal sealed class RequestBatch
{
    private readonly ArrayBufferWriter<byte> _wire = new(256);

    /// <summary>Requests in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Whether it does not matter how often the requests run, or how late: reads, and writes such as SETBIT that come
    /// to the same when repeated. If the connection is lost before every reply is there, such a batch is sent again
    /// from its start, instead of failing with <see cref="ConnectionLostException"/>. The replies are then those of the
    /// last run: a SETBIT that took effect before the loss reports the bit as set already. Default false.
    /// </summary>
    public bool IsRepeatable { get; set; }

    /// <summary>The requests as they go over the wire.</summary>
    public ReadOnlyMemory<byte> Wire => _wire.WrittenMemory;

    /// <summary>Opens a request; exactly <paramref name="arguments"/> calls of Add must follow.</summary>
    /// <param name="command">The command's name.</param>
    /// <param name="arguments">Arguments behind the name.</param>
    public RequestBatch Begin(string command, int arguments)
    {
        RequestWriter.WriteHeader(_wire, arguments + 1);
        RequestWriter.WriteArgument(_wire, command);
        Count++;
        return this;
    }

    /// <summary>Adds an argument of bytes.</summary>
    public RequestBatch Add(ReadOnlySpan<byte> argument)
    {
        RequestWriter.WriteArgument(_wire, argument);
        return this;
    }

    /// <summary>Adds an argument of text, as UTF-8.</summary>
    public RequestBatch Add(string argument)
    {
        RequestWriter.WriteArgument(_wire, argument);
        return this;
    }

    /// <summary>Adds a number in decimal digits.</summary>
    public RequestBatch Add(long argument)
    {
        RequestWriter.WriteArgument(_wire, argument);
        return this;
    }

    /// <summary>Empties the batch and keeps its buffer; it is no longer repeatable.</summary>
    public void Clear()
    {
        _wire.ResetWrittenCount();
        Count = 0;
        IsRepeatable = false;
    }
}

/// <summary>How a batch runs on the server.</summary>
internal enum SendMode
{
    /// <summary>One request after another; those of other clients may come between.</summary>
    Pipeline,

    /// <summary>Between MULTI and EXEC: all or nothing, and nothing in between.</summary>
    Transaction,
}
