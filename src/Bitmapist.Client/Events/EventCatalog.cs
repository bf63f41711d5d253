namespace Bitmapist.Client.Events;

/// <summary>
/// Names that mean more than the event they spell: what a page or a form uses to turn chosen names into definitions.
/// Fill it first; reading it is then safe for several threads.
/// </summary>
public sealed class EventCatalog
{
    private readonly Dictionary<string, EventDefinition> _definitions = [];

    /// <summary>Names defined, in no order.</summary>
    public IReadOnlyCollection<string> Names => _definitions.Keys;

    /// <summary>Adds a definition under its own name; one of that name before is replaced.</summary>
    /// <param name="definition">The definition.</param>
    /// <returns>The catalogue, for further additions.</returns>
    public EventCatalog Add(EventDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _definitions[definition.Name] = definition;
        return this;
    }

    /// <summary>What a name means: its definition, else the plain event. O(1).</summary>
    /// <param name="name">A name, not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public EventDefinition Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _definitions.TryGetValue(name, out EventDefinition? definition) ? definition : EventDefinition.Of(name);
    }
}
