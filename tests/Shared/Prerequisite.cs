using System.Diagnostics.CodeAnalysis;

namespace Bitmapist.Tests.Shared;

/// <summary>
/// What a test needs of the machine: a program, a library, the data kept beside the repository. The only place that
/// skips: a stranger's checkout runs what it can and says what it left out, continuous integration runs everything.
/// </summary>
internal static class Prerequisite
{
    /// <summary>Skips the running test where something is missing; with CI=true in the environment it fails.</summary>
    /// <param name="isMet">Whether it is there.</param>
    /// <param name="reason">What is missing, and how to get it.</param>
    public static void Require([DoesNotReturnIf(false)] bool isMet, string? reason)
    {
        if (isMet) return;
        bool isContinuousIntegration = Environment.GetEnvironmentVariable("CI") == "true";
        if (isContinuousIntegration) Assert.Fail($"Continuous integration needs it: {reason}");
        Assert.Skip(reason ?? "something is missing");
    }

    /// <summary>The same for data kept beside the repository, in ../shared/data as seen from its root.</summary>
    /// <returns>The full path of the file or folder.</returns>
    public static string SharedData(string name)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "BitmapistServer.sln"))) root = root.Parent;
        string path = Path.GetFullPath(Path.Combine(root?.FullName ?? "", "..", "shared", "data", name));
        Require(root is not null && Path.Exists(path), $"../shared/data/{name} is not beside this checkout");
        return path;
    }
}
