using System.Reflection;

namespace Bitmapist.Server.Settings;

/// <summary>What the server says it is.</summary>
internal static class ServerVersion
{
    /// <summary>The releases of Redis that replies follow, unless a command's declaration says otherwise.</summary>
    public const string RedisReleases = "7.0";

    /// <summary>
    /// The Redis whose behaviour ours is: in HELLO and INFO, where clients look it up to choose what to send.
    /// </summary>
    public const string Redis = RedisReleases + ".15";

    /// <summary>Our own version, as in Directory.Build.props, without the commit that a build may append.</summary>
    public static readonly string Bitmapist = ReadOwn();

    private static string ReadOwn()
    {
        string version = typeof(ServerVersion).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        int commit = version.IndexOf('+', StringComparison.Ordinal);
        return commit < 0 ? version : version[..commit];
    }
}
