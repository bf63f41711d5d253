namespace Bitmapist.Client.Cohorts;

/// <summary>An event that people may choose in a form.</summary>
/// <param name="Label">What they read: "Are active".</param>
/// <param name="Name">What is sent: the event's name, or one of the catalogue's.</param>
public sealed record EventChoice(string Label, string Name);
