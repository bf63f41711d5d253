using System.CommandLine;

namespace Bitmapist.Host.Tests.Program;

/// <summary>What is said of arguments that make no sense: flag, value, and what is expected, in words.</summary>
public sealed class ArgumentTests
{
    private static readonly RootCommand s_root = CommandLine.Create((_, _) => Task.FromResult(0));

    [Theory]
    [InlineData("-save soon", "-save must be a number from 0 to 31536000, not soon")]
    [InlineData("-save", "-save needs a value: seconds, seconds between snapshots, 0 for none")]
    [InlineData("-save 1 -save 2", "-save is given 2 times, and takes one value")]
    [InlineData("-tls-port https", "-tls-port must be a number from 0 to 65535, not https")]
    [InlineData("-tls-port 65536", "-tls-port must be a number from 0 to 65535, not 65536")]
    [InlineData("-appendfsync daily", "-appendfsync must be always, everysec or no, not daily")]
    [InlineData("-io-transport tcp", "-io-transport must be auto, io_uring, epoll or pipelines, not tcp")]
    [InlineData("-protected-mode maybe", "-protected-mode must be yes or no, not maybe")]
    [InlineData("-tls-auth-clients x", "-tls-auth-clients must be yes, optional or no, not x")]
    [InlineData("-log-format xml", "-log-format must be plain, json or systemd, not xml")]
    [InlineData("-maxmemory much", "-maxmemory must be a number of bytes such as 512mb, not much")]
    [InlineData("-timeout never", "-timeout never: argument couldn't be parsed into an integer")]
    [InlineData("-foo", "there is no flag -foo")]
    [InlineData("-db a b", "'b' is one argument too many")]
    [InlineData("import", "import needs an argument: file, Go server's database, Redis dump, Redis's append-only file "
        + "or directory of them, or ours")]
    [InlineData("export", "export needs an argument: file, RDB file to write")]
    [InlineData("check", "check needs an argument: file, database or backup")]
    [InlineData("repair a", "repair needs an argument: out, new database; must not exist")]
    [InlineData("repair a b c", "'c' is one argument too many")]
    [InlineData("dump-log", "dump-log needs an argument: file, log segment, such as bitmapist.db.log.000001")]
    public void What_makes_no_sense_is_named_with_what_is_expected(string args, string message) =>
        Assert.Equal(message, ValueRules.Describe(SettingSources.Parse(s_root, args.Split(' '))));

    [Theory]
    [InlineData("-debug=yes", "-debug=true")]
    [InlineData("-debug=NO", "-debug=false")]
    [InlineData("-debug=true", "-debug=true")]
    [InlineData("-db=yes", "-db=yes")]
    [InlineData("-x=yes", "-x=yes")]
    public void A_switch_takes_yes_and_no(string argument, string parsed) =>
        Assert.Equal([parsed], SettingSources.Switches([argument], s_root));

    [Fact]
    public void A_switch_takes_nothing_else() => Assert.Equal(
        "-debug must be yes or no, not perhaps",
        Assert.Throws<Server.Settings.ConfigurationException>(
            () => SettingSources.Switches(["-debug=perhaps"], s_root)).Message);
}
