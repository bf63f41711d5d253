using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Asking;

/// <summary>
/// Several questions asked in one round trip. Add them, send them, read the answers. Bit operations that several
/// questions share are sent once. Used by one thread at a time, and sent once.
/// </summary>
/// <remarks>
/// Very many questions (some thousands) are sent in several batches, one after another, so that neither side needs
/// unbounded buffers.
/// </remarks>
public sealed class Questions
{
    private readonly AskingContext _context;
    private readonly List<Action<Exchange>> _questions = [];
    private readonly List<Action> _conclusions = [];
    private bool _isSent;

    internal Questions(AskingContext context) => _context = context;

    /// <summary>Questions added.</summary>
    public int Count => _questions.Count;

    /// <summary>Asks how many ids a set has. The server's work: one BITOP per operator, then BITCOUNT.</summary>
    /// <param name="set">The set.</param>
    /// <exception cref="InvalidOperationException">The questions were sent already.</exception>
    public Answer<long> CountOf(EventSet set)
    {
        var answer = new Answer<long>();
        Add(set, exchange =>
            exchange.Ask("BITCOUNT", exchange.Prepare(set), reply => answer.Set(reply.AsInteger())));
        return answer;
    }

    /// <summary>Asks whether a set has any id: as <see cref="CountOf"/>, and more than none.</summary>
    /// <param name="set">The set.</param>
    /// <exception cref="InvalidOperationException">The questions were sent already.</exception>
    public Answer<bool> AnyIn(EventSet set)
    {
        var answer = new Answer<bool>();
        Add(set, exchange =>
            exchange.Ask("BITCOUNT", exchange.Prepare(set), reply => answer.Set(reply.AsInteger() > 0)));
        return answer;
    }

    /// <summary>
    /// Asks whether an id is in a set: one GETBIT per stored key that the set is made of, and no BITOP, so the answer
    /// is never an old one.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="id">The id, 0 … 2^32−1.</param>
    /// <exception cref="InvalidOperationException">The questions were sent already.</exception>
    public Answer<bool> Contains(EventSet set, uint id)
    {
        var answer = new Answer<bool>();
        var membership = new Membership(_context, set, id);
        Add(set, membership.AskFor);
        _conclusions.Add(() => answer.Set(membership.Evaluate()));
        return answer;
    }

    /// <inheritdoc cref="Contains(EventSet, uint)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public Answer<bool> Contains(EventSet set, long id) => Contains(set, CheckedId.Of(id));

    /// <summary>Asks for a set's ids as a bitmap: up to 512 MB.</summary>
    /// <param name="set">The set.</param>
    /// <exception cref="InvalidOperationException">The questions were sent already.</exception>
    public Answer<IdBitmap> BitmapOf(EventSet set)
    {
        var answer = new Answer<IdBitmap>();
        Add(set, exchange => exchange.Ask("GET", exchange.Prepare(set),
            reply => answer.Set(reply.IsNull ? IdBitmap.Empty : new IdBitmap(reply.AsBytes()))));
        return answer;
    }

    /// <summary>Sends the questions; afterwards every answer is there.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="InvalidOperationException">The questions were sent already.</exception>
    /// <exception cref="BitmapistException">The server refused one, or could not be asked: some answers are missing
    /// then.</exception>
    public Task SendAsync(CancellationToken cancellationToken = default) =>
        CallerTask.From(SendWithinAsync(cancellationToken));

    /// <summary>
    /// <see cref="SendAsync(CancellationToken)"/> for this library's own use: see <see cref="CallerTask"/>.
    /// </summary>
    internal async Task SendWithinAsync(CancellationToken cancellationToken)
    {
        ThrowIfSent();
        _isSent = true;
        bool isUpToDate = await SendAsync(mayReuse: true, cancellationToken).WithoutPool();
        // A result counted on was gone. Without reliance on any, there is nothing left to be wrong about.
        if (!isUpToDate) await SendAsync(mayReuse: false, cancellationToken).WithoutPool();
        foreach (Action conclude in _conclusions) conclude();
    }

