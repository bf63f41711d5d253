using System.CommandLine;
using System.CommandLine.Parsing;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host;

/// <summary>
/// Where settings come from: a file, the environment, flags, each before the one to its left. All have the flags'
/// names: <c>-tls-port 6380</c>, <c>tls-port 6380</c> in the file, <c>BITMAPIST_TLS_PORT=6380</c> in the environment;
/// the flags themselves say what a value must be.
/// </summary>
internal static class SettingSources
{
    /// <summary>What lines of the file begin with that declare users.</summary>
    public const string UserLine = "user";

    private const string VariablePrefix = "BITMAPIST_";
    private const string True = "true", False = "false"; // how the parser has a switch's values

    /// <summary>Names of redis.conf under which these settings are not, and what to use instead.</summary>
    private static readonly Dictionary<string, string> s_instead = new()
    {
        ["port"] = "addr host:port", ["bind"] = "addr host:port", ["dir"] = "db file", ["dbfilename"] = "db file",
        ["logfile"] = "the standard error output", ["loglevel"] = "debug yes|no", ["daemonize"] = "a service manager",
        ["appendonly"] = "appendfsync always|everysec|no: the log is always kept",
    };

    /// <summary>
    /// The file of settings among the arguments: the first, when it is neither a flag nor a command.
    /// </summary>
    /// <param name="args">All arguments.</param>
    /// <param name="root">What knows the commands.</param>
    /// <param name="rest">The others.</param>
    public static string? FileOf(string[] args, RootCommand root, out string[] rest)
    {
        rest = args;
        if (args.Length == 0 || args[0].StartsWith('-')) return null;
        if (root.Subcommands.Any(command => command.Name == args[0])) return null;
        rest = args[1..];
        return args[0];
    }

    /// <summary>The arguments that say the same as file, environment and flags together.</summary>
    /// <param name="file">The file; null: none.</param>
    /// <param name="variables">The environment.</param>
    /// <param name="args">The flags.</param>
    /// <param name="root">What knows the flags.</param>
    /// <exception cref="ConfigurationException">A line of the file, or a variable, makes no sense.</exception>
    public static string[] Join(
        ConfigurationFile? file, Func<string, string?> variables, string[] args, RootCommand root)
    {
        ParseResult flags = Parse(root, args);
        var joined = new List<string>();
        var fromVariables = new List<string>();
        foreach (Option option in Settings(root))
        {
            string variable = VariableOf(option);
            if (variables(variable) is not { Length: > 0 } value || IsGiven(flags, option)) continue;
            IEnumerable<string> values = IsMany(option) ? value.Split(' ') : [value];
            List<string> arguments = [.. values.Select(item => ArgumentOf(option, item))];
            if (FaultOf(root, option, arguments) is { } fault) throw new ConfigurationException(variable, 0, fault);
            fromVariables.AddRange(arguments);
        }

        ParseResult later = Parse(root, [.. fromVariables, .. args]);
        // Of a setting given twice the last line counts, unless it takes many.
        var lines = new Dictionary<Option, List<string>>();
        foreach (SettingLine line in file?.SettingLines ?? [])
        {
            if (line.Name == UserLine) continue; // no flag has them
            Option option = Find(root, file!.Path, line);
            if (line.Values is [""]) // nothing, as redis.conf says it; of saves: none
            {
                lines[option] = NameOf(option) == "save" ? [ArgumentOf(option, "0")] : [];
                continue;
            }

            List<string> arguments = [.. ValuesOf(option, line).Select(item => ArgumentOf(option, item))];
            if (FaultOf(root, option, arguments) is { } fault)
                throw new ConfigurationException(file.Path, line.Line, fault);
            if (IsMany(option) && lines.TryGetValue(option, out List<string>? before)) before.AddRange(arguments);
            else lines[option] = arguments;
        }

        foreach ((Option option, List<string> arguments) in lines)
            if (!IsGiven(later, option)) joined.AddRange(arguments);
        return [.. joined, .. fromVariables, .. args];
    }

    /// <summary>The flags with "yes" and "no" as the parser has a switch's values.</summary>
    /// <exception cref="ConfigurationException">A switch has another value.</exception>
    public static string[] Switches(string[] args, RootCommand root) => Array.ConvertAll(args, argument =>
    {
        if (argument.Split('=', 2) is not [var name, var value]) return argument;
        if (Settings(root).FirstOrDefault(each => each.Name == name && IsSwitch(each)) is not { } option)
            return argument;
        string normal = ArgumentOf(option, value.ToLowerInvariant());
        return FaultOf(root, option, [normal]) is { } fault ? throw new ConfigurationException(fault) : normal;
    });

    /// <summary>Parses arguments as the executable does.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> args) =>
        root.Parse(args, new ParserConfiguration { EnablePosixBundling = false });

    /// <summary>The options that are settings: those that say something about the server.</summary>
    public static IEnumerable<Option> Settings(RootCommand root) => root.Options.Where(
        option => option is not System.CommandLine.Help.HelpOption && option.Name != "-version");

    /// <summary>The environment variable of a setting.</summary>
    public static string VariableOf(Option option) =>
        VariablePrefix + NameOf(option).ToUpperInvariant().Replace('-', '_');

    /// <summary>A setting's name in the file and in CONFIG.</summary>
    public static string NameOf(Option option) => option.Name.TrimStart('-');

    private static Option Find(RootCommand root, string path, SettingLine line)
    {
        if (Settings(root).FirstOrDefault(option => NameOf(option) == line.Name) is { } option) return option;
        string hint = s_instead.TryGetValue(line.Name, out string? instead) ? $"; use {instead}" : "";
        throw new ConfigurationException(path, line.Line, $"there is no setting '{line.Name}'{hint}");
    }

    private static IEnumerable<string> ValuesOf(Option option, SettingLine line) =>
        IsMany(option) ? line.Values : [string.Join(' ', line.Values)];

    private static bool IsMany(Option option) => option.Arity.MaximumNumberOfValues > 1;

    private static string ArgumentOf(Option option, string value)
    {
        if (IsSwitch(option))
            value = value.ToLowerInvariant() switch { "yes" => True, "no" => False, _ => value };
        return $"{option.Name}={value}";
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static string? FaultOf(RootCommand root, Option option, List<string> arguments)
    {
        foreach (string argument in arguments)
        {
            // The parser takes what is neither true nor false for an argument of its own.
            string value = argument[(option.Name.Length + 1)..];
            if (IsSwitch(option) && value is not (True or False))
                return $"{option.Name} must be yes or no, not {value}";
        }

        ParseResult parsed = Parse(root, arguments);
        return parsed.Errors.Count > 0 ? ValueRules.Describe(parsed) : null;
    }

    private static bool IsSwitch(Option option) => option.ValueType == typeof(bool);
}
