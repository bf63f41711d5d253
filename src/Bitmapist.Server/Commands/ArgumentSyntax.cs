using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Bitmapist.Server.Commands;

/// <summary>
/// Reads the notation in which commands declare their arguments, that of Redis's manual with types:
/// <code>
/// sequence = item*                    item = word | "[" choice "]" (optional) | "(" choice ")", then maybe "..."
/// choice = sequence ("|" sequence)*   word = TOKEN | name | name ":" type
/// </code>
/// A TOKEN introduces the rest of its sequence, or is alone. A name without a type is a string; "key" is a key.
/// </summary>
internal sealed partial class ArgumentSyntax
{
    private readonly string[] _words;
    private int _at;

    private ArgumentSyntax(string text) => _words = [.. Word().Matches(text).Select(match => match.Value)];

    /// <summary>The arguments that a text declares.</summary>
    public static IReadOnlyList<CommandArgument> Parse(string text)
    {
        var syntax = new ArgumentSyntax(text);
        List<List<CommandArgument>> choices = syntax.ReadChoices();
        Debug.Assert(syntax._at == syntax._words.Length, "A bracket is closed that was not opened.");
        return choices.Count == 1 ? choices[0] : [GroupOf(choices)];
    }

    /// <summary>The notation without types, for people.</summary>
    public static string WithoutTypes(string text) => Type().Replace(text, "");

    private List<List<CommandArgument>> ReadChoices()
    {
        List<List<CommandArgument>> choices = [ReadSequence()];
        while (_at < _words.Length && _words[_at] == "|")
        {
            _at++;
            choices.Add(ReadSequence());
        }

        return choices;
    }

    private List<CommandArgument> ReadSequence()
    {
        var items = new List<CommandArgument>();
        string token = "";
        while (_at < _words.Length && _words[_at] is not ("]" or ")" or "|"))
        {
            if (items.Count == 0 && token.Length == 0 && char.IsAsciiLetterUpper(_words[_at][0])) token = _words[_at++];
            else items.Add(ReadItem());
        }

        if (token.Length == 0) return items;
        if (items.Count == 0) return [new CommandArgument(token.ToLowerInvariant(), "pure-token") { Token = token }];

        // What is repeated behind the token must not seem to repeat the token.
        CommandArgument introduced = items is [{ IsMultiple: true }]
            ? new CommandArgument(items[0].Name, "block") { Members = items }
            : CommandArgument.Group("block", items);
        return [introduced with { Token = token }];
    }

    private CommandArgument ReadItem()
    {
        string word = _words[_at++];
        CommandArgument item;
        if (word is "[" or "(")
        {
            item = GroupOf(ReadChoices()) with { IsOptional = word == "[" };
            _at++; // the closing bracket
        }
        else
        {
            int colon = word.IndexOf(':', StringComparison.Ordinal);
            string type = colon >= 0 ? word[(colon + 1)..] : word == "key" ? "key" : "string";
            item = new CommandArgument(colon >= 0 ? word[..colon] : word, type);
        }

        if (_at >= _words.Length || _words[_at] != "...") return item;
        _at++;
        return item with { IsMultiple = true };
    }

    private static CommandArgument GroupOf(List<List<CommandArgument>> choices) =>
        CommandArgument.Group("oneof", choices.ConvertAll(sequence => CommandArgument.Group("block", sequence)));

    [GeneratedRegex(@"\.\.\.|[\[\]()|]|[A-Za-z0-9:\-]+")]
    private static partial Regex Word();

    [GeneratedRegex(":[a-z-]+")]
    private static partial Regex Type();
}

/// <summary>An argument of a command, or a group of them, as COMMAND DOCS describes it.</summary>
/// <param name="Name">Lower case; a group is named after its members.</param>
/// <param name="Type">string, integer, key, pattern, unix-time, pure-token, oneof or block.</param>
internal sealed record CommandArgument(string Name, string Type)
{
    /// <summary>The word that introduces it; empty: none does.</summary>
    public string Token { get; init; } = "";

    public bool IsOptional { get; init; }

    public bool IsMultiple { get; init; }

    /// <summary>What a oneof or a block consists of.</summary>
    public IReadOnlyList<CommandArgument> Members { get; init; } = [];

    /// <summary>One argument out of several ways to put it, or in sequence: itself when there is only one.</summary>
    public static CommandArgument Group(string type, IReadOnlyList<CommandArgument> members) =>
        members.Count == 1
            ? members[0]
            : new CommandArgument(string.Join('_', members.Select(member => member.Name)), type) { Members = members };
}
