using Bitmapist.Client.Events;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Asking;

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
