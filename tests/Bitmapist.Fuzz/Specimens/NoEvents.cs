using Bitmapist.Engine.Durability;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>Nobody listens.</summary>
internal sealed class NoEvents : IPersistenceEvents;
