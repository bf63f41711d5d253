using System.Text;
using Bitmapist.Server.Settings;
using Microsoft.Win32.SafeHandles;

namespace Bitmapist.Host;

/// <summary>
/// What is checked before the program loads its other parts: where descriptors are short, loading them is what would
/// fail, in the middle and without a word about the reason.
/// </summary>
internal static class StartCheck
{
    private const int Stderr = 2;

    /// <summary>Whether a server cannot be started with these arguments, as then was said in one line.</summary>
    public static bool Refuses(string[] args)
    {
        bool isSubcommand = args.Length > 0 && !args[0].StartsWith('-');
        if (isSubcommand || DescriptorLimit.WhyTooFew() is not { } reason) return false;
        WriteLine($"bitmapist-server: {reason}");
        return true;
    }

    /// <summary>Writes to stderr without the console, which would need descriptors of its own.</summary>
    private static void WriteLine(string line)
    {
        using var handle = new SafeFileHandle(Stderr, ownsHandle: false);
        using var stream = new FileStream(handle, FileAccess.Write, bufferSize: 0);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }
}
