using System.Diagnostics;

namespace Bitmapist.Client.Asking;

/// <summary>
/// Results of bit operations that this client made and the server still has, so that the operation need not be sent
/// again (bitmapist4). Knows which keys each was made of: a mark of one makes this client forget the result, so its
/// questions see its own marks at once; marks of other clients show when the result expires. Safe for concurrent use;
/// work is held under one lock for as long as it takes to look at a few entries.
/// </summary>
/// <remarks>
/// A result is noted when its operation is about to be sent and counts from the reply on, if it is still noted then. A
/// mark forgets results before it is sent and after it is answered. So a result that may have missed a mark is never
/// used: had its operation been sent before the mark's answer, it was noted before the second forgetting.
/// </remarks>
internal sealed class ResultCache(TimeProvider time)
{
    /// <summary>Results remembered; beyond, all are forgotten, which costs one operation each.</summary>
    public const int ResultsMax = 20_000;

    // Left of a result's life when it is used a last time: the server's clock started it later than ours, but a
    // request may wait in queues before it runs. What expires all the same is noticed (see Exchange).
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MadeResult> _results = [];
    private readonly Dictionary<string, HashSet<string>> _madeOf = []; // source key → destinations

    /// <summary>Whether the server should still have a result made by this client.</summary>
    public bool Has(string key)
    {
        lock (_gate)
        {
            return _results.TryGetValue(key, out MadeResult? result)
                && result.IsThere && time.GetElapsedTime(result.MadeAt) < result.Lifetime - s_margin;
        }
    }

    /// <summary>Notes that an operation is about to be sent.</summary>
    public MadeResult Note(string key, IReadOnlyList<string> sources, TimeSpan lifetime)
    {
        var result = new MadeResult(key, time.GetTimestamp(), lifetime);
        lock (_gate)
        {
            if (_results.Count >= ResultsMax) Clear();
            _results[key] = result;
            foreach (string source in sources)
            {
                if (!_madeOf.TryGetValue(source, out HashSet<string>? made)) _madeOf[source] = made = [];
                made.Add(key);
            }
        }

        return result;
    }

    /// <summary>Takes the operation's reply: from now on the result may be used, if nothing forgot it.</summary>
    /// <param name="result">What <see cref="Note"/> gave.</param>
    /// <param name="lengthBytes">BITOP's reply; 0 when there is no result, its sources being empty.</param>
    public void Complete(MadeResult result, long lengthBytes)
    {
        lock (_gate)
        {
            Debug.Assert(!result.IsThere, "A result is completed once.");
            if (!_results.TryGetValue(result.Key, out MadeResult? noted) || noted != result) return;
            if (lengthBytes > 0) result.IsThere = true;
            else _results.Remove(result.Key);
        }
    }

    /// <summary>Forgets every result that was made of some keys, directly or not, and those keys as results.</summary>
    public void Forget(IEnumerable<string> keys)
    {
        lock (_gate)
        {
            if (_results.Count == 0) return;
            foreach (string key in keys) Forget(key);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void ForgetAll()
    {
        lock (_gate) Clear();
    }

    private void Forget(string key)
    {
        _results.Remove(key);
        if (!_madeOf.Remove(key, out HashSet<string>? made)) return;
        foreach (string result in made) Forget(result);
    }

    private void Clear()
    {
        _results.Clear();
        _madeOf.Clear();
    }
}
