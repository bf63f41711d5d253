using System.CommandLine;
using System.Text;

namespace Bitmapist.Host;

/// <summary>The settings as documents have them, from the same declarations as -help.</summary>
internal static class SettingReference
{
    /// <summary>A table for docs/configuration.md.</summary>
    public static string Table(RootCommand root)
    {
        var text = new StringBuilder("| setting | value | default | |\n|---|---|---|---|\n");
        foreach (Option option in SettingSources.Settings(root))
        {
            string[] cells =
                [$"`{SettingSources.NameOf(option)}`", ValueOf(option), DefaultOf(option), Escaped(option)];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        return text.ToString();
    }

    /// <summary>A sample file, in which every setting is a comment.</summary>
    public static string Sample(RootCommand root)
    {
        var text = new StringBuilder(
            """
            # Settings of bitmapist-server: bitmapist-server /etc/bitmapist/bitmapist.conf
            #
            # A name and its value on each line, in quotes where there are spaces at its ends or several in a row.
            # Variables of the environment (BITMAPIST_SAVE for save) go before this file, and flags (-save) before
            # both. CONFIG REWRITE puts here what CONFIG SET has changed, and leaves comments as they are.

            """);
        foreach (Option option in SettingSources.Settings(root))
        {
            string value = DefaultOf(option) is { Length: > 0 } known ? known : ValueOf(option);
            bool isExample = value.Contains("machine", StringComparison.Ordinal) || DefaultOf(option).Length == 0;
            if (isExample) value = $"<{value}>";
            text.Append("\n# ").Append(option.Description).Append("\n# ");
            text.Append(SettingSources.NameOf(option)).Append(' ').Append(value.Replace("\\|", "|")).Append('\n');
        }

        return text.ToString();
    }

    private static string ValueOf(Option option) =>
        Escaped(option.HelpName ?? (option.ValueType == typeof(bool) ? "yes|no" : "value"));

    /// <summary>A setting's default in words; "": it has none.</summary>
    internal static string DefaultOf(Option option)
    {
        if (option.Name is "-maxmemory") return "half of what the machine has";
        if (option.Name is "-maxmemory-clients") return "a quarter of what the machine has";
        if (option.ValueType == typeof(bool)) return "no";
        if (!option.HasDefaultValue) return "";
        return option.GetDefaultValue() switch
        {
            null => "",
            string[] many => string.Join(' ', many),
            var one => one.ToString()!,
        };
    }

    private static string Escaped(Option option) => Escaped(option.Description!);

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
