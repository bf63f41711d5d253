using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;
using Bitmapist.Client.Keys;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Asking;

/// <summary>
/// One batch of questions on its way: the bit operations they need, each sent once however many questions share it,
/// and what to do with the replies. Built by one thread, sent once.
/// </summary>
/// <remarks>
/// A result made earlier is used again without being asked for, and its existence is checked at the end of the same
/// batch: it may have been deleted by another client, or expired. Then the exchange counts for nothing, and
/// <see cref="SendAsync"/> says so.
/// </remarks>
internal sealed class Exchange(AskingContext context, bool mayReuse)
{
    private const int RequestsMax = 8_192;
    private const int WireBytesMax = 1024 * 1024;

    // Reads, and operations that come to the same when repeated.
    private readonly RequestBatch _batch = new() { IsRepeatable = true };
    private readonly HashSet<string> _made = [];
    private readonly Dictionary<string, MadeResult> _results = []; // reused or made here
    private readonly HashSet<string> _reused = [];
    private readonly DateTimeOffset _now = context.Time.GetUtcNow();
    private readonly List<PendingReply> _pending = [];
    // Names of nested results are long and shared by many questions; the same set is the same object there.
    private readonly Dictionary<EventSet, ResultName> _names = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether nothing more should be added; what is there can be sent all the same.</summary>
    public bool IsFull => _batch.Count >= RequestsMax || _batch.Wire.Length >= WireBytesMax;

    /// <summary>Whether there is nothing to send.</summary>
    public bool IsEmpty => _batch.Count == 0;

    /// <summary>Adds the operations that a set needs, operands first.</summary>
    /// <returns>The key that holds the set's ids when they have run.</returns>
    public string Prepare(EventSet set) => Prepare(set, TimeSpan.Zero);

    /// <summary>Adds a request about a key, and what to do with its reply, which is no error.</summary>
    public void Ask(string command, string key, Action<Reply> read)
    {
        Ask(_batch.Begin(command, 1).Add(key), $"{command} {key}", read);
    }

    /// <summary>Adds a request about a key and a number.</summary>
    public void Ask(string command, string key, long number, Action<Reply> read)
    {
        Ask(_batch.Begin(command, 2).Add(key).Add(number), $"{command} {key}", read);
    }

    /// <summary>
    /// Adds requests for a part of a key's bytes, for their number, and for the first bit set behind the part; errors
    /// are handed over.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="first">The first byte.</param>
    /// <param name="last">The last byte, included.</param>
    /// <param name="read">Takes the replies of GETRANGE, STRLEN and BITPOS.</param>
    public void AskWindow(string key, long first, long last, Action<Reply, Reply, Reply> read)
    {
        Reply? range = null, length = null;
        Ask(_batch.Begin("GETRANGE", 3).Add(key).Add(first).Add(last), "", reply => range = reply);
        Ask(_batch.Begin("STRLEN", 1).Add(key), "", reply => length = reply);
        Ask(_batch.Begin("BITPOS", 3).Add(key).Add(1).Add(last + 1), "", reply => read(range!, length!, reply));
    }

    /// <summary>Sends it and reads the replies.</summary>
    /// <returns>False when a result counted on was gone: the answers read so far are void, ask again.</returns>
    /// <exception cref="BitmapistException">The server refused, or could not be asked.</exception>
    public async ValueTask<bool> SendAsync(CancellationToken cancellationToken)
    {
        if (_reused.Count > 0)
        {
            _batch.Begin("EXISTS", _reused.Count);
            foreach (string key in _reused) _batch.Add(key);
        }

        IReadOnlyList<Reply> replies =
            await context.Channel.SendAsync(_batch, SendMode.Pipeline, cancellationToken).WithoutPool();
        if (_reused.Count > 0
            && replies[^1].Checked("EXISTS").Read("EXISTS", reply => reply.AsInteger()) != _reused.Count)
        {
            context.Results.Forget(_reused);
            return false;
        }

        foreach (PendingReply pending in _pending) Read(pending, replies[pending.Index]);
        return true;
    }

