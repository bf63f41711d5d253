namespace Bitmapist.Client.Events;

/// <summary>What an event set is to a server: a stored key, or an operation over other sets.</summary>
internal abstract record EventShape
{
    private EventShape()
    {
    }

    /// <summary>A key that marks are stored under: prefix, name, underscore, suffix.</summary>
    internal sealed record Stored(string Name, string Suffix) : EventShape;

    /// <summary>The result of an operation; of one operand only for <see cref="BitOperation.Not"/>.</summary>
    internal sealed record Computed(BitOperation Operation, IReadOnlyList<EventSet> Operands) : EventShape;
}
