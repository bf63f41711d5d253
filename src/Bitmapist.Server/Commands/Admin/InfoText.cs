using System.Globalization;
using System.Text;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>The text of INFO: sections of name:value lines, an empty line between sections.</summary>
internal sealed class InfoText
{
    private static readonly string[] s_units = ["B", "K", "M", "G", "T", "P"];
    private readonly StringBuilder _text = new();
    private bool _hasSections;

    /// <summary>Adds a section with its heading.</summary>
    public void Add(InfoSection section, CommandContext call)
    {
        if (_hasSections) _text.Append("\r\n");
        _hasSections = true;
        if (section.Title.Length > 0) _text.Append("# ").Append(section.Title).Append("\r\n");
        section.Write(call, this);
    }

    public void Add(string name, string value) => _text.Append(name).Append(':').Append(value).Append("\r\n");

    public void Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a value with so many decimals.</summary>
    public void Add(string name, double value, int decimals) =>
        Add(name, value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    /// <summary>Adds a size, and again as people read it under the name with <c>_human</c>.</summary>
    public void AddSize(string name, long bytes)
    {
        Add(name, bytes);
        Add(name + "_human", Human(bytes));
    }

    public override string ToString() => _text.ToString();

    /// <summary>Bytes as Redis abbreviates them: 918.99K.</summary>
    private static string Human(long bytes)
    {
        if (bytes < 1024) return string.Create(CultureInfo.InvariantCulture, $"{bytes}B");
        double size = bytes;
        int unit = 0;
        for (; size >= 1024 && unit < s_units.Length - 1; unit++) size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{size:F2}{s_units[unit]}");
    }
}
