using System.Globalization;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>
/// Every command of ours, with and without the right to it and to each of its arguments as a key, asked of our server
/// and of Redis: what is refused, and in which words, is the same.
/// </summary>
public sealed class AccessTable(BitmapistServer ours, RedisServer reference) : IClassFixture<BitmapistServer>,
    IClassFixture<RedisServer>
{
    private const string User = "alice";
    private const int MoreArguments = 2; // beyond as few as the command takes
    private static readonly string[] s_uses = ["", "%R~", "%W~"];
    private static readonly string[] s_withoutLogin = ["auth", "hello", "quit", "reset"];

    [Fact]
    public async Task A_command_without_its_right_is_refused_before_it_runs()
    {
        Require();
        using RawConnection admin = await RawConnection.ConnectAsync(ours.Port);
        using RawConnection user = await RawConnection.ConnectAsync(ours.Port);
        await admin.AskAsync($"ACL SETUSER {User} on nopass");
        await user.AskAsync($"AUTH {User} x");
        int refused = 0;
        foreach (CommandShape command in await CommandsAsync(admin))
        {
            string set = $"ACL SETUSER {User} ~* &* +@all -{command.Name}";
            Assert.Equal("+OK", ReplyText.Render(await admin.AskAsync(set)));
            string reply = command.Name is "quit" ? "" : ReplyText.Render(await user.AskAsync(command.Call(0)));
            if (s_withoutLogin.Contains(command.Name))
            {
                Assert.DoesNotContain("NOPERM", reply, StringComparison.Ordinal);
                await user.AskAsync($"AUTH {User} x");
                continue;
            }

            string denial = $"NOPERM this user has no permissions to run the '{command.Name}' command";
            bool isExec = command.Name == "exec";
            Assert.Equal(isExec ? $"-EXECABORT Transaction discarded because of: {denial}" : $"-{denial}", reply);
            if (!isExec) refused++;
        }

        Assert.InRange(refused, 60, int.MaxValue);
        Assert.Contains($"errorstat_NOPERM:count={refused}", await InfoAsync(admin), StringComparison.Ordinal);
        Assert.Contains($"acl_access_denied_cmd:{refused + 1}", await InfoAsync(admin), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rights_to_commands_and_to_each_key_are_those_of_Redis()
    {
        Require();
        ConformanceSpec.RequireRedis70(); // later versions word refusals otherwise
        using RawConnection our = await RawConnection.ConnectAsync(ours.Port);
        using RawConnection theirs = await RawConnection.ConnectAsync(reference.Port);
        int compared = 0;
        foreach (CommandShape command in await CommandsAsync(our))
        {
            string known = ReplyText.Render(await theirs.AskAsync($"COMMAND INFO {command.Name}"));
            if (known is "[*nil]" or "[$nil]") continue; // of our own, or of a later Redis
            for (int more = 0; more <= (command.TakesMore ? MoreArguments : 0); more++)
            {
                List<string> questions = Questions(command, more);
                List<byte[]> left = await our.AskAllAsync(questions);
                List<byte[]> right = await theirs.AskAllAsync(questions);
                for (int i = 0; i < questions.Count; i++)
                {
                    string told = ReplyText.Render(left[i]);
                    Assert.True(
                        told == ReplyText.Render(right[i]),
                        $"{questions[i - (i % 2)]} | {questions[i]}: {told}, Redis {ReplyText.Render(right[i])}");
                    compared++;
                }
            }
        }

        Assert.InRange(compared, 500, int.MaxValue);
    }

    /// <summary>Pairs of a change of the user and a question about it.</summary>
    private static List<string> Questions(CommandShape command, int more)
    {
        string ask = $"ACL DRYRUN {User} {command.Call(more)}";
        List<string> questions =
        [
            $"ACL SETUSER {User} reset on nopass ~* &* +@all -{command.Name}", ask,
            $"ACL SETUSER {User} reset on nopass ~* &* +{command.Name}", ask,
            $"ACL SETUSER {User} reset on nopass &* +{command.Name}", ask,
        ];
        int arguments = command.ArgumentCount(more);
        for (int key = 1; key <= arguments; key++)
        {
            string others = string.Join(
                ' ', Enumerable.Range(1, arguments).Where(i => i != key).Select(i => "~" + Argument(i)));
            foreach (string use in s_uses)
            {
                string own = use.Length == 0 ? "" : use + Argument(key);
                questions.Add($"ACL SETUSER {User} reset &* +{command.Name} {others} {own}".TrimEnd());
                questions.Add(ask);
            }
        }

        return questions;
    }

    private static string Argument(int number) => $"a{number}";

    private static async Task<List<CommandShape>> CommandsAsync(RawConnection connection)
    {
        var commands = new List<CommandShape>();
        List<string> names = ReplyText.RenderItems(await connection.AskAsync("COMMAND LIST"));
        foreach (string quoted in names)
        {
            string name = quoted.Trim('\'');
            string info = ReplyText.Render(await connection.AskAsync($"COMMAND INFO {name}"));
            string[] fields = info.Split(", ");
            int arity = int.Parse(fields[1].TrimStart(':'), CultureInfo.InvariantCulture);
            // A container is no call by itself, unless it may be called alone.
            bool isContainer = names.Any(other => other.StartsWith($"'{name}|", StringComparison.Ordinal));
            if (!isContainer || arity == -1) commands.Add(new CommandShape(name, arity));
        }

        return commands;
    }

    private static async Task<string> InfoAsync(RawConnection connection) =>
        ReplyText.Render(await connection.AskAsync("INFO everything"));

    private void Require() => Prerequisite.Require(reference.SkipReason is null, reference.SkipReason);

    /// <summary>How a command is called.</summary>
    private sealed record CommandShape(string Name, int Arity)
    {
        public bool TakesMore => Arity < 0;

        private int Words => Name.Contains('|', StringComparison.Ordinal) ? 2 : 1;

        public int ArgumentCount(int more) => Math.Abs(Arity) - Words + more;

        /// <summary>A call with as few arguments as it takes, and so many more.</summary>
        public string Call(int more) => string.Join(
            ' ', Enumerable.Range(1, ArgumentCount(more)).Select(Argument).Prepend(Name.Replace('|', ' ')));
    }
}
