using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bitmapist.Server.Settings;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Host.Logging;

/// <summary>What a line of the log says.</summary>
/// <param name="Time">When.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="EventId">The number of the message: the same in every version, whatever its words.</param>
/// <param name="Category">Which part of the program says so.</param>
/// <param name="Text">The message.</param>
/// <param name="Exception">What was thrown; null: nothing.</param>
internal sealed record LogLine(
    DateTimeOffset Time, LogLevel Level, int EventId, string Category, string Text, Exception? Exception)
{
    /// <summary>The message's values by name.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Values { get; init; } = [];
}

/// <summary>Lines of the log as text, with the end of the line. docs/logging.md describes them.</summary>
internal static class LineFormats
{
    /// <summary>Its journal notes the time itself; so do others that start the program, but do not say so.</summary>
    private static readonly bool s_isUnderSystemd =
        Environment.GetEnvironmentVariable("INVOCATION_ID") is not null && ParentProcessId() == 1;

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // For logs, not for web pages: quotes and names in other alphabets stay readable.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Format(LogLine line, LogFormat format) => format switch
    {
        LogFormat.Json => Json(line),
        LogFormat.Systemd => Systemd(line),
        _ => Plain(line, !s_isUnderSystemd),
    };

    /// <summary>As the original writes them: <c>2020/01/25 15:22:09 text</c>.</summary>
    internal static string Plain(LogLine line, bool hasTime)
    {
        string time = hasTime ? line.Time.ToString("yyyy/MM/dd HH:mm:ss ", CultureInfo.InvariantCulture) : "";
        string level = line.Level switch
        {
            LogLevel.Warning => "warning: ",
            LogLevel.Error or LogLevel.Critical => "error: ",
            _ => "",
        };
        string details = line.Exception is null ? "" : Environment.NewLine + line.Exception;
        return time + level + line.Text + details + Environment.NewLine;
    }

    /// <summary>
    /// One object a line, with the names that .NET's own formatter has, so that what reads its lines reads these.
    /// </summary>
    private static string Json(LogLine line)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_json))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp", line.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteNumber("EventId", line.EventId);
            json.WriteString("LogLevel", line.Level.ToString());
            json.WriteString("Category", line.Category);
            json.WriteString("Message", line.Text);
            if (line.Exception is not null) json.WriteString("Exception", line.Exception.ToString());
            json.WriteStartObject("State");
            foreach ((string name, object? value) in line.Values) Write(json, name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case int or long or uint:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>
    /// Each line with its priority (sd-daemon(3), syslog's numbers), so that <c>journalctl -p warning</c> finds it.
    /// </summary>
    private static string Systemd(LogLine line)
    {
        int priority = line.Level switch
        {
            LogLevel.Critical => 2,
            LogLevel.Error => 3,
            LogLevel.Warning => 4,
            LogLevel.Information => 6,
            _ => 7,
        };
        string text = $"{line.Category}[{line.EventId}] {line.Text}";
        if (line.Exception is not null) text += "\n" + line.Exception;
        var prefixed = new StringBuilder();
        foreach (string each in text.Split('\n'))
            prefixed.Append(CultureInfo.InvariantCulture, $"<{priority}>{each.TrimEnd('\r')}\n");
        return prefixed.ToString();
    }

    private static int ParentProcessId()
    {
        try
        {
            string status = File.ReadAllText("/proc/self/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // no /proc: not Linux, hence not systemd
        }
    }
}
