using Bitmapist.Engine.Saving;

namespace Bitmapist.Durability.Tests.Faults;

/// <summary>Nobody to tell.</summary>
internal sealed class NoEvents : IPersistenceEvents;
