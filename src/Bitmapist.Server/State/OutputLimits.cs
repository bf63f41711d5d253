using System.Globalization;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.State;

/// <summary>A bound of client-output-buffer-limit.</summary>
/// <param name="HardBytes">At so many bytes a client is cut off at once; 0: never.</param>
/// <param name="SoftBytes">At so many it is if it stays there; 0: never.</param>
/// <param name="SoftSeconds">For how long it may.</param>
internal readonly record struct OutputLimit(long HardBytes, long SoftBytes, int SoftSeconds)
{
    public bool IsNone => HardBytes == 0 && SoftBytes == 0;
}

/// <summary>
/// How much may wait for a client that does not take it: client-output-buffer-limit. Looked at when something comes to
/// wait, and once a second for those who take nothing. Counted is what waits in this process's memory; beside it the
/// transport holds up to <see cref="ServerLimits.TransportBufferBytes"/>, and the system its socket buffer.
/// Thread-safe.
/// </summary>
internal sealed class OutputLimits(ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly OutputLimit[] _limits = [.. OutputLimitText.Defaults];
    private long _cutOff;

    /// <summary>Clients cut off since the start.</summary>
    public long CutOff => Volatile.Read(ref _cutOff);

    /// <summary>As CONFIG GET shows it.</summary>
    public string Text
    {
        get
        {
            lock (_gate) return OutputLimitText.Of(_limits);
        }
    }

    /// <summary>Takes new bounds, of one class or several: text that was checked.</summary>
    public void Set(string text)
    {
        lock (_gate) OutputLimitText.TryParse(text, _limits);
    }

    /// <summary>Cuts a client off for which too much waits. From any thread.</summary>
    public void Check(ClientState client)
    {
        OutputLimit limit = client.IsSubscriber ? _limits[OutputLimitText.PubSub] : _limits[OutputLimitText.Normal];
        if (limit.IsNone) return;
        long bytes = client.QueuedReplyBytes;
        bool isBeyond = limit.HardBytes > 0 && bytes >= limit.HardBytes;
        if (!isBeyond && (limit.SoftBytes == 0 || bytes < limit.SoftBytes))
        {
            client.SoftLimitSinceMs = 0;
            return;
        }

        if (!isBeyond)
        {
            long now = Environment.TickCount64;
            if (client.SoftLimitSinceMs == 0) client.SoftLimitSinceMs = now;
            isBeyond = now - client.SoftLimitSinceMs > limit.SoftSeconds * 1000L;
        }

        if (!isBeyond || !client.CutOff()) return;
        Interlocked.Increment(ref _cutOff);
        Log.OutputLimitReached(logger, client.Id, client.RemoteEndPoint?.ToString() ?? "?", bytes);
    }
}

/// <summary>client-output-buffer-limit as text: a class of clients, hard bytes, soft bytes, seconds; again.</summary>
internal static class OutputLimitText
{
    public const int Normal = 0;
    public const int PubSub = 2;
    private const int Replica = 1;
    private const int WordsPerClass = 4;
    private static readonly string[] s_classes = ["normal", "slave", "pubsub"];

    /// <summary>Redis's; of replicas there are none, and their bounds are only remembered.</summary>
    public static readonly OutputLimit[] Defaults =
        [default, new(256L << 20, 64L << 20, 60), new(32L << 20, 8L << 20, 60)];

    public static string Of(ReadOnlySpan<OutputLimit> limits)
    {
        var words = new List<string>();
        for (int i = 0; i < limits.Length; i++)
        {
            (long hard, long soft, int seconds) = limits[i];
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{s_classes[i]} {hard} {soft} {seconds}"));
        }

        return string.Join(' ', words);
    }

    /// <summary>Changes the bounds that a text names.</summary>
    /// <returns>Null, or what is wrong with it in Redis's words; some bounds may be changed then.</returns>
    public static string? TryParse(string text, Span<OutputLimit> limits)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length % WordsPerClass != 0) return "Wrong number of arguments in buffer limit configuration.";
        for (int i = 0; i < words.Length; i += WordsPerClass)
        {
            int clientClass = words[i].ToLowerInvariant() switch
            {
                "normal" => Normal,
                "slave" or "replica" => Replica,
                "pubsub" => PubSub,
                _ => -1,
            };
            if (clientClass < 0) return "Invalid client class specified in buffer limit configuration.";
            if (!MemorySize.TryParse(words[i + 1], out long hard) || !MemorySize.TryParse(words[i + 2], out long soft)
                || !int.TryParse(words[i + 3], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
                return "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
            limits[clientClass] = new OutputLimit(hard, soft, seconds);
        }

        return null;
    }
}
