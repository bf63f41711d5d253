using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Bitmapist.Client.Cohorts;

/// <summary>
/// A form for choosing a cohort table, sent by GET under bitmapist 3's field names. Events are chosen from lists that
/// narrow down as one types, which the browser does itself: no script, style or font comes from elsewhere, so it works
/// offline. Names that are not in the lists may be typed.
/// </summary>
public sealed record CohortForm
{
    private static readonly int[] s_numResults = [7, 31, 12, 24, 52, 104];
    private static readonly int[] s_numOfRows = [12, 24, 48];

    /// <summary>
    /// What the ids of its elements begin with, another for each form on a page. If null, it follows from the lists of
    /// events: forms that differ in these never take each other's. Forms with the same lists need an Id only for a page
    /// without repeated ids; they offer the same either way.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>Where the form is sent.</summary>
    public required string ActionUrl { get; init; }

    /// <summary>Events for the first period.</summary>
    public required IReadOnlyList<EventChoice> Selections1 { get; init; }

    /// <summary>Further events for the first period; those of <see cref="Selections1"/> if null.</summary>
    public IReadOnlyList<EventChoice>? Selections1b { get; init; }

    /// <summary>Events of coming back; those of <see cref="Selections1"/> if null.</summary>
    public IReadOnlyList<EventChoice>? Selections2 { get; init; }

    /// <summary>Further events of coming back; those of <see cref="Selections2"/> if null.</summary>
    public IReadOnlyList<EventChoice>? Selections2b { get; init; }

    /// <summary>What is filled in.</summary>
    public CohortFormValues Values { get; init; } = new();

    // A list narrows down by what the field holds, so a filled field would offer only itself. Entering it empties it,
    // leaving it without a choice restores it. The form works without. A second form on the page brings the script
    // again: a field that has its listeners is passed over, since two of them would restore nothing.
    private const string Script =
        """
        <script>
        for (const field of document.querySelectorAll('.cohort-form input[list][required]:not([data-wired])')) {
          field.dataset.wired = '';
          field.addEventListener('focus', () => { field.placeholder = field.value; field.value = ''; });
          field.addEventListener('blur', () => { if (field.value === '') field.value = field.placeholder; });
        }
        </script>

        """;

    private const string Style =
        """
        <style>
        .cohort-form { font: 14px/1.6 system-ui, sans-serif; color: #111; margin-bottom: 16px; }
        .cohort-form p { margin: 8px 0; }
        .cohort-form label { display: inline-block; margin: 0 14px 6px 0; }
        .cohort-form input, .cohort-form select, .cohort-form button { font: inherit; padding: 2px 6px; }
        .cohort-form input[list] { width: 13em; }
        </style>

        """;

