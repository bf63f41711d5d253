using Bitmapist.Engine.Saving;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>Nobody listens.</summary>
internal sealed class NoEvents : IPersistenceEvents;