    private async ValueTask<bool> SendAsync(bool mayReuse, CancellationToken cancellationToken)
    {
        var exchange = new Exchange(_context, mayReuse);
        foreach (Action<Exchange> question in _questions)
        {
            question(exchange);
            if (!exchange.IsFull) continue;
            if (!await exchange.SendAsync(cancellationToken).WithoutPool()) return false;
            exchange = new Exchange(_context, mayReuse);
        }

        return exchange.IsEmpty || await exchange.SendAsync(cancellationToken).WithoutPool();
    }

    private void Add(EventSet set, Action<Exchange> question)
    {
        ArgumentNullException.ThrowIfNull(set);
        ThrowIfSent();
        _context.Keys.Check(set);
        _questions.Add(question);
    }

    private void ThrowIfSent()
    {
        if (_isSent) throw new InvalidOperationException("The questions were sent already.");
    }
}

/// <summary>What a question of <see cref="Questions"/> was answered with, once they were sent.</summary>
/// <typeparam name="T">The kind of answer.</typeparam>
public sealed class Answer<T>
{
    private T? _value;

    internal Answer()
    {
    }

    /// <summary>Whether the answer has come.</summary>
    public bool IsThere { get; private set; }

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">The questions were not sent yet, or without success.</exception>
    public T Value => IsThere ? _value! : throw new InvalidOperationException("The question was not answered yet.");

    internal void Set(T value)
    {
        _value = value;
        IsThere = true;
    }
}

/// <summary>
/// Whether an id is in a set, told from the id's bit in every stored key the set is made of: one GETBIT each instead of
/// bit operations over whole bitmaps, nothing to expire or to delete, and always the present state. Answers
/// one question.
/// </summary>
internal sealed class Membership(AskingContext context, EventSet set, uint id)
{
    private const int BitsPerByte = 8;

    private readonly Dictionary<string, bool> _bits = [];
    private readonly Dictionary<string, long> _lengths = [];

    /// <summary>
    /// Adds the requests that the answer needs, each once. May be called anew with another exchange, when the replies
    /// of the one before are void.
    /// </summary>
    public void AskFor(Exchange exchange)
    {
        _bits.Clear();
        _lengths.Clear();
        AskFor(exchange, set, needsLength: false);
    }

    /// <summary>The answer, once the replies are there.</summary>
    public bool Evaluate() => IsIn(set);

    private void AskFor(Exchange exchange, EventSet part, bool needsLength)
    {
        if (part.Shape is EventShape.Computed computed)
        {
            bool isNot = computed.Operation == BitOperation.Not;
            foreach (EventSet operand in computed.Operands) AskFor(exchange, operand, needsLength || isNot);
            return;
        }

        string key = KeyOf(part);
        if (_bits.TryAdd(key, false))
            exchange.Ask("GETBIT", key, id, reply => _bits[key] = reply.AsInteger() == 1);
        if (needsLength && _lengths.TryAdd(key, 0))
            exchange.Ask("STRLEN", key, reply => _lengths[key] = reply.AsInteger());
    }

    private bool IsIn(EventSet part)
    {
        if (part.Shape is not EventShape.Computed computed) return _bits[KeyOf(part)];
        IReadOnlyList<EventSet> operands = computed.Operands;
        return computed.Operation switch
        {
            BitOperation.And => operands.All(IsIn),
            BitOperation.Or => operands.Any(IsIn),
            BitOperation.Xor => operands.Count(IsIn) % 2 == 1,
            // BITOP NOT complements up to the operand's last byte.
            _ => id / BitsPerByte < LengthOf(operands[0]) && !IsIn(operands[0]),
        };
    }

    /// <summary>Bytes of a set's key: BITOP pads to its longest operand.</summary>
    private long LengthOf(EventSet part) => part.Shape is EventShape.Computed computed
        ? computed.Operands.Max(LengthOf) : _lengths[KeyOf(part)];

    private string KeyOf(EventSet part) => context.Keys.Of((EventShape.Stored)part.Shape);
}
