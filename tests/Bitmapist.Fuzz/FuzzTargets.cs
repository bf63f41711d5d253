using Bitmapist.Fuzz.Targets;

namespace Bitmapist.Fuzz;

/// <summary>Every target there is; the command line and the tests take them from here.</summary>
public static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new RequestTarget(), new ReplyTarget(), new DatabaseTarget(), new LogTarget(), new RdbTarget(), new AofTarget(),
        new BoltTarget(), new RoaringTarget(), new PayloadTarget(), new AclTarget(),
        new SettingsTarget(),
    ];

    public static IFuzzTarget Named(string name) =>
        All.FirstOrDefault(target => target.Name == name) ??
        throw new ArgumentException($"No fuzz target {name} in: {string.Join(", ", All.Select(t => t.Name))}.");
}
