using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;

namespace Bitmapist.Host;

/// <summary>What shells complete, packaging/completion, from the same declarations as -help.</summary>
internal static class ShellCompletions
{
    private const string Program = "bitmapist-server";

    /// <summary>For bash: completions(5) of bash-completion, which this does not need.</summary>
    public static string Bash(RootCommand root)
    {
        var text = new StringBuilder(
            """
            # bash completion of bitmapist-server
            _bitmapist_server() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words
                case "$before" in

            """);
        IEnumerable<Option> valued = Flags(root).Where(option => option.ValueType != typeof(bool) && !IsFile(option));
        foreach (Option option in valued.Where(option => WordsOf(option).Length > 0))
        {
            text.Append("        ").Append(option.Name).Append(") COMPREPLY=($(compgen -W '");
            text.AppendJoin(' ', WordsOf(option)).Append("' -- \"$word\")); return ;;\n");
        }

        text.Append("        ");
        text.AppendJoin('|', valued.Where(option => WordsOf(option).Length == 0).Select(option => option.Name));
        text.Append(")\n            COMPREPLY=(); return ;;\n");
        text.Append("        ").AppendJoin('|', Flags(root).Where(IsFile).Select(option => option.Name)).Append('|');
        text.AppendJoin('|', root.Subcommands.Where(command => command.Arguments.Count > 0).Select(each => each.Name));
        text.Append(
            """
            )
                        COMPREPLY=($(compgen -f -- "$word")); return ;;
                esac
                words='
            """);
        text.AppendJoin(' ', Flags(root).Select(option => option.Name)).Append(" -help -version'\n");
        text.Append("    if [[ $COMP_CWORD -eq 1 ]]; then words+=' ");
        text.AppendJoin(' ', root.Subcommands.Select(command => command.Name));
        text.Append(
            """
            '; fi
                COMPREPLY=($(compgen -W "$words" -- "$word"))
            }
            complete -o filenames -F _bitmapist_server bitmapist-server

            """);
        return text.ToString();
    }

    /// <summary>For zsh: a function for its fpath, zshcompsys(1).</summary>
    public static string Zsh(RootCommand root)
    {
        var text = new StringBuilder("#compdef bitmapist-server\n_arguments \\\n");
        foreach (Option option in Flags(root))
        {
            string repeats = option.Arity.MaximumNumberOfValues > 1 ? "*" : "";
            text.Append("  '").Append(repeats).Append(option.Name);
            text.Append('[').Append(ForZsh(option.Description!)).Append(']');
            if (option.ValueType != typeof(bool))
            {
                text.Append(':').Append(ForZsh(option.HelpName ?? "value")).Append(':');
                if (IsFile(option)) text.Append("_files");
                else if (WordsOf(option) is { Length: > 0 } words) text.Append('(').AppendJoin(' ', words).Append(')');
            }

            text.Append("' \\\n");
        }

        text.Append("  '-help[list the flags and exit]' \\\n  '-version[print the version and exit]' \\\n");
        text.Append("  '1:command:((");
        text.AppendJoin(
            ' ', root.Subcommands.Select(command => $"{command.Name}\\:\"{ForZsh(command.Description!)}\""));
        return text.Append("))' \\\n  '*:file:_files'\n").ToString();
    }

    /// <summary>For fish: complete(1) of it.</summary>
    public static string Fish(RootCommand root)
    {
        var text = new StringBuilder("# fish completion of bitmapist-server\n");
        foreach (Option option in Flags(root))
        {
            text.Append("complete -c ").Append(Program).Append(" -o ").Append(option.Name.TrimStart('-'));
            if (IsFile(option)) text.Append(" -r -F");
            else if (option.ValueType != typeof(bool)) text.Append(" -x");
            if (WordsOf(option) is { Length: > 0 } words) text.Append(" -a '").AppendJoin(' ', words).Append('\'');
            text.Append(" -d ").Append(ForFish(option.Description!)).Append('\n');
        }

        text.Append("complete -c bitmapist-server -o help -d 'list the flags and exit'\n");
        text.Append("complete -c bitmapist-server -o version -d 'print the version and exit'\n");
        foreach (Command command in root.Subcommands)
        {
            text.Append("complete -c bitmapist-server -n __fish_use_subcommand -a ").Append(command.Name);
            text.Append(" -d ").Append(ForFish(command.Description!)).Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<Option> Flags(RootCommand root) => SettingSources.Settings(root);

    private static bool IsFile(Option option) => option.HelpName is "file" or "path";

    private static string[] WordsOf(Option option) =>
        option.ValueType == typeof(bool) ? []
        : option.HelpName?.Contains('|', StringComparison.Ordinal) == true ? option.HelpName.Split('|')
        : [.. option.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];

    /// <summary>Inside apostrophes and brackets.</summary>
    private static string ForZsh(string text) => text
        .Replace("'", "'\\''", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal)
        .Replace("]", "\\]", StringComparison.Ordinal)
        .Replace(":", "\\:", StringComparison.Ordinal);

    private static string ForFish(string text) =>
        "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";
}
