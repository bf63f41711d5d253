using System.Globalization;
using System.Text.Json;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Tests.Cohorts;

public sealed class RenderingTests
{
    private static readonly CohortTable s_table = Table(CohortValues.Percent);

    [Theory]
    [InlineData(100.0, "100.0")]
    [InlineData(0.0, "0.0")]
    [InlineData(14.746, "14.75")]
    [InlineData(2.675, "2.67")] // its exact value is below the tie
    [InlineData(0.125, "0.12")] // ties go to the even digit
    [InlineData(0.375, "0.38")]
    [InlineData(12.5, "12.5")]
    [InlineData(200.0 / 3, "66.67")]
    public void Percents_are_rounded_as_Python_does(double value, string text) =>
        Assert.Equal(text, CohortText.Percent(value));

    [Fact]
    public void Csv_has_the_libraries_columns()
    {
        Assert.Equal(
            "Date,Total,0,1,2\n14 Jan 2026,8,100.0,37.5,\n15 Jan 2026,0,,,\n", s_table.ToCsv());
        Assert.Equal("Date,Total,0,1,2\n14 Jan 2026,8,8,3,\n15 Jan 2026,0,,,\n", Table(CohortValues.Counts).ToCsv());
    }

    [Fact]
    public void Numbers_do_not_depend_on_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            odd.NumberFormat.NumberDecimalSeparator = ",";
            odd.NumberFormat.NegativeSign = "minus";
            CultureInfo.CurrentCulture = odd;
            Assert.Contains("37.5", s_table.ToCsv(), StringComparison.Ordinal);
            Assert.Contains("hsla(200, 80%, 50%, 0.4)", s_table.ToHtml(), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Json_has_every_number()
    {
        using var json = JsonDocument.Parse(s_table.ToJson());
        JsonElement root = json.RootElement;
        Assert.Equal("day", root.GetProperty("unit").GetString());
        Assert.Equal("percent", root.GetProperty("values").GetString());
        JsonElement row = root.GetProperty("rows")[0];
        Assert.Equal("2026-01-14", row.GetProperty("date").GetString());
        Assert.Equal(("14 Jan 2026", 8), (row.GetProperty("name").GetString(), row.GetProperty("size").GetInt64()));
        JsonElement cell = row.GetProperty("cells")[1];
        Assert.Equal((3, 37.5, true), (cell.GetProperty("count").GetInt64(), cell.GetProperty("percent").GetDouble(),
            cell.GetProperty("inProgress").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("cells")[2].ValueKind);
        Assert.Equal("[100,37.5,null]", root.GetProperty("averages").GetRawText());
        Assert.Equal("{\"periodsWithReturns\":[100,37.5,null],\"cohortsWithMembers\":[100,37.5,0]}",
            root.GetProperty("means").GetRawText());
    }

    [Fact]
    public void Html_shades_cells_marks_progress_and_averages()
    {
        string html = s_table.ToHtml((row, column) => $"/ids?row={row}&column={column}");
        Assert.Contains("<td style=\"background-color: hsla(200, 80%, 50%, 1.0)\" title=\"8 of 8\">"
            + "<a href=\"/ids?row=0&amp;column=0\">100.0%</a></td>", html, StringComparison.Ordinal);
        Assert.Contains("title=\"3 of 8\" class=\"in-progress\"", html, StringComparison.Ordinal);
        Assert.Contains(
            "Average&sup1;</th><td>100.0%</td><td>37.5%</td><td></td></tr>", html, StringComparison.Ordinal);
        Assert.Contains(
            "Average&sup2;</th><td>100.0%</td><td>37.5%</td><td>0.0%</td></tr>", html, StringComparison.Ordinal);
        Assert.Contains("&sup1; Of the periods in which anybody at all returned. &sup2; Of all cohorts with members: "
            + "a period in which nobody returned counts as 0.", html, StringComparison.Ordinal);
        Assert.Contains("still in progress", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_form_escapes_everything_and_asks_nobody_else()
    {
        const string Evil = "\"><script>alert('x')</script>&";
        var form = new CohortForm
        {
            ActionUrl = Evil,
            Selections1 = [new EventChoice(Evil, Evil)],
            Values = new CohortFormValues { Select1 = Evil, Select1b = Evil, Select2 = Evil, Select2b = Evil },
        };
        string html = form.ToHtml();
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.DoesNotContain("alert('x')", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        foreach (string field in new[] { "select1", "select1b", "select2", "select2b", "time_group", "as_percent",
            "num_results", "num_of_rows", "start_date", "retention" })
        {
            Assert.Contains($"name=\"{field}\"", html, StringComparison.Ordinal);
        }

        string row = new CohortTable(PeriodUnit.Day, CohortValues.Percent, 0,
            [new CohortRow(new DateOnly(2026, 1, 1), Evil, new UniqueEvents("a"), 1, [])]).ToHtml();
        Assert.DoesNotContain("<script>", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Forms_with_different_lists_share_no_id_unless_told_to()
    {
        EventChoice a = new("a", "a"), b = new("b", "b");
        var form = new CohortForm { ActionUrl = "/", Selections1 = [a, b], Selections2 = [a] };
        CohortForm[] forms =
        [
            form, form with { Selections1 = [b, a] }, form with { Selections1 = [a], Selections2 = [a, b] },
            form with { Selections1b = [b] }, form with { Selections2b = [b] }, form with { Selections2 = null },
            form with { Selections1 = [new("a", "ab"), new("", "b")] },
            form with { Selections1 = [new("a", "a\0"), new("", "b")] }, form with { Id = "mine" },
        ];
        string[] ids = [.. forms.SelectMany(IdsOf)];
        Assert.Equal(forms.Length * 4, ids.Length);
        Assert.Equal(ids, ids.Distinct());
        Assert.Equal(["mine-select1", "mine-select1b", "mine-select2", "mine-select2b"], ids[^4..]);
        // The same lists give the same page, here and elsewhere.
        Assert.Equal(form.ToHtml(), (form with { Selections1 = [a, b] }).ToHtml());
        Assert.Equal(form.ToHtml(), (form with { Selections1b = [a, b], Selections2b = [a] }).ToHtml());
    }

    private static IEnumerable<string> IdsOf(CohortForm form) =>
        form.ToHtml().Split(" id=\"")[1..].Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]);

    [Fact]
    public void Form_values_survive_the_query_string()
    {
        var values = new CohortFormValues
        {
            Select1 = "a&b=c é", Select1b = "x", Select2 = "song:played", TimeGroup = PeriodUnit.Week,
            Values = CohortValues.Counts, NumResults = 52, NumOfRows = 24, StartDate = new DateOnly(2026, 1, 31),
            Retention = Retention.Unbounded,
        };
        Assert.Equal(values, CohortFormValues.Parse(Decode(values.ToQueryString())));
        Assert.Equal(new CohortFormValues(), CohortFormValues.Parse(Decode("select1=&time_group=&other=1")));
        Assert.Equal(CohortValues.Counts, CohortFormValues.Parse(Decode("as_precent=0")).Values);
        Assert.False(new CohortFormValues { Select1 = "a" }.IsComplete);
        Assert.Throws<InvalidOperationException>(() => new CohortFormValues { Select1 = "a" }.ToQuery());
        CohortQuery query = values.ToQuery(new EventCatalog());
        Assert.Equal(("a&b=c é", "x", "song:played"), (query.First.Name, query.FirstAlso?.Name, query.Return.Name));
        Assert.Null(query.ReturnAlso);
        Assert.Equal((PeriodUnit.Week, 52, 24), (query.Unit, query.Rows, query.PeriodsAfter));
    }

    [Theory]
    [InlineData("time_group=fortnights")]
    [InlineData("as_percent=yes")]
    [InlineData("num_results=0")]
    [InlineData("num_results=1001")]
    [InlineData("num_of_rows=-1")]
    [InlineData("num_of_rows=1e3")]
    [InlineData("start_date=31.1.2026")]
    [InlineData("start_date=1899-12-31")]
    [InlineData("start_date=3000-01-01")]
    [InlineData("start_date=9999-12-31")]
    [InlineData("retention=forever")]
    public void A_field_that_makes_no_sense_is_named(string query)
    {
        var mistake = Assert.Throws<FormatException>(() => CohortFormValues.Parse(Decode(query)));
        Assert.StartsWith(query.Split('=')[0], mistake.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Decode(string query) =>
        query.Split('&').Select(pair => pair.Split('=', 2))
            .Select(pair => new KeyValuePair<string, string?>(pair[0], Uri.UnescapeDataString(pair[1])));

    /// <summary>Eight people, of whom three came back on the day that is in progress; then nobody.</summary>
    private static CohortTable Table(CohortValues values)
    {
        var who = new UniqueEvents("who");
        return new CohortTable(PeriodUnit.Day, values, 3,
        [
            new CohortRow(new DateOnly(2026, 1, 14), "14 Jan 2026", who, 8,
            [
                new CohortCell(who, 8, 8, IsInProgress: false), new CohortCell(who, 8, 3, IsInProgress: true),
                new CohortCell(who, 8, null, IsInProgress: false),
            ]),
            new CohortRow(new DateOnly(2026, 1, 15), "15 Jan 2026", who, 0,
                [.. Enumerable.Repeat(new CohortCell(who, 0, null, IsInProgress: false), 3)]),
        ]);
    }
}
