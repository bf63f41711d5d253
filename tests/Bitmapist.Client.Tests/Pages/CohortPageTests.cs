using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.CohortPage;
using Bitmapist.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;

namespace Bitmapist.Client.Tests.Pages;

/// <summary>
/// The sample page in a real browser over our server. With BITMAPIST_PICTURES=folder the pictures are kept there, to be
/// looked at.
/// </summary>
public sealed class CohortPageTests(BitmapistServer server, Chromium chromium)
    : IClassFixture<BitmapistServer>, IClassFixture<Chromium>, IAsyncLifetime
{
    private WebApplication _app = null!;

    private string Address => _app.Urls.First();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Chromium.SkipWhereMissing();
        await MarkAsync();
        _app = CohortApp.Build(
        [
            "--bitmapist", $"127.0.0.1:{server.Port}", "--urls", "http://127.0.0.1:0",
            "--Logging:LogLevel:Default", "Error",
        ]);
        await _app.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    [Fact]
    public async Task Another_event_chosen_in_the_form_shows_another_table()
    {
        IPage page = await chromium.OpenAsync();
        var elsewhere = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(Address, StringComparison.Ordinal)) elsewhere.Add(request.Url);
        };
        await page.GotoAsync(Address);
        Assert.Equal(0, await page.Locator(".cohort-table").CountAsync());
        string[] choices = await Choices(page, "select1");
        Assert.Equal(["active", "ios", "premium", "signup", "web", "active_web_ios", "is_premium"], choices);

        await ChooseAsync(page, "signup", "active", "weeks");
        string active = await page.Locator(".cohort-table").InnerTextAsync();
        Assert.Equal(13, await page.Locator(".cohort-table tbody tr").First.Locator("td").CountAsync() - 1);
        await KeepPictureAsync(page, "cohort-weeks");
        await ChooseAsync(page, "signup", "active_web_ios", "weeks");
        string custom = await page.Locator(".cohort-table").InnerTextAsync();
        Assert.NotEqual(active, custom);
        await ChooseAsync(page, "signup", "active", "weeks");
        Assert.Equal(active, await page.Locator(".cohort-table").InnerTextAsync());

        await page.SelectOptionAsync("[name=as_percent]", "0");
        await page.ClickAsync("button[type=submit]");
        Assert.DoesNotContain("%", await page.Locator(".cohort-table").InnerTextAsync(), StringComparison.Ordinal);
        await KeepPictureAsync(page, "cohort-counts");
        Assert.Empty(elsewhere);
    }

    [Fact]
    public async Task A_form_filled_in_keeps_its_values_and_required_fields_their_choice()
    {
        IPage page = await chromium.OpenAsync();
        await page.GotoAsync($"{Address}/?select1=signup&select2=active&time_group=days&num_results=7"
            + "&retention=unbounded&start_date=2026-01-05");
        Assert.Equal("signup", await page.InputValueAsync("[name=select1]"));
        Assert.Equal("unbounded", await page.InputValueAsync("[name=retention]"));
        Assert.Equal("2026-01-05", await page.InputValueAsync("[name=start_date]"));
        Assert.Equal(7, await page.Locator(".cohort-table tbody tr").CountAsync());
        await page.FocusAsync("[name=select1]"); // empties it, so that the whole list is offered
        Assert.Equal("", await page.InputValueAsync("[name=select1]"));
        await page.FocusAsync("[name=num_results]");
        Assert.Equal("signup", await page.InputValueAsync("[name=select1]"));
    }

    [Fact]
    public async Task A_cell_leads_to_its_people_and_a_table_to_its_files()
    {
        IPage page = await chromium.OpenAsync();
        await page.GotoAsync($"{Address}/?select1=signup&select2=active&time_group=weeks&num_results=12&as_percent=0");
        ILocator link = page.Locator(".cohort-table tbody tr").First.Locator("td a").First;
        int count = int.Parse(await link.InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture);
        await link.ClickAsync();
        string ids = await page.Locator("body").InnerTextAsync();
        Assert.Equal(count, ids.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        using var http = new HttpClient();
        string csv = await http.GetStringAsync(
            $"{Address}/cohort.csv?select1=signup&select2=active&time_group=weeks", Cancel);
        Assert.StartsWith("Date,Total,0,1,", csv, StringComparison.Ordinal);
        string json = await http.GetStringAsync($"{Address}/cohort.json?select1=signup&select2=active", Cancel);
        Assert.StartsWith("{\"unit\":\"day\"", json, StringComparison.Ordinal);
        HttpResponseMessage wrong = await http.GetAsync($"{Address}/?select1=a&select2=b&num_results=no", Cancel);
        Assert.Equal(400, (int)wrong.StatusCode);
        Assert.StartsWith("num_results", await wrong.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/?num_results=no", "num_results")]
    [InlineData("/cohort.csv?select1=a&select2=b&num_results=x", "num_results")]
    [InlineData("/cohort.json?select1=a", "Both events must be chosen")]
    [InlineData("/ids?row=0&column=0", "Both events must be chosen")]
    [InlineData("/ids?select1=a&select2=b&start_date=9999-12-31", "start_date")]
    public async Task What_makes_no_sense_is_answered_with_the_reason(string address, string words)
    {
        using var http = new HttpClient();
        HttpResponseMessage answer = await http.GetAsync(Address + address, Cancel);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.StartsWith(words, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("days")]
    [InlineData("weeks")]
    [InlineData("months")]
    [InlineData("years")]
    public async Task Every_cells_link_names_its_date_and_leads_to_as_many_people_as_it_says(string unit)
    {
        IPage page = await chromium.OpenAsync();
        await page.GotoAsync($"{Address}/?select1=signup&select2=active&time_group={unit}&num_results=7"
            + "&num_of_rows=3&as_percent=0");
        IReadOnlyList<ILocator> links = await page.Locator(".cohort-table tbody td a").AllAsync();
        Assert.NotEmpty(links);
        using var http = new HttpClient();
        foreach (ILocator link in links)
        {
            string target = (await link.GetAttributeAsync("href"))!;
            Assert.Contains("start_date=20", target, StringComparison.Ordinal);
            string ids = await http.GetStringAsync(Address + target, Cancel);
            Assert.Equal(await link.InnerTextAsync(), ids.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
                .ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Two_forms_on_a_page_keep_their_own_values_and_lists()
    {
        var form = new CohortForm
        {
            ActionUrl = "/", Selections1 = [new EventChoice("a", "a")], Values = new() { Select1 = "a", Select2 = "a" },
        };
        IPage page = await chromium.OpenAsync();
        await page.SetContentAsync(form.ToHtml() + (form with { Id = "other" }).ToHtml());
        for (int i = 0; i < 2; i++)
        {
            ILocator field = page.Locator("[name=select1]").Nth(i);
            await field.FocusAsync();
            Assert.Equal("", await field.InputValueAsync());
            await field.BlurAsync();
            Assert.Equal("a", await field.InputValueAsync());
        }

        string[] ids = await page.Locator("datalist").EvaluateAllAsync<string[]>("all => all.map(o => o.id)");
        Assert.Equal(8, ids.Distinct().Count());
    }

    [Fact]
    public async Task Two_forms_that_nobody_named_offer_each_its_own_events()
    {
        var form = new CohortForm { ActionUrl = "/", Selections1 = [new EventChoice("a", "a")] };
        IPage page = await chromium.OpenAsync();
        await page.SetContentAsync(
            form.ToHtml() + (form with { Selections1 = [new EventChoice("b", "b")] }).ToHtml());
        string[] offered = await page.Locator("[name=select1]").EvaluateAllAsync<string[]>(
            "fields => fields.map(field => field.list.options[0].value)"); // what the browser takes for its list
        Assert.Equal(["a", "b"], offered);
    }

    private static async Task ChooseAsync(IPage page, string first, string second, string unit)
    {
        await page.FillAsync("[name=select1]", first);
        await page.FillAsync("[name=select2]", second);
        await page.SelectOptionAsync("[name=time_group]", unit);
        await page.SelectOptionAsync("[name=num_results]", "12");
        await page.ClickAsync("button[type=submit]");
        await page.WaitForSelectorAsync(".cohort-table");
    }

    private static async Task<string[]> Choices(IPage page, string field) =>
        await page.Locator($"[name={field}] + datalist option")
            .EvaluateAllAsync<string[]>("all => all.map(o => o.value)");

    private static async Task KeepPictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("BITMAPIST_PICTURES") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(
                new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }

    /// <summary>Twelve weeks of sign-ups who come back less and less, on the web or on iOS.</summary>
    private async Task MarkAsync()
    {
        await using BitmapistClient client = await BitmapistClient.ConnectAsync($"127.0.0.1:{server.Port}", Cancel);
        if (await client.AnyAsync(new UniqueEvents("premium"), Cancel)) return; // an earlier test's
        var random = new Random(12);
        for (int week = 0; week < 12; week++)
        {
            uint first = (uint)(1_000 * week);
            uint[] people = [.. Enumerable.Range(0, 300 + random.Next(200)).Select(i => first + (uint)i)];
            await client.MarkAsync("signup", people, At(week), trackUnique: false, cancellationToken: Cancel);
            for (int after = 0; week + after < 12; after++)
            {
                uint[] back = [.. people.Where(_ => random.NextDouble() < 0.9 / (1 + (0.5 * after)))];
                await client.MarkAsync("active", back, At(week + after), trackUnique: false, cancellationToken: Cancel);
                await MarkSome("web", 3);
                await MarkSome("ios", 5);

                Task MarkSome(string name, uint every) => client.MarkAsync(
                    name, back.Where(id => id % every == 0), At(week + after), cancellationToken: Cancel);
            }
        }

        await client.MarkUniqueAsync("premium", 1, Cancel);

        DateTimeOffset At(int week) => client.Now.AddDays(-7 * (11 - week));
    }
}
