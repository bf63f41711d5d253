namespace Bitmapist.Server.Settings;

/// <summary>How lines of the log are written.</summary>
public enum LogFormat
{
    /// <summary>As the original has them: <c>2020/01/25 15:22:09 text</c>.</summary>
    Plain,

    /// <summary>An object of JSON on each line, with event id and values by name.</summary>
    Json,

    /// <summary>For systemd's journal: a priority before each line, event ids, no time.</summary>
    Systemd,
}

/// <summary>Formats as settings name them.</summary>
public static class LogFormats
{
    /// <summary>The names, in the order of the formats' numbers.</summary>
    public static IReadOnlyList<string> Names { get; } = ["plain", "json", "systemd"];

    /// <summary>The name of a format.</summary>
    public static string Name(this LogFormat format) => Names[(int)format];

    /// <summary>The format of one of the names.</summary>
    /// <exception cref="ArgumentException">It is none of them.</exception>
    public static LogFormat Parse(string name)
    {
        for (int i = 0; i < Names.Count; i++)
            if (Names[i] == name) return (LogFormat)i;
        throw new ArgumentException($"{name} is no format of the log", nameof(name));
    }
}
