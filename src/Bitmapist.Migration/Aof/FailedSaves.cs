using System.Runtime.ExceptionServices;
using Bitmapist.Engine.Durability;

namespace Bitmapist.Migration.Aof;

/// <summary>Keeps why a save failed, for the thread that replays. Any thread.</summary>
internal sealed class FailedSaves : IPersistenceEvents
{
    private volatile Exception? _failure;

    /// <summary>Throws what a save failed with.</summary>
    public void Throw()
    {
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    public void SaveFailed(Exception failure) => _failure = failure;
}