    /// <summary>The form as HTML with its own style. Everything is escaped.</summary>
    public string ToHtml()
    {
        IReadOnlyList<EventChoice> second = Selections2 ?? Selections1;
        IReadOnlyList<EventChoice> firstAlso = Selections1b ?? Selections1, secondAlso = Selections2b ?? second;
        string id = Id ?? $"cohort-{Fingerprint(Selections1, firstAlso, second, secondAlso)}";
        var html = new StringBuilder(Style);
        html.Append("<form class=\"cohort-form\" method=\"get\" action=\"").Append(Encoded(ActionUrl));
        html.Append("\">\n<p>");
        html.Append("Show me people who ");
        AppendChoice(html, id, "select1", "First event", Values.Select1, isRequired: true, Selections1);
        html.Append(" and ");
        AppendChoice(html, id, "select1b", "Also", Values.Select1b, isRequired: false, firstAlso);
        html.Append("<br>and then came back to ");
        AppendChoice(html, id, "select2", "Return event", Values.Select2, isRequired: true, second);
        html.Append(" and ");
        AppendChoice(html, id, "select2b", "Also on return", Values.Select2b, isRequired: false, secondAlso);
        html.Append("</p>\n<p>");
        AppendSelect(html, "time_group", "Group by", CohortFormValues.WordOf(Values.TimeGroup),
            ("days", "Days"), ("weeks", "Weeks"), ("months", "Months"), ("years", "Years"));
        AppendSelect(html, "as_percent", "As percent", Values.Values == CohortValues.Percent ? "1" : "0",
            ("1", "Yes"), ("0", "No"));
        AppendSelect(html, "num_results", "Number of results", Text(Values.NumResults),
            Numbers(s_numResults, Values.NumResults));
        AppendSelect(html, "num_of_rows", "Number of rows", Text(Values.NumOfRows),
            Numbers(s_numOfRows, Values.NumOfRows));
        AppendSelect(html, "retention", "Came back",
            Values.Retention == Retention.Unbounded ? "unbounded" : "period",
            ("period", "In the period"), ("unbounded", "In the period or later"));
        html.Append("<label>Start date: <input type=\"date\" name=\"start_date\" value=\"")
            .Append(Values.StartDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Append("\"></label>");
        html.Append("</p>\n<p><button type=\"submit\">Show me results</button></p>\n</form>\n").Append(Script);
        return html.ToString();
    }

    private static void AppendChoice(
        StringBuilder html, string id, string field, string label, string value, bool isRequired,
        IReadOnlyList<EventChoice> choices)
    {
        string list = Encoded($"{id}-{field}");
        html.Append(CultureInfo.InvariantCulture, $"<input name=\"{field}\" list=\"{list}\"");
        html.Append(" aria-label=\"").Append(Encoded(label)).Append("\" value=\"").Append(Encoded(value));
        html.Append("\" autocomplete=\"off\"").Append(isRequired ? " required" : " placeholder=\"------\"").Append('>');
        html.Append(CultureInfo.InvariantCulture, $"<datalist id=\"{list}\">");
        foreach (EventChoice choice in choices)
        {
            html.Append("<option value=\"").Append(Encoded(choice.Name)).Append("\">")
                .Append(Encoded(choice.Label)).Append("</option>");
        }

        html.Append("</datalist>");
    }

    private static void AppendSelect(
        StringBuilder html, string field, string label, string chosen, params ReadOnlySpan<(string, string)> options)
    {
        html.Append(CultureInfo.InvariantCulture, $"<label>{label}: <select name=\"{field}\">");
        foreach ((string value, string shown) in options)
        {
            string selected = value == chosen ? " selected" : "";
            html.Append(CultureInfo.InvariantCulture, $"<option value=\"{value}\"{selected}>{shown}</option>");
        }

        html.Append("</select></label>\n");
    }

    /// <summary>
    /// The same for the same lists wherever they are rendered, so that pages stay comparable; 48 bits, so that no two
    /// others on a page share it.
    /// </summary>
    private static string Fingerprint(params ReadOnlySpan<IReadOnlyList<EventChoice>> lists)
    {
        var text = new StringBuilder();
        foreach (IReadOnlyList<EventChoice> choices in lists)
        {
            // Counts and lengths come before what they count: no text can be read two ways.
            text.Append(CultureInfo.InvariantCulture, $"{choices.Count};");
            foreach ((string label, string name) in choices)
                text.Append(CultureInfo.InvariantCulture, $"{label.Length},{name.Length};{label}{name}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 6));
    }

    /// <summary>The usual numbers, and the present one where it is none of them.</summary>
    private static (string, string)[] Numbers(int[] usual, int chosen)
    {
        IEnumerable<int> all = usual.Contains(chosen) ? usual : [chosen, .. usual];
        return [.. all.Select(number => (Text(number), Text(number)))];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);
}

/// <summary>An event that people may choose in a form.</summary>
/// <param name="Label">What they read: "Are active".</param>
/// <param name="Name">What is sent: the event's name, or one of the catalogue's.</param>
public sealed record EventChoice(string Label, string Name);
