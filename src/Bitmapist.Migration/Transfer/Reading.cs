using System.Text;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Transfer;

/// <summary>Opening foreign files, and showing what is in them.</summary>
internal static class Reading
{
    private const int ShownBytes = 64;

    /// <summary>
    /// Opens a file for reading. That takes a shared advisory lock (flock), which a process that writes to the file
    /// under an exclusive one, as bbolt does, refuses.
    /// </summary>
    /// <exception cref="MigrationException">It is not there, or another process has it open for writing.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static IFile Open(IFileSystem files, string path)
    {
        try
        {
            return files.Open(path, FileOpen.ReadExisting);
        }
        catch (StorageException failure)
        {
            if (!files.Exists(path)) throw new MigrationException($"{path}: no such file");
            if (IsLocked(files, path))
                throw new MigrationException($"{path} is in use by another process: stop it first");
            throw new StorageException(path, null, failure.Reason, failure);
        }
    }

    /// <summary>The directory that a file is in.</summary>
    public static string DirectoryOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>A name from a foreign file as text that fits into a message.</summary>
    public static string Shown(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder("\"");
        foreach (byte next in name[..Math.Min(name.Length, ShownBytes)])
        {
            if (next is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\') text.Append((char)next);
            else text.Append("\\x").Append(Convert.ToHexStringLower([next]));
        }

        return text.Append(name.Length > ShownBytes ? "…\"" : "\"").ToString();
    }

    private static bool IsLocked(IFileSystem files, string path)
    {
        try
        {
            using IDisposable? held = files.TryLock(path);
            return held is null;
        }
        catch (StorageException)
        {
            return false; // whatever it is, it is not the lock
        }
    }
}

/// <summary>Moving in or out is refused, with what to do about it. Nothing has been changed.</summary>
public sealed class MigrationException(string reason) : Exception(reason);
