using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>
/// Calls that a user has no right to, made for real: each key of every command that has keys, channels, passwords. Our
/// server refuses them in Redis's words, notes them in ACL LOG, and counts them in INFO, where Redis has counts since
/// 7.2. docs/security.md has the table.
/// </summary>
public sealed class RefusalTable(BitmapistServer ours, RedisServer reference) : IClassFixture<BitmapistServer>,
    IClassFixture<RedisServer>
{
    private const string User = "alice";
    private const string KeyRefused =
        "-NOPERM this user has no permissions to access one of the keys used as arguments";

    /// <summary>Calls whose keys are not where their command's declaration says alone.</summary>
    private static readonly string[] s_moreCalls =
        ["SORT a1 STORE a2", "SORT a1 LIMIT 0 1 STORE a2 ALPHA", "SET a1 v GET"];

    private static readonly string[] s_ofSeveralKeys =
        "bitop copy del exists lcs mget mset msetnx rename renamenx SORT touch unlink watch".Split(' ');

    [Fact]
    public async Task A_call_is_refused_for_each_of_its_keys()
    {
        using RawConnection admin = await RawConnection.ConnectAsync(ours.Port);
        using RawConnection user = await RawConnection.ConnectAsync(ours.Port);
        using RawConnection redisAdmin = await RedisAsync();
        using RawConnection redisUser = await RedisAsync();
        await LogInAsync(admin, user);
        await LogInAsync(redisAdmin, redisUser);
        await admin.AskAsync("CONFIG RESETSTAT"); // the other test's refusals are counted, too
        int refused = 0;
        var multiple = new HashSet<string>();
        foreach (string call in await CallsAsync(admin))
        {
            string[] keys = await KeysAsync(admin, call);
            bool redisKnows = !await IsUnknownAsync(redisAdmin, call);
            if (keys.Length > 1) multiple.Add(call.Split(' ')[0]);
            foreach (string key in keys)
            {
                string others = string.Join(' ', keys.Where(other => other != key).Select(other => "~" + other));
                string set = $"ACL SETUSER {User} reset on nopass +@all {others}".TrimEnd();
                await admin.AskAsync(set);
                await admin.AskAsync("ACL LOG RESET");
                Assert.Equal($"{call}: {KeyRefused}", $"{call}: {await TellAsync(user, call)}");
                refused++;
                string noted = ReplyText.Render(await admin.AskAsync("ACL LOG"));
                string entry = $"'reason', 'key', 'context', 'toplevel', 'object', '{key}'";
                Assert.Contains(entry, noted, StringComparison.Ordinal);
                if (!redisKnows) continue;
                await redisAdmin.AskAsync(set);
                Assert.Equal($"{call}: {KeyRefused}", $"{call}: {await TellAsync(redisUser, call)}");
            }
        }

        Assert.Empty(s_ofSeveralKeys.Except(multiple));
        Assert.Contains(
            $"acl_access_denied_key:{refused}\r\n", await InfoAsync(admin, "stats"), StringComparison.Ordinal);
        Assert.Contains(
            $"errorstat_NOPERM:count={refused}\r\n", await InfoAsync(admin, "errorstats"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channels_and_passwords_are_refused_and_counted()
    {
        string[] calls =
        [
            "PUBLISH d x", "SPUBLISH d x", "SUBSCRIBE c d", "PSUBSCRIBE c*", "SSUBSCRIBE d", "AUTH alice wrong",
            "AUTH nobody x", "HELLO 3 AUTH alice wrong",
        ];
        using RawConnection admin = await RawConnection.ConnectAsync(ours.Port);
        using RawConnection redisAdmin = await RedisAsync();
        string before = await InfoAsync(admin, "stats");
        foreach (string call in calls)
        {
            using RawConnection user = await RawConnection.ConnectAsync(ours.Port);
            using RawConnection redisUser = await RedisAsync();
            await LogInAsync(admin, user, ">right ~* &c +@all");
            await LogInAsync(redisAdmin, redisUser, ">right ~* &c +@all");
            string refusal = await TellAsync(user, call);
            Assert.Matches("^-(NOPERM|WRONGPASS) ", refusal);
            Assert.Equal($"{call}: {await TellAsync(redisUser, call)}", $"{call}: {refusal}");
        }

        string stats = await InfoAsync(admin, "stats");
        Assert.Equal(5, Count(stats, "channel") - Count(before, "channel"));
        Assert.Equal(3, Count(stats, "auth") - Count(before, "auth"));
    }

    /// <summary>A call of each command that has keys, with as many arguments as give it several where it may.</summary>
    private static async Task<List<string>> CallsAsync(RawConnection connection)
    {
        List<string> calls = [.. s_moreCalls];
        foreach (string quoted in ReplyText.RenderItems(await connection.AskAsync("COMMAND LIST")))
        {
            string name = quoted.Trim('\'').Replace('|', ' ');
            for (int arguments = 5; arguments > 0; arguments--)
            {
                string call = $"{name} {string.Join(' ', Enumerable.Range(1, arguments).Select(i => $"a{i}"))}";
                string keys = await TellAsync(connection, $"COMMAND GETKEYSANDFLAGS {call}");
                if (keys[0] != '[') continue;
                if (!keys.Contains("not_key", StringComparison.Ordinal)) calls.Add(call);
                break;
            }
        }

        return calls;
    }

    private static async Task<string[]> KeysAsync(RawConnection connection, string call)
    {
        List<string> keys = ReplyText.RenderItems(await connection.AskAsync($"COMMAND GETKEYS {call}"));
        return [.. keys.Select(key => key.Trim('\'')).Distinct()];
    }

    private static async Task<bool> IsUnknownAsync(RawConnection connection, string call)
    {
        string told = await TellAsync(connection, $"COMMAND GETKEYS {call}");
        return told.StartsWith("-ERR Invalid command", StringComparison.Ordinal);
    }

    private static async Task LogInAsync(RawConnection admin, RawConnection user, string rules = "nopass ~* &* +@all")
    {
        await admin.AskAsync($"ACL SETUSER {User} reset on {rules}");
        Assert.Equal("+OK", await TellAsync(user, $"AUTH {User} right"));
    }

    private static async Task<string> TellAsync(RawConnection connection, string call) =>
        ReplyText.Render(await connection.AskAsync(call));

    private static async Task<string> InfoAsync(RawConnection connection, string section) =>
        System.Text.Encoding.Latin1.GetString(await connection.AskAsync($"INFO {section}"));

    private static int Count(string info, string kind)
    {
        string line = info.Split("\r\n").Single(
            line => line.StartsWith($"acl_access_denied_{kind}:", StringComparison.Ordinal));
        return int.Parse(line.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<RawConnection> RedisAsync()
    {
        Prerequisite.Require(reference.SkipReason is null, reference.SkipReason);
        ConformanceSpec.RequireRedis70(); // later versions word refusals otherwise
        return await RawConnection.ConnectAsync(reference.Port);
    }
}