    /// <param name="set">The set.</param>
    /// <param name="lifetimeMin">What an earlier result must have been made to last, to be used.</param>
    private string Prepare(EventSet set, TimeSpan lifetimeMin)
    {
        EventShape shape = set.Shape;
        if (shape is EventShape.Stored stored) return context.Keys.Of(stored);
        var computed = (EventShape.Computed)shape;
        string key = NameOf(set, computed).Key;
        if (_made.Contains(key)) return key;
        TimeSpan lifetime = set.IsOver(_now) ? AskingContext.LifetimeWhenOver : AskingContext.LifetimeInProgress;
        if (mayReuse && context.ResultsExpire && context.Results.Find(key, lifetimeMin) is { } earlier)
        {
            _reused.Add(key);
            _results[key] = earlier;
            return key;
        }

        var sources = new string[computed.Operands.Count];
        for (int i = 0; i < sources.Length; i++) sources[i] = Prepare(computed.Operands[i], lifetime);
        _made.Add(key);
        if (context.ResultsExpire) AddExpiring(computed.Operation, key, sources, lifetime);
        else AddLasting(computed.Operation, key, sources);
        return key;
    }

    private static void Read(PendingReply pending, Reply reply)
    {
        (pending.Request.Length > 0 ? reply.Checked(pending.Request) : reply).Read(pending.Request, checkedReply =>
        {
            pending.Read(checkedReply);
            return 0;
        });
    }

    private ResultName NameOf(EventSet set) => NameOf(set, set.Shape);

    private ResultName NameOf(EventSet set, EventShape shape)
    {
        if (!_names.TryGetValue(set, out ResultName name)) _names[set] = name = context.Keys.NameOf(shape, NameOf);
        return name;
    }

    /// <summary>bitmapist 3: the result stays until this client deletes it.</summary>
    private void AddLasting(BitOperation operation, string key, string[] sources)
    {
        context.Runtime.Add(key);
        AddOperation(operation, key, sources);
        _pending.Add(new PendingReply(_batch.Count - 1, $"BITOP into {key}", static _ => { }));
    }

    /// <summary>bitmapist4: the result never exists without an expiry time.</summary>
    private void AddExpiring(BitOperation operation, string key, string[] sources, TimeSpan lifetime)
    {
        MadeResult result = context.Results.Note(
            key, sources, sources.Select(source => _results.GetValueOrDefault(source)).OfType<MadeResult>(), lifetime);
        _results[key] = result;
        int first = _batch.Count;
        _batch.Begin("MULTI", 0);
        AddOperation(operation, key, sources);
        _batch.Begin("EXPIRE", 2).Add(key).Add((long)lifetime.TotalSeconds);
        _batch.Begin("EXEC", 0);
        // What is wrong with a request shows when it is queued; EXEC then only says that something was.
        _pending.Add(new PendingReply(first, $"MULTI before BITOP into {key}", static _ => { }));
        _pending.Add(new PendingReply(first + 1, $"BITOP into {key}", static _ => { }));
        _pending.Add(new PendingReply(first + 2, $"EXPIRE {key}", static _ => { }));
        _pending.Add(new PendingReply(_batch.Count - 1, $"a transaction around BITOP into {key}", outcome =>
        {
            IReadOnlyList<Reply> replies = outcome.Items;
            context.Results.Complete(result, replies[0].Checked($"BITOP into {key}").AsInteger());
            replies[1].Checked($"EXPIRE {key}");
        }));
    }

    private void AddOperation(BitOperation operation, string key, string[] sources)
    {
        _batch.Begin("BITOP", 2 + sources.Length).Add(KeyNames.NameOf(operation)).Add(key);
        foreach (string source in sources) _batch.Add(source);
    }

    private void Ask(RequestBatch batch, string request, Action<Reply> read) =>
        _pending.Add(new PendingReply(batch.Count - 1, request, read));

    /// <summary>A reply that someone waits for.</summary>
    /// <param name="Index">Which of the batch's replies.</param>
    /// <param name="Request">Names the request in the error; empty where errors are handed over.</param>
    /// <param name="Read">Takes it.</param>
    private readonly record struct PendingReply(int Index, string Request, Action<Reply> Read);
}
