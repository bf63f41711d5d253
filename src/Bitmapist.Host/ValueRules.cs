using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host;

/// <summary>What values of flags must be; what is wrong is said with flag, value and what is expected.</summary>
internal static class ValueRules
{
    /// <summary>A number, both bounds included.</summary>
    public static void Number(Option<int> option, int min, int max) => option.CustomParser = result =>
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= min && value <= max)
            return value;
        result.AddError($"{option.Name} must be a number from {min} to {max}, not {text}");
        return 0;
    };

    /// <summary>A number of bytes, with a unit or without.</summary>
    public static void Size(Option<string> option) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && !MemorySize.TryParse(result.Tokens[0].Value, out _))
            result.AddError($"{option.Name} must be a number of bytes such as 512mb, not {result.Tokens[0].Value}");
    });

    /// <summary>One of some words; they are what a shell completes.</summary>
    public static void Word(Option option, params IReadOnlyList<string> words)
    {
        option.CompletionSources.Add(_ => words.Select(word => new CompletionItem(word)));
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 0 || words.Contains(result.Tokens[0].Value)) return;
            string expected = $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
            result.AddError($"{option.Name} must be {expected}, not {result.Tokens[0].Value}");
        });
    }

    /// <summary>The parser's complaints, in words that name the flag, or the argument, and what it is for.</summary>
    public static string Describe(ParseResult parsed)
    {
        ParseError error = parsed.Errors[0];
        switch (error.SymbolResult)
        {
            case OptionResult { Tokens.Count: 0, IdentifierTokenCount: > 0 } option:
                return $"{option.Option.Name} needs a value: {option.Option.HelpName}, {option.Option.Description}";
            case OptionResult { IdentifierTokenCount: > 1 } option when option.Option.Arity.MaximumNumberOfValues == 1:
                return $"{option.Option.Name} is given {option.IdentifierTokenCount} times, and takes one value";
            case ArgumentResult { Tokens.Count: 0, Argument: var argument }
                when argument.Parents.OfType<Command>().Any():
                return Missing(argument);
            case CommandResult command
                when command.Command.Arguments.FirstOrDefault(each => IsMissing(parsed, each)) is { } argument:
                return Missing(argument);
            default:
                return parsed.UnmatchedTokens is not [var token, ..] ? error.Message
                    : token.StartsWith('-') ? $"there is no flag {token}"
                    : $"'{token}' is one argument too many";
        }
    }

    private static bool IsMissing(ParseResult parsed, Argument argument) =>
        parsed.GetResult(argument) is null or { Tokens.Count: 0 };

    private static string Missing(Argument argument) =>
        $"{argument.Parents.First().Name} needs an argument: {argument.Name}, {argument.Description}";
}
