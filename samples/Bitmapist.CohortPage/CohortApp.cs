using System.Globalization;
using System.Net;
using System.Text;
using Bitmapist.Client;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;

namespace Bitmapist.CohortPage;

/// <summary>
/// A page with the cohort form and its table, the table as CSV and JSON, and the ids behind every cell. Configuration
/// key <c>bitmapist</c> is the connection string.
/// </summary>
public static class CohortApp
{
    /// <summary>Nothing from elsewhere: the page works offline, and a browser is told to keep it so.</summary>
    private const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'self'";

    /// <summary>What names mean beyond plain events. A real page lists its own.</summary>
    private static readonly EventCatalog s_catalog = new EventCatalog()
        .Add(((EventDefinition)"active" & ((EventDefinition)"web" | "ios")).As("active_web_ios"))
        .Add(EventDefinition.Unique("premium").As("is_premium"));

    /// <summary>Makes the application; it connects at the first request.</summary>
    public static WebApplication Build(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.Services.AddBitmapist(builder.Configuration["bitmapist"] ?? "localhost:6379");
        WebApplication app = builder.Build();
        app.Use(async (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            try
            {
                await next(context);
            }
            catch (FormatException mistake) when (!context.Response.HasStarted)
            {
                // What the address says makes no sense; the message names the field.
                await Results.Text(mistake.Message, "text/plain", Encoding.UTF8, StatusCodes.Status400BadRequest)
                    .ExecuteAsync(context);
            }
        });
        app.MapGet("/", ShowAsync);
        app.MapGet("/cohort.csv", async (HttpRequest request, BitmapistClient bitmapist, CancellationToken cancel) =>
            Results.Text((await TableAsync(request, bitmapist, cancel)).ToCsv(), "text/csv", Encoding.UTF8));
        app.MapGet("/cohort.json", async (HttpRequest request, BitmapistClient bitmapist, CancellationToken cancel) =>
            Results.Text((await TableAsync(request, bitmapist, cancel)).ToJson(), "application/json", Encoding.UTF8));
        app.MapGet("/ids", ShowIdsAsync);
        return app;
    }

    private static async Task<IResult> ShowAsync(
        HttpRequest request, BitmapistClient bitmapist, CancellationToken cancellationToken)
    {
        CohortFormValues values = ValuesOf(request);
        IReadOnlyList<string> names = await bitmapist.EventNamesAsync(cancellationToken: cancellationToken);
        var form = new CohortForm
        {
            ActionUrl = "/",
            Selections1 = [.. names.Concat(s_catalog.Names).Distinct().Select(name => new EventChoice(name, name))],
            Values = values,
        };
        var page = new StringBuilder(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Cohorts</title></head><body>\n");
        page.Append(form.ToHtml());
        if (values.IsComplete)
        {
            CohortTable table = await bitmapist.CohortAsync(values.ToQuery(s_catalog), cancellationToken);
            string query = values.ToQueryString();
            page.Append(table.ToHtml((row, column) => "/ids?" + CellOf(values, table.Rows[row], column)));
            string shown = WebUtility.HtmlEncode(query);
            page.Append(CultureInfo.InvariantCulture,
                $"<p><a href=\"/cohort.csv?{shown}\">CSV</a> <a href=\"/cohort.json?{shown}\">JSON</a></p>\n");
        }

        page.Append("</body></html>\n");
        return Results.Text(page.ToString(), "text/html", Encoding.UTF8);
    }

    /// <summary>
    /// The question whose table ends with a cell, and has no other row (by years: two others). It names the row's date,
    /// so a link that is followed tomorrow still leads to the same people.
    /// </summary>
    private static string CellOf(CohortFormValues values, CohortRow row, int column) =>
        (values with { NumResults = 1, NumOfRows = column, StartDate = row.Date }).ToQueryString();

    /// <summary>Streams the ids behind a table's last cell, one a line, however many they are.</summary>
    private static async Task ShowIdsAsync(
        HttpContext context, BitmapistClient bitmapist, CancellationToken cancellationToken)
    {
        CohortTable table = await TableAsync(context.Request, bitmapist, cancellationToken);
        context.Response.ContentType = "text/plain; charset=utf-8";
        await using var text = new StreamWriter(context.Response.Body);
        await foreach (uint id in bitmapist.IdsAsync(table.Rows[^1].Cells[^1].Events, cancellationToken))
            await text.WriteLineAsync(id.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task<CohortTable> TableAsync(
        HttpRequest request, BitmapistClient bitmapist, CancellationToken cancellationToken)
    {
        CohortFormValues values = ValuesOf(request);
        if (!values.IsComplete) throw new FormatException("Both events must be chosen: select1 and select2.");
        return await bitmapist.CohortAsync(values.ToQuery(s_catalog), cancellationToken);
    }

    private static CohortFormValues ValuesOf(HttpRequest request) => CohortFormValues.Parse(
        request.Query.Select(field => new KeyValuePair<string, string?>(field.Key, field.Value)));
}
