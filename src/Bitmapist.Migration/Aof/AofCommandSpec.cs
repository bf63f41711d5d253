namespace Bitmapist.Migration.Aof;

/// <summary>How a command is replayed.</summary>
/// <param name="CountMin">Its least arguments, the name counted.</param>
/// <param name="Run">Applies it.</param>
internal sealed record AofCommandSpec(int CountMin, Action<AofReplay, AofCommand> Run);
