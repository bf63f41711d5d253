using Bitmapist.Transport.Contract;
namespace Bitmapist.Transport.Tests.Hosting;

/// <summary>Tests that measure or exhaust what the whole process shares run after all others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = nameof(Alone);
}
