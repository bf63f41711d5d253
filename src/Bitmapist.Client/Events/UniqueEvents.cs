using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>
/// Everyone who ever had the event, or has the attribute: a flag without a date, such as <c>premium</c> or the side of
/// an A/B test.
/// </summary>
public sealed record UniqueEvents : EventSet
{
    /// <summary>Names a flag.</summary>
    /// <param name="name">The event's or attribute's name, not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public UniqueEvents(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>Null: a flag has no date.</summary>
    public override EventPeriod? Period => null;

    internal override ExpressionSize Size => ExpressionSize.OfKey(Name);

    internal override EventShape Shape => new EventShape.Stored(Name, "u");

    /// <summary>The same set: a flag does not move in time.</summary>
    /// <param name="periods">Not used.</param>
    public override UniqueEvents Shift(int periods) => this;

    /// <inheritdoc cref="Shift"/>
    public override UniqueEvents Previous() => this;

    /// <inheritdoc cref="Shift"/>
    public override UniqueEvents Next() => this;

    /// <summary>False: a flag can be set at any time.</summary>
    /// <param name="now">Not used.</param>
    public override bool IsOver(DateTimeOffset now) => false;

    internal override void AppendTo(StringBuilder text, Precedence surroundings) =>
        AppendCall(text, nameof(UniqueEvents), Name);
}
