using Bitmapist.Server.Logging;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.State;

/// <summary>
/// What all clients together make the server hold beside the data: requests that have not arrived whole, transactions,
/// watched keys, replies that are not taken. Beyond <see cref="BytesMax"/> (Redis's maxmemory-clients) those who make
/// it hold most are cut off, since what would end otherwise is the server. Thread-safe.
/// </summary>
internal sealed class ClientMemory(ClientRegistry clients, ILogger logger)
{
    private readonly Lock _relieving = new();
    private long _bytes;
    private long _bytesMax;
    private long _cutOff;

    /// <summary>Bytes that clients may make the server hold; 0: any number.</summary>
    public long BytesMax
    {
        get => Volatile.Read(ref _bytesMax);
        set
        {
            Volatile.Write(ref _bytesMax, value);
            Look();
        }
    }

    /// <summary>Bytes held now, about.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Clients cut off since the start.</summary>
    public long CutOff => Volatile.Read(ref _cutOff);

    /// <summary>Replaces what was counted for a client by what it holds now.</summary>
    public void Settle(ref long counted, long bytes)
    {
        long more = bytes - Interlocked.Exchange(ref counted, bytes);
        Interlocked.Add(ref _bytes, more);
        if (more > 0) Look();
    }

    /// <summary>Cuts off a client whose transaction has more replies that are bytes than one may have.</summary>
    public void CutOffForReplies(ClientState client, long bytesMax)
    {
        if (!client.CutOff()) return;
        Interlocked.Increment(ref _cutOff);
        Log.TransactionCutOff(logger, client.Id, AddressOf(client), bytesMax);
    }

    private void Look()
    {
        if (BytesMax is not (> 0 and var max) || Bytes <= max || !_relieving.TryEnter()) return;
        try
        {
            CutOffLargest(max);
        }
        finally
        {
            _relieving.Exit();
        }
    }

    /// <summary>O(clients), while clients hold too much.</summary>
    private void CutOffLargest(long max)
    {
        (ClientState Client, long Bytes)[] largestFirst =
        [
            .. clients.InOrder.Where(client => !client.IsCutOff && (client.Modes & ClientModes.NoEvict) == 0)
                .Select(client => (client, client.HeldBytes))
                .OrderByDescending(client => client.HeldBytes),
        ];
        long left = largestFirst.Sum(client => client.Bytes);
        foreach ((ClientState client, long bytes) in largestFirst)
        {
            if (left <= max) return;
            if (!client.CutOff()) continue;
            left -= bytes;
            Interlocked.Increment(ref _cutOff);
            Log.ClientCutOff(logger, client.Id, AddressOf(client), bytes, max);
        }
    }

    private static string AddressOf(ClientState client) => client.RemoteEndPoint?.ToString() ?? "?";
}
