using System.Globalization;
using System.Text;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Files;

namespace Bitmapist.Server.Access;

/// <summary>
/// A file of users in Redis's syntax, one a line: <c>user name rule rule …</c>. It is replaced as a whole, and only
/// its owner may read it.
/// </summary>
/// <param name="files">The disk.</param>
/// <param name="path">The file; as it is shown in errors.</param>
internal sealed class AclFile(IFileSystem files, string path)
{
    private const string Unchanged =
        "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";

    public string Path => path;

    /// <summary>Reads all users, by name.</summary>
    /// <exception cref="AclFileException">It cannot be read, or a line is wrong; the message names all such
    /// lines.</exception>
    public Dictionary<string, UserRules> Read(CommandCatalog catalog)
    {
        var users = new Dictionary<string, UserRules>(StringComparer.Ordinal);
        var faults = new StringBuilder();
        foreach ((int index, string line) in ReadText().Split('\n').Index())
        {
            string trimmed = line.Trim(' ', '\t', '\r', '\n');
            if (trimmed.Length > 0) ReadLine(catalog, trimmed, index + 1, users, faults);
        }

        return faults.Length == 0 ? users : throw new AclFileException(faults.Append(Unchanged).ToString());
    }

    /// <summary>What a file of these users has in it.</summary>
    public static byte[] TextOf(IEnumerable<User> users) =>
        Encoding.Latin1.GetBytes(string.Concat(users.Select(user => user + "\n")));

    /// <summary>Replaces the file.</summary>
    /// <exception cref="StorageException">It cannot be written; the former one is still there.</exception>
    public void Write(byte[] text) => WholeFile.Replace(files, path, text);

    private string ReadText()
    {
        try
        {
            if (!files.Exists(path)) throw new StorageException(path, null, "No such file or directory");
            using IFile file = files.Open(path, FileOpen.ReadExisting);
            if (file.Length > AccessLimits.FileBytes)
                throw new StorageException(path, null, $"has more than {AccessLimits.FileBytes} bytes");
            byte[] text = new byte[file.Length];
            return Encoding.Latin1.GetString(text, 0, file.Read(0, text));
        }
        catch (StorageException failure)
        {
            throw new AclFileException($"Error loading ACLs, opening file '{path}': {failure.Cause}", failure);
        }
    }

    private void ReadLine(
        CommandCatalog catalog, string line, int number, Dictionary<string, UserRules> users, StringBuilder faults)
    {
        string[] words = line.Split(' ');
        if (words[0] != "user" || words.Length < 2)
        {
            Note($"{path}:{number} should start with user keyword followed by the username. ");
            return;
        }

        string name = words[1];
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            Note($"{path}:{number}: username '{name}' contains invalid characters. ");
            return;
        }

        if (users.ContainsKey(name))
        {
            Note($"WARNING: Duplicate user '{name}' found on line {number}. ");
            return;
        }

        List<string> rules = RuleWords.Join(words.Skip(2), out string? unmatched);
        if (unmatched is not null)
        {
            Note($"{path}:{number}: Unmatched parenthesis in selector definition.");
            return;
        }

        users.Add(name, Build(catalog, rules, number, faults));

        void Note(string fault) => faults.Append(fault);
    }

    /// <summary>Applies all rules; each that is refused is told, but a mistake of writing only once a line.</summary>
    private UserRules Build(CommandCatalog catalog, List<string> rules, int number, StringBuilder faults)
    {
        var builder = new UserBuilder(catalog);
        bool isSyntaxTold = false;
        foreach (string rule in rules)
        {
            RuleFault fault = builder.Apply(rule);
            if (fault == RuleFault.UnknownCommand)
            {
                faults.Append(
                    CultureInfo.InvariantCulture,
                    $"{path}:{number}: Error in applying operation '{rule}': {fault.Text()}. ");
            }
            else if (fault != RuleFault.None && !isSyntaxTold)
            {
                faults.Append(CultureInfo.InvariantCulture, $"{path}:{number}: {fault.Text()}. ");
                isSyntaxTold = true;
            }
        }

        return builder.Build();
    }
}

/// <summary>A file of users that cannot be read, or has lines that make no sense; nothing was changed.</summary>
public sealed class AclFileException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>Bounds of what is kept about users.</summary>
internal static class AccessLimits
{
    /// <summary>Bytes of a file of users; more than any has. Error: "has more than".</summary>
    public const long FileBytes = 64 * 1024 * 1024;

    /// <summary>Entries of ACL LOG unless acllog-max-len says otherwise, as in Redis.</summary>
    public const int LogEntries = 128;

    /// <summary>Bits of a password that ACL GENPASS makes. Error: "a positive number up to 4096".</summary>
    public const int PasswordBits = 4096;

    /// <summary>Bytes of what a refused call named that ACL LOG keeps: it is a key, which may have megabytes.</summary>
    public const int LogObjectBytes = 1024;
}
