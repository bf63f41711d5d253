using System.Text;
using Bitmapist.Resp.Requests;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Parameters;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Files;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>
/// redis.io/commands/config-rewrite. Only what CONFIG SET has changed since the start is written; every other line
/// stays as it is. A password is written as its hash.
/// </summary>
internal static class ConfigRewrite
{
    private static readonly Lock s_gate = new(); // two at once would have one temporary file

    public static void Run(CommandContext call, RespWriter reply)
    {
        if (call.Server.Options.ConfigurationPath is not { } path)
        {
            call.Fail(reply, "ERR The server is running without a config file"u8);
            return;
        }

        try
        {
            lock (s_gate)
            {
                string text = ConfigurationFile.Read(path).WithValues(Changed(call));
                WholeFile.Replace(PhysicalFileSystem.Instance, path, Encoding.UTF8.GetBytes(text));
            }

            reply.WriteOk();
        }
        catch (Exception failure) when (failure is ConfigurationException or StorageException)
        {
            string reason = failure.Message.ReplaceLineEndings(" ");
            call.Fail(reply, Encoding.UTF8.GetBytes($"ERR Rewriting config file: {reason}"));
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

        return changed;
    }

    /// <summary>Words stay words where they read the same; what has other spaces is quoted as a whole.</summary>
    private static string Line(string value)
    {
        string[] words = value.Split(' ');
        bool isPlain = Array.TrueForAll(words, word => word.Length > 0 && QuotedLine.Quote(word) == word);
        return isPlain ? value : QuotedLine.Quote(value);
    }
}
