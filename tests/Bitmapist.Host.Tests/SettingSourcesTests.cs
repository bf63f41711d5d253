using System.CommandLine;
using System.Text;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host.Tests;

/// <summary>Settings from a file, the environment and flags.</summary>
public sealed class SettingSourcesTests
{
    private static readonly RootCommand s_root = CommandLine.Create((_, _) => Task.FromResult(0));

    [Theory]
    [InlineData("", "", "", "")]
    [InlineData("save 7", "", "", "-save=7")]
    [InlineData("save 7\nSAVE 8", "", "", "-save=8")]
    [InlineData("save 7", "SAVE=9", "", "-save=9")]
    [InlineData("save 7", "SAVE=9", "-save 5", "-save 5")]
    [InlineData("save 7", "", "-save=5", "-save=5")]
    [InlineData("save 7\ndatabases 3", "MAXCLIENTS=10", "-save 5", "-databases=3 -maxclients=10 -save 5")]
    [InlineData("addr :1 :2\naddr :3", "", "", "-addr=:1 -addr=:2 -addr=:3")]
    [InlineData("addr :1", "ADDR=:4 :5", "", "-addr=:4 -addr=:5")]
    [InlineData("addr :1", "", "-addr :6", "-addr :6")]
    [InlineData("debug yes", "", "", "-debug=true")]
    [InlineData("debug no", "", "", "-debug=false")]
    [InlineData("slowlog-log-slower-than -1", "", "", "-slowlog-log-slower-than=-1")]
    [InlineData("client-output-buffer-limit pubsub 32mb 8mb 60", "", "",
        "-client-output-buffer-limit=pubsub 32mb 8mb 60")]
    [InlineData("db \"/a b/c=d.db\"", "", "", "-db=/a b/c=d.db")]
    [InlineData("requirepass x\nrequirepass \"\"\nsave \"\"", "", "", "-save=0")]
    [InlineData("# save 7", "SAVE=", "", "")] // an empty variable is none
    public void The_later_of_file_environment_and_flags_counts(
        string text, string variables, string flags, string joined) =>
        Assert.Equal(joined, string.Join(' ', Join(text, variables, Words(flags))));

    [Theory]
    [InlineData("save 7\n\nfoo bar", "f.conf, line 3: there is no setting 'foo'")]
    [InlineData("port 6379", "f.conf, line 1: there is no setting 'port'; use addr host:port")]
    [InlineData("version", "f.conf, line 1: there is no setting 'version'")]
    [InlineData("help", "f.conf, line 1: there is no setting 'help'")]
    [InlineData("save 7\nsave soon", "f.conf, line 2: -save must be a number from 0 to 31536000, not soon")]
    [InlineData("save -7", "f.conf, line 1: -save must be a number from 0 to 31536000, not -7")]
    [InlineData("save 7 8", "f.conf, line 1: -save must be a number from 0 to 31536000, not 7 8")]
    [InlineData("save", "f.conf, line 1: -save needs a value: seconds, seconds between snapshots, 0 for none")]
    [InlineData("maxmemory much", "f.conf, line 1: -maxmemory must be a number of bytes such as 512mb, not much")]
    [InlineData("timeout never",
        "f.conf, line 1: -timeout never: argument couldn't be parsed into an integer")]
    [InlineData("debug perhaps", "f.conf, line 1: -debug must be yes or no, not perhaps")]
    public void A_line_that_makes_no_sense_is_named_with_what_is_expected(string text, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => Join(text, "", [])).Message);

    [Fact]
    public void A_variable_that_makes_no_sense_is_named() => Assert.Equal(
        "BITMAPIST_SAVE: -save must be a number from 0 to 31536000, not x",
        Assert.Throws<ConfigurationException>(() => Join("", "SAVE=x", [])).Message);

    [Theory]
    [InlineData("/etc/b.conf -save 5", "/etc/b.conf", "-save 5")]
    [InlineData("b.conf", "b.conf", "")]
    [InlineData("-save 5", null, "-save 5")]
    [InlineData("ping -addr :1", null, "ping -addr :1")]
    [InlineData("help", null, "help")]
    [InlineData("", null, "")]
    public void The_first_argument_is_a_file_unless_it_is_a_flag_or_a_command(string args, string? path, string rest)
    {
        Assert.Equal(path, SettingSources.FileOf(Words(args), s_root, out string[] others));
        Assert.Equal(rest, string.Join(' ', others));
    }

    private static string[] Join(string text, string variables, string[] flags)
    {
        Dictionary<string, string> environment = variables.Length == 0 ? [] : new(
        [
            new("BITMAPIST_" + variables[..variables.IndexOf('=')], variables[(variables.IndexOf('=') + 1)..]),
        ]);
        return SettingSources.Join(
            new ConfigurationFile("f.conf", Encoding.UTF8.GetBytes(text)),
            name => environment.GetValueOrDefault(name), flags, s_root);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
