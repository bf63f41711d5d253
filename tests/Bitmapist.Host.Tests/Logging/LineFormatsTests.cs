using System.Reflection;
using System.Text;
using System.Text.Json;
using Bitmapist.Host.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Transport;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Host.Tests.Logging;

/// <summary>Lines of the log in each format, and their event ids.</summary>
public sealed class LineFormatsTests
{
    private static readonly LogLine s_line = new(
        new DateTimeOffset(2026, 11, 28, 18, 4, 5, 67, TimeSpan.FromHours(2)), LogLevel.Warning, 101, "host",
        "listening on \"é\"", null)
    {
        Values = [new("Address", "\"é\""), new("Keys", 5L), new("Share", 0.5), new("Is", true), new("No", null)],
    };

    [Theory]
    [InlineData(LogLevel.Debug, "2026/11/28 18:04:05 listening on \"é\"\n")]
    [InlineData(LogLevel.Information, "2026/11/28 18:04:05 listening on \"é\"\n")]
    [InlineData(LogLevel.Warning, "2026/11/28 18:04:05 warning: listening on \"é\"\n")]
    [InlineData(LogLevel.Error, "2026/11/28 18:04:05 error: listening on \"é\"\n")]
    [InlineData(LogLevel.Critical, "2026/11/28 18:04:05 error: listening on \"é\"\n")]
    public void A_plain_line_is_that_of_the_original_with_a_word_for_what_is_bad(LogLevel level, string expected) =>
        Assert.Equal(expected, LineFormats.Plain(s_line with { Level = level }, hasTime: true));

    [Fact]
    public void Where_time_is_noted_by_others_it_is_left_out() =>
        Assert.Equal("warning: listening on \"é\"\n", LineFormats.Plain(s_line, hasTime: false));

    [Theory]
    [InlineData(LogLevel.Debug, 7)]
    [InlineData(LogLevel.Information, 6)]
    [InlineData(LogLevel.Warning, 4)]
    [InlineData(LogLevel.Error, 3)]
    [InlineData(LogLevel.Critical, 2)]
    public void The_journal_is_told_a_priority_and_the_event_id(LogLevel level, int priority) => Assert.Equal(
        $"<{priority}>host[101] listening on \"é\"\n",
        LineFormats.Format(s_line with { Level = level }, LogFormat.Systemd));

    [Fact]
    public void Every_line_of_an_exception_has_its_priority() => Assert.Equal(
        "<4>host[101] a\n<4>b\n<4>System.IO.IOException: c\n",
        LineFormats.Format(s_line with { Text = "a\nb", Exception = new IOException("c") }, LogFormat.Systemd));

    [Fact]
    public void A_line_of_JSON_has_time_in_UTC_event_id_and_values_by_name() => Assert.Equal(
        (@"{'Timestamp':'2026-11-28T16:04:05.067Z','EventId':101,'LogLevel':'Warning','Category':'host',"
            + @"'Message':'listening on \'é\'',"
            + @"'State':{'Address':'\'é\'','Keys':5,'Share':0.5,'Is':true,'No':null}}").Replace('\'', '"') + "\n",
        LineFormats.Format(s_line, LogFormat.Json));

    [Fact]
    public void Whatever_is_in_it_JSON_is_one_object_in_one_line()
    {
        LogLine line = s_line with { Text = "a\nb\u2028\0\"", Exception = new IOException("c\nd") };
        string text = LineFormats.Format(line, LogFormat.Json);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        using var parsed = JsonDocument.Parse(text);
        Assert.Equal(line.Text, parsed.RootElement.GetProperty("Message").GetString());
        Assert.Contains("c\nd", parsed.RootElement.GetProperty("Exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_id_belongs_to_one_message()
    {
        (int Id, string Line)[] events = Events();
        Assert.True(events.Length > 40, $"{events.Length} messages were found");
        Assert.All(events.GroupBy(each => each.Id), same => Assert.Single(same));
        Assert.DoesNotContain(events, each => each.Id <= 0);
    }

    [Fact]
    public void Docs_have_every_event()
    {
        var table = new StringBuilder("| id | level | message |\n|---|---|---|\n");
        foreach ((_, string line) in Events()) table.Append(line);
        GeneratedFile.CompareSection("docs/logging.md", "events", table.ToString());
    }

    private static (int Id, string Line)[] Events()
    {
        Assembly[] assemblies =
            [typeof(HostLog).Assembly, typeof(Server.BitmapistServer).Assembly, typeof(TransportServer).Assembly];
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        return
        [
            .. assemblies.SelectMany(assembly => assembly.GetTypes())
                .SelectMany(type => type.GetMethods(Any))
                .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()
                .OrderBy(message => message.EventId)
                .Select(message => (message.EventId, RowOf(message))),
        ];
    }

    private static string RowOf(LoggerMessageAttribute message) =>
        $"| {message.EventId} | {LevelOf(message)} | {message.Message} |\n";

    private static string LevelOf(LoggerMessageAttribute message) =>
        message.Level == LogLevel.None ? "Information or Warning" : $"{message.Level}";
}
