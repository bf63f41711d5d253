using System.Globalization;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Cohorts;

/// <summary>
/// What someone filled into a cohort form, under the names that bitmapist 3's form has; <see cref="Retention"/> is this
/// library's own.
/// </summary>
public sealed record CohortFormValues
{
    // Far enough from the calendar's ends (1 … 9998) for a thousand years of columns after it.
    private static readonly DateOnly s_startDateMin = new(1900, 1, 1);
    private static readonly DateOnly s_startDateMax = new(2999, 12, 31);

    /// <summary>The first event's name (select1); empty if none was chosen yet.</summary>
    public string Select1 { get; init; } = "";

    /// <summary>A further event of the first period (select1b); empty for none.</summary>
    public string Select1b { get; init; } = "";

    /// <summary>The event of coming back (select2); empty if none was chosen yet.</summary>
    public string Select2 { get; init; } = "";

    /// <summary>A further event of coming back (select2b); empty for none.</summary>
    public string Select2b { get; init; } = "";

    /// <summary>The length of the periods (time_group: days, weeks, months, years).</summary>
    public PeriodUnit TimeGroup { get; init; } = PeriodUnit.Day;

    /// <summary>Percent or counts (as_percent: 1 or 0; also as_precent, as older forms spell it).</summary>
    public CohortValues Values { get; init; } = CohortValues.Percent;

    /// <summary>Rows (num_results), 1 … 1,000.</summary>
    public int NumResults { get; init; } = 31;

    /// <summary>Periods after a row's own (num_of_rows), 0 … 1,000.</summary>
    public int NumOfRows { get; init; } = 12;

    /// <summary>
    /// The first date looked at (start_date: yyyy-mm-dd, read from 1900 to 2999); null to end at now.
    /// </summary>
    public DateOnly? StartDate { get; init; }

    /// <summary>When someone counts as retained (retention: period or unbounded).</summary>
    public Retention Retention { get; init; } = Retention.InPeriod;

    /// <summary>Whether both events were chosen, so that there is a table to ask for.</summary>
    public bool IsComplete => Select1.Length > 0 && Select2.Length > 0;

    /// <summary>
    /// Reads the fields of a query string. Missing and empty fields have their defaults; others are ignored.
    /// </summary>
    /// <param name="fields">Names and decoded values.</param>
    /// <exception cref="FormatException">A field has no such value; the message names it.</exception>
    public static CohortFormValues Parse(IEnumerable<KeyValuePair<string, string?>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var values = new CohortFormValues();
        foreach ((string field, string? text) in fields)
            if (!string.IsNullOrWhiteSpace(text)) values = values.With(field, text.Trim());
        return values;
    }

    /// <summary>The question that the values ask.</summary>
    /// <param name="catalog">What names mean beyond plain events; null for nothing.</param>
    /// <exception cref="InvalidOperationException">An event was not chosen; see <see cref="IsComplete"/>.</exception>
    public CohortQuery ToQuery(EventCatalog? catalog = null)
    {
        if (!IsComplete) throw new InvalidOperationException("Both events must be chosen: select1 and select2.");
        catalog ??= new EventCatalog();
        return new CohortQuery
        {
            First = catalog.Find(Select1),
            FirstAlso = Select1b.Length > 0 ? catalog.Find(Select1b) : null,
            Return = catalog.Find(Select2),
            ReturnAlso = Select2b.Length > 0 ? catalog.Find(Select2b) : null,
            Unit = TimeGroup,
            Values = Values,
            Rows = NumResults,
            PeriodsAfter = NumOfRows,
            StartDate = StartDate,
            Retention = Retention,
        };
    }

    /// <summary>The values as a query string, without a question mark: what the form would send.</summary>
    public string ToQueryString() => string.Join('&',
        Fields().Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}"));

    /// <summary>A unit's word in forms.</summary>
    internal static string WordOf(PeriodUnit unit) => unit switch
    {
        PeriodUnit.Week => "weeks",
        PeriodUnit.Month => "months",
        PeriodUnit.Year => "years",
        _ => "days",
    };

    private (string Name, string Value)[] Fields() =>
    [
        ("select1", Select1), ("select1b", Select1b), ("select2", Select2), ("select2b", Select2b),
        ("time_group", WordOf(TimeGroup)), ("as_percent", Values == CohortValues.Percent ? "1" : "0"),
        ("num_results", NumResults.ToString(CultureInfo.InvariantCulture)),
        ("num_of_rows", NumOfRows.ToString(CultureInfo.InvariantCulture)),
        ("start_date", StartDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? ""),
        ("retention", Retention == Retention.Unbounded ? "unbounded" : "period"),
    ];

    private CohortFormValues With(string field, string text) => field switch
    {
        "select1" => this with { Select1 = text },
        "select1b" => this with { Select1b = text },
        "select2" => this with { Select2 = text },
        "select2b" => this with { Select2b = text },
        "time_group" => this with { TimeGroup = Unit(text) },
        "as_percent" or "as_precent" => this with { Values = OneOf(field, text, ("1", CohortValues.Percent),
            ("0", CohortValues.Counts)) },
        "num_results" => this with { NumResults = Number(field, text, 1, CohortQuery.RowsMax) },
        "num_of_rows" => this with { NumOfRows = Number(field, text, 0, CohortQuery.PeriodsAfterMax) },
        "start_date" => this with { StartDate = Date(field, text) },
        "retention" => this with { Retention = OneOf(field, text, ("period", Retention.InPeriod),
            ("unbounded", Retention.Unbounded)) },
        _ => this,
    };

    private static PeriodUnit Unit(string text) => OneOf("time_group", text, ("days", PeriodUnit.Day),
        ("weeks", PeriodUnit.Week), ("months", PeriodUnit.Month), ("years", PeriodUnit.Year));

    private static T OneOf<T>(string field, string text, params ReadOnlySpan<(string Word, T Value)> words)
    {
        foreach ((string word, T value) in words)
            if (word == text) return value;
        throw new FormatException($"{field} cannot be \"{text}\".");
    }

    private static int Number(string field, string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= min && number <= max
            ? number : throw new FormatException($"{field} must be a number from {min} to {max}, not \"{text}\".");

    private static DateOnly Date(string field, string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            && date >= s_startDateMin && date <= s_startDateMax
            ? date : throw new FormatException(
                $"{field} must be a date from 1900 to 2999 such as 2026-01-31, not \"{text}\".");
}
