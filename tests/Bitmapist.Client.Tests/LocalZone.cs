using System.Runtime.CompilerServices;

namespace Bitmapist.Client.Tests;

/// <summary>
/// Gives these tests a local zone far from UTC, before anything asks for it. Where they are the same, as on most
/// servers, a time that is silently taken for local would not show.
/// </summary>
internal static class LocalZone
{
    [ModuleInitializer]
    internal static void Set()
    {
        Environment.SetEnvironmentVariable("TZ", "Pacific/Kiritimati"); // UTC+14, the whole year
        TimeZoneInfo.ClearCachedData();
    }

    /// <summary>Skips the test where the system knows no zones and remains in UTC.</summary>
    public static void Require() => Prerequisite.Require(TimeZoneInfo.Local.BaseUtcOffset != TimeSpan.Zero,
        "The local zone is UTC: install the time zone database (tzdata).");
}
