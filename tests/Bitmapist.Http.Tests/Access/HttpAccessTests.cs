using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Bitmapist.Http.Access;

namespace Bitmapist.Http.Tests.Access;

/// <summary>The users of Redis's port are those of this one.</summary>
public sealed class HttpAccessTests
{
    [Fact]
    public async Task Without_a_password_everybody_reads_metrics()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await served.AskAsync("/metrics")).Status);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("default:secret", 200)]
    [InlineData(":secret", 200)]
    [InlineData("default:wrong", 401)]
    [InlineData("default:", 401)]
    [InlineData("nobody:secret", 401)]
    [InlineData("watcher:w", 200)]
    [InlineData("marker:m", 403)]
    [InlineData("selector:s", 200)]
    [InlineData("gone:g", 401)]
    [InlineData("no colon", 401)]
    public async Task Who_may_run_INFO_reads_metrics(string? credentials, int status)
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync(
            "ACL SETUSER watcher on >w +info", "ACL SETUSER marker on >m ~* +setbit",
            "ACL SETUSER selector on >s (+info)", "ACL SETUSER gone off >g +@all", "CONFIG SET requirepass secret");
        string? header = credentials is null ? null : Basic(credentials);
        (HttpStatusCode actual, string body, HttpResponseMessage answer) = await served.AskAsync("/metrics", header);
        Assert.Equal((HttpStatusCode)status, actual);
        Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count == 1);
        Assert.Equal(status == 200, body.Contains("bitmapist_", StringComparison.Ordinal));
        foreach (string path in new[] { "/healthz", "/readyz" })
            Assert.Equal(HttpStatusCode.OK, (await served.AskAsync(path, header)).Status);
    }

    [Theory]
    [InlineData("Bearer c2VjcmV0")]
    [InlineData("Basic")]
    [InlineData("Basic !")]
    [InlineData("Basic =")]
    public async Task Other_credentials_are_none(string header)
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync("CONFIG SET requirepass secret");
        Assert.Equal(HttpStatusCode.Unauthorized, (await served.AskAsync("/metrics", header)).Status);
        string longest = Basic("default:" + new string('x', 5000));
        Assert.Equal(HttpStatusCode.Unauthorized, (await served.AskAsync("/metrics", longest)).Status);
    }

    [Fact]
    public async Task A_default_user_without_the_right_reads_nothing()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync("ACL SETUSER default -info");
        Assert.Equal(HttpStatusCode.Forbidden, (await served.AskAsync("/metrics")).Status);
    }

    [Fact]
    public async Task Refusals_are_counted_and_noted()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync("ACL SETUSER marker on >m ~* +setbit");
        await served.AskAsync("/metrics", Basic("marker:wrong"));
        await served.AskAsync("/metrics", Basic("marker:m"));
        MetricsText text = await served.ScrapeAsync();
        Assert.Equal(1, text["bitmapist_access_denied_total{reason=\"auth\"}"]);
        Assert.Equal(1, text["bitmapist_access_denied_total{reason=\"command\"}"]);
        string log = Assert.Single(await served.RunAsync("ACL LOG"));
        Assert.Contains("'/metrics'", log, StringComparison.Ordinal);
        Assert.Contains("'info'", log, StringComparison.Ordinal);
        // Clients take the line apart, and look for every field.
        string noted = Regex.Match(log, "'(id=[^']*)'").Groups[1].Value;
        string[] replies = await served.RunAsync("CLIENT LIST");
        Assert.Equal(FieldsOf(replies[0].Trim('\'').Replace("\\n", "", StringComparison.Ordinal)), FieldsOf(noted));
        Assert.Contains(" addr=127.0.0.1:", noted, StringComparison.Ordinal);
        Assert.Contains(" cmd=http ", noted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Protected_mode_keeps_other_machines_out_until_there_is_a_password()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        var other = IPAddress.Parse("203.0.113.2");
        Assert.True(HttpAccess.IsKeptOut(served.Server!.State, other));
        Assert.True(HttpAccess.IsKeptOut(served.Server.State, other.MapToIPv6()));
        Assert.True(HttpAccess.IsKeptOut(served.Server.State, null));
        Assert.False(HttpAccess.IsKeptOut(served.Server.State, IPAddress.IPv6Loopback));
        Assert.False(HttpAccess.IsKeptOut(served.Server.State, IPAddress.Loopback.MapToIPv6()));
        await served.RunAsync("CONFIG SET requirepass secret");
        Assert.False(HttpAccess.IsKeptOut(served.Server.State, other));
    }

    private static string[] FieldsOf(string line) => [.. line.Split(' ').Select(field => field.Split('=')[0])];

    private static string Basic(string credentials) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
}
