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

    /// <summary>Keys that something is remembered for: results, and what they were made of.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _results.Count + _madeOf.Count;
        }
    }

    /// <summary>A result made by this client that the server should still have, or null.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="lifetimeMin">
    /// What it must have been made to last at least: one made while its periods were in progress may lack marks that
    /// were made since, and must not become part of one that stands for periods that are over.
    /// </param>
    public MadeResult? Find(string key, TimeSpan lifetimeMin)
    {
        lock (_gate)
        {
            return _results.TryGetValue(key, out MadeResult? result) && result.IsThere
                && result.Lifetime >= lifetimeMin && RestOf(result) > s_margin ? result : null;
        }
    }

    /// <summary>Notes that an operation is about to be sent.</summary>
    /// <param name="key">Where its result goes.</param>
    /// <param name="sources">The keys it is made of.</param>
    /// <param name="reused">Those of them that are results made earlier: it is used no longer than they are.</param>
    /// <param name="lifetime">How long the server is told to keep it.</param>
    public MadeResult Note(
        string key, IReadOnlyList<string> sources, IEnumerable<MadeResult> reused, TimeSpan lifetime)
    {
        TimeSpan use = lifetime;
        foreach (MadeResult source in reused)
            if (RestOf(source) is var rest && rest < use) use = rest;
        var result = new MadeResult(key, time.GetTimestamp(), sources, lifetime, use);
        lock (_gate)
        {
            if (_results.Count >= ResultsMax) Clear();
            Remove(key);
            _results.Add(key, result);
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
            // An empty one stays noted: a mark of its sources must reach, through it, what was made of it.
            result.IsThere = lengthBytes > 0;
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

    private TimeSpan RestOf(MadeResult result) => result.Use - time.GetElapsedTime(result.MadeAt);

    private void Forget(string key)
    {
        Remove(key);
        if (!_madeOf.Remove(key, out HashSet<string>? made)) return;
        foreach (string result in made) Forget(result);
    }

    /// <summary>Removes a result, and it from what its sources went into.</summary>
    private void Remove(string key)
    {
        if (!_results.Remove(key, out MadeResult? result)) return;
        foreach (string source in result.Sources)
        {
            if (_madeOf.TryGetValue(source, out HashSet<string>? made) && made.Remove(key) && made.Count == 0)
                _madeOf.Remove(source);
        }
    }

    private void Clear()
    {
        _results.Clear();
        _madeOf.Clear();
    }
}

/// <summary>A result of a bit operation, as <see cref="ResultCache"/> remembers it.</summary>
/// <param name="key">Its key.</param>
/// <param name="madeAt">The clock's timestamp when the operation was about to be sent.</param>
/// <param name="sources">The keys it was made of.</param>
/// <param name="lifetime">How long the server was told to keep it.</param>
/// <param name="use">How long it may be used: no longer than the results that it was made of.</param>
internal sealed class MadeResult(
    string key, long madeAt, IReadOnlyList<string> sources, TimeSpan lifetime, TimeSpan use)
{
    public string Key => key;

    public long MadeAt => madeAt;

    public IReadOnlyList<string> Sources => sources;

    public TimeSpan Lifetime => lifetime;

    public TimeSpan Use => use;

    /// <summary>Whether the server has said that it made it. Guarded by the cache's lock.</summary>
    public bool IsThere { get; set; }
}
