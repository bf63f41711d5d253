using System.Text;
using Bitmapist.Resp.Requests;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Access;
using Bitmapist.Server.Parameters;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Storage.Files;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>
/// redis.io/commands/config-rewrite. Only what CONFIG SET has changed since the start is written, and users where they
/// are not kept in a file of their own; every other line stays as it is. A password is written as its hash.
/// </summary>
internal static class ConfigRewrite
{
    private const string UserName = "user";
    private static readonly UTF8Encoding s_text =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Run(CommandContext call, RespWriter reply)
    {
        if (call.Server.Options.ConfigurationPath is not { } path)
        {
            call.Fail(reply, "ERR The server is running without a config file"u8);
            return;
        }

        FileWrites writes = call.Server.ConfigurationWrites;
        Dictionary<string, IReadOnlyList<string>> changed;
        try
        {
            changed = Changed(call);
        }
        catch (DecoderFallbackException)
        {
            call.Fail(reply, "ERR Rewriting config file: it is text, and a user's rules are not: use an aclfile"u8);
            return;
        }

        long number = writes.Begin();
        call.Defer(new FileReply(call.Server, () => Write(path, changed, writes, number)));
    }

    /// <returns>The error to reply; null: it is written.</returns>
    private static byte[]? Write(
        string path, Dictionary<string, IReadOnlyList<string>> changed, FileWrites writes, long number)
    {
        try
        {
            writes.Do(number, () =>
            {
                string text = ConfigurationFile.Read(path).WithValues(changed);
                WholeFile.Replace(PhysicalFileSystem.Instance, path, Encoding.UTF8.GetBytes(text));
            });
            return null;
        }
        catch (Exception failure) when (failure is ConfigurationException or StorageException)
        {
            return Encoding.UTF8.GetBytes($"ERR Rewriting config file: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static Dictionary<string, IReadOnlyList<string>> Changed(CommandContext call)
    {
        var changed = new Dictionary<string, IReadOnlyList<string>>();
        foreach (string name in call.Server.ChangedParameters)
        {
            string value = ParameterTable.Find(name)!.Read(call);
            changed[name] = value.Length == 0 ? [] : [Line(value)];
        }

        // As Redis: with a file of users those are not written here.
        bool isDeclared = call.Server.Options.Users.Count > 0 || call.Server.Access.IsChanged;
        if (isDeclared && !call.Server.Access.HasFile) changed[UserName] = [.. call.Server.Access.Users.Select(LineOf)];

        return changed;
    }

    private static string LineOf(User user)
    {
        string[] words = user.ToString().Split(' ')[1..]; // without "user"
        // Rules are bytes, and the file has characters.
        return string.Join(
            ' ', words.Select(word => QuotedLine.Quote(s_text.GetString(Encoding.Latin1.GetBytes(word)))));
    }

    /// <summary>Words stay words where they read the same; what has other spaces is quoted as a whole.</summary>
    private static string Line(string value)
    {
        string[] words = value.Split(' ');
        bool isPlain = Array.TrueForAll(words, word => word.Length > 0 && QuotedLine.Quote(word) == word);
        return isPlain ? value : QuotedLine.Quote(value);
    }
}
