using System.CommandLine;
using System.Text;

namespace Bitmapist.Host;

/// <summary>The manual page, packaging/bitmapist-server.1, from the same declarations as -help. man(7).</summary>
internal static class ManualPage
{
    public static string Text(RootCommand root)
    {
        var page = new StringBuilder(
            """
            .TH BITMAPIST-SERVER 1 "" "bitmapist-server" "User Commands"
            .SH NAME
            bitmapist-server \- Redis\-compatible server for bitmap analytics
            .SH SYNOPSIS
            .B bitmapist-server
            [\fIfile\fR] [\fIflags\fR]
            .br
            .B bitmapist-server
            \fIcommand\fR [\fIarguments\fR]
            .SH DESCRIPTION
            Serves bitmaps to clients of Redis, and keeps them compressed. Without a command it runs in the foreground
            until SIGTERM or SIGINT, saves, and ends with exit code 0, or 1 where it could not save. SIGUSR1 writes a
            backup.
            \fB\-flag value\fR and \fB\-flag=value\fR are the same. Each flag is also a line of \fIfile\fR
            (\fBsave 60\fR) and a variable of the environment (\fBBITMAPIST_SAVE=60\fR);
            flags go before variables, variables before the file.
            .SH FLAGS

            """);
        foreach (Option option in SettingSources.Settings(root)) Add(page, option);
        page.Append(
            """
            .TP
            .B \-version\fR, \fB\-v
            print the version and exit
            .TP
            .B \-help\fR, \fB\-h
            list the flags and exit
            .SH COMMANDS

            """);
        foreach (Command command in root.Subcommands) Add(page, command);
        page.Append(
            """
            .SH FILES
            .TP
            .I /etc/default/bitmapist-server
            flags of the service
            .TP
            .I /var/lib/bitmapist-server
            its database; kept when the package is removed or purged
            .SH SEE ALSO
            .BR redis-cli (1),
            .BR systemd.socket (5)

            """);
        return page.ToString();
    }

    private static void Add(StringBuilder page, Option option)
    {
        page.Append(".TP\n.B ").Append(Escaped(option.Name));
        if (option.ValueType != typeof(bool)) page.Append(Value(option.HelpName ?? "value"));
        page.Append('\n').Append(Line(option.Description!));
        if (SettingReference.DefaultOf(option) is { Length: > 0 } value && option.ValueType != typeof(bool))
            page.Append("; by default ").Append(Escaped(value));
        page.Append('\n');
    }

    private static void Add(StringBuilder page, Command command)
    {
        page.Append(".TP\n.B ").Append(Escaped(command.Name)).Append("\\fR");
        foreach (Option option in command.Options)
        {
            page.Append(" [\\fB").Append(Escaped(option.Name)).Append("\\fR");
            if (option.ValueType != typeof(bool)) page.Append(Value(option.HelpName!));
            page.Append(']');
        }

        foreach (Argument argument in command.Arguments) page.Append(Value(argument.Name));
        page.Append('\n').Append(Line(command.Description!)).Append('\n');
    }

    private static string Value(string name) => $" \\fI{Escaped(name)}\\fR";

    /// <summary>A line of text: one that begins with a dot or an apostrophe would be a request.</summary>
    private static string Line(string text) => text[0] is '.' or '\'' ? "\\&" + Escaped(text) : Escaped(text);

    private static string Escaped(string text) => text
        .Replace("\\|", "|", StringComparison.Ordinal)
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal);
}
