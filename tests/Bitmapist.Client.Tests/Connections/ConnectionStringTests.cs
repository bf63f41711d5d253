using System.Globalization;

namespace Bitmapist.Client.Tests.Connections;

public sealed class ConnectionStringTests
{
    [Theory]
    [InlineData("host", "redis://host:6379/0")]
    [InlineData("host:7000", "redis://host:7000/0")]
    [InlineData("10.0.0.1:7000", "redis://10.0.0.1:7000/0")]
    [InlineData("[::1]:7000", "redis://[::1]:7000/0")]
    [InlineData("redis://host", "redis://host:6379/0")]
    [InlineData("REDIS://host/", "redis://host:6379/0")]
    [InlineData("redis://host/3", "redis://host:6379/3")]
    [InlineData("redis://host?db=3", "redis://host:6379/3")]
    [InlineData("host:7000?db=3", "redis://host:7000/3")]
    [InlineData("redis://[fe80::1]/2", "redis://[fe80::1]:6379/2")]
    [InlineData("rediss://host:6380", "rediss://host:6380/0")]
    [InlineData("redis://ho%73t", "redis://host:6379/0")]
    [InlineData("unix:///run/redis.sock", "unix:///run/redis.sock?db=0")]
    [InlineData("unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1")]
    [InlineData("unix:///run/a%20b%3F.sock", "unix:///run/a b?.sock?db=0")]
    public void The_place_is_understood(string text, string address) =>
        Assert.Equal(address, BitmapistOptions.Parse(text).ToString());

    [Theory]
    [InlineData("redis://host", null, null)]
    [InlineData("redis://:pass@host", null, "pass")]
    [InlineData("redis://user:pass@host", "user", "pass")]
    [InlineData("user:pass@host:7000", "user", "pass")]
    [InlineData("redis://user:@host", "user", "")]
    [InlineData("redis://us%3aer:p%40s%2Fs%3F%25@host", "us:er", "p@s/s?%")]
    [InlineData("redis://user:pa:ss@host", "user", "pa:ss")]
    [InlineData("redis://user:p@ss@host", "user", "p@ss")]
    [InlineData("redis://%C3%BCser:%E2%82%AC@host", "üser", "€")]
    [InlineData("redis://user:a+b@host", "user", "a+b")]
    [InlineData("unix://user:pass@/run/redis.sock", "user", "pass")]
    public void User_and_password_are_understood(string text, string? user, string? password)
    {
        BitmapistOptions options = BitmapistOptions.Parse(text);
        Assert.Equal((user, password), (options.User, options.Password));
        if (password is { Length: > 0 }) Assert.DoesNotContain(password, options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_follow_the_question_mark()
    {
        BitmapistOptions options = BitmapistOptions.Parse(
            "redis://user:pass@host:7000/2?prefix=track%26ist_&layout=bitmapist3&name=web-1&hourly=true&unique=False"
            + "&connectTimeoutMs=100&RESPONSETIMEOUTMS=200");
        Assert.Equal("track&ist_", options.KeyPrefix);
        Assert.Equal(KeyLayout.Bitmapist3, options.Layout);
        Assert.Equal("web-1", options.ClientName);
        Assert.Equal((true, false), (options.TrackHourly, options.TrackUnique));
        Assert.Equal((100, 200), (options.ConnectTimeoutMs, options.ResponseTimeoutMs));
        Assert.Equal(2, options.Database);
    }

    [Theory]
    [InlineData("host?foreign=t1_1_", "t1_1_", false)]
    [InlineData("host?foreign=t1_1_,t%2C2_&ownsPrefix=true", "t1_1_ t,2_", true)]
    [InlineData("host?FOREIGN=a%26_&OWNSPREFIX=False", "a&_", false)]
    [InlineData("host", "", false)]
    public void Prefixes_of_others_are_understood(string text, string foreign, bool owns)
    {
        BitmapistOptions options = BitmapistOptions.Parse(text);
        Assert.Equal((foreign, owns), (string.Join(' ', options.ForeignPrefixes), options.OwnsPrefix));
        ClientSettings settings = ClientSettings.Of(options);
        Assert.Equal((foreign, owns), (string.Join(' ', settings.ForeignPrefixes), settings.OwnsPrefix));
    }

    [Theory]
    [InlineData("host?foreign=", "foreign has an empty prefix")]
    [InlineData("host?foreign=a_,,b_", "foreign has an empty prefix")]
    [InlineData("host?foreign=a_&foreign=b_", "option \"foreign\" is given twice")]
    [InlineData("host?ownsPrefix=yes", "ownsPrefix must be true or false")]
    public void Prefixes_of_others_that_make_no_sense_are_refused(string text, string complaint)
    {
        FormatException refusal = Assert.Throws<FormatException>(() => BitmapistOptions.Parse(text));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        BitmapistOptions options = BitmapistOptions.Parse("host");
        Assert.Null(options.KeyPrefix);
        Assert.Equal(KeyLayout.Bitmapist4, options.Layout);
        Assert.Null(options.TrackHourly);
        Assert.Null(options.TrackUnique);
        Assert.False(options.UseTls);
        Assert.Equal((5_000, 5_000), (options.ConnectTimeoutMs, options.ResponseTimeoutMs));
    }

    [Theory]
    [InlineData("", "the host is missing")]
    [InlineData("redis://", "the host is missing")]
    [InlineData("redis://:7000", "the host is missing")]
    [InlineData("redis://user:pass@", "the host is missing")]
    [InlineData("http://host", "scheme \"http\" is none of redis, rediss, unix")]
    [InlineData("://host", "scheme \"\" is none of redis, rediss, unix")]
    [InlineData("host:", "the port is not a number from 1 to 65,535")]
    [InlineData("host:0", "the port is not a number from 1 to 65,535")]
    [InlineData("host:65536", "the port is not a number from 1 to 65,535")]
    [InlineData("host:+1", "the port is not a number from 1 to 65,535")]
    [InlineData("::1", "the host has several colons; an IPv6 address needs brackets: [::1]:6379")]
    [InlineData("[::1", "an IPv6 address must be of the form [::1] or [::1]:6379")]
    [InlineData("[::1]7000", "an IPv6 address must be of the form [::1] or [::1]:6379")]
    [InlineData("[host]:7000", "\"host\" is no IPv6 address")]
    [InlineData("ho st", "the host has a space or control character in it")]
    [InlineData("redis://host/x", "the database is not a number from 0 to 2,147,483,647")]
    [InlineData("redis://host/-1", "the database is not a number from 0 to 2,147,483,647")]
    [InlineData("redis://host/1/2", "the database is not a number from 0 to 2,147,483,647")]
    [InlineData("redis://host/1?db=1", "the database is given twice, as path and as db")]
    [InlineData("redis://user@host", "there is a user and no password before \"@\"; write user:password@ or :password@")]
    [InlineData("redis://u:p/w@host", "in user and password write / as %2F and ? as %3F; behind the host write @ as %40")]
    [InlineData("redis://u:p?w@host", "in user and password write / as %2F and ? as %3F; behind the host write @ as %40")]
    [InlineData("redis://u:p%w@host", "a percent sign in the password is not followed by two hexadecimal digits; write it as %25")]
    [InlineData("redis://u:p%4@host", "a percent sign in the password is not followed by two hexadecimal digits; write it as %25")]
    [InlineData("redis://u:%ff@host", "the password is not UTF-8 once decoded")]
    [InlineData("unix://run/redis.sock", "a unix socket needs an absolute path: unix:///run/redis.sock")]
    [InlineData("unix://", "a unix socket needs an absolute path: unix:///run/redis.sock")]
    [InlineData("host?", null)]
    [InlineData("host?prefix", "option \"prefix\" has no value")]
    [InlineData("host?prefix=a&prefix=b", "option \"prefix\" is given twice")]
    [InlineData("host?color=red", "option \"color\" is none of prefix, layout, db, name, hourly, unique, foreign, ownsPrefix, connectTimeoutMs, responseTimeoutMs")]
    [InlineData("host?hourly=yes", "hourly must be true or false, not \"yes\"")]
    [InlineData("host?name=a%20b", "name must be printable ASCII without spaces")]
    [InlineData("host?connectTimeoutMs=0", "the connectTimeoutMs is not a number from 1 to 86,400,000")]
    public void What_is_wrong_is_said(string text, string? complaint)
    {
        if (complaint is null)
        {
            BitmapistOptions.Parse(text);
            return;
        }

        FormatException refusal = Assert.Throws<FormatException>(() => BitmapistOptions.Parse(text));
        Assert.Equal($"Connection string: {complaint}.", refusal.Message);
    }

    [Theory]
    [InlineData("redis://user:hunter2@host:port")]
    [InlineData("redis://user:hunter2@")]
    [InlineData("redis://user:hunter2")]
    [InlineData("redis://user:x/hunter2@host")]
    [InlineData("redis://user:x?hunter2@host")]
    [InlineData("redis://user:hunter2%zz@host")]
    [InlineData("unix://user:hunter2@run")]
    [InlineData("redis://host/hunter2")]
    public void Errors_do_not_show_the_password(string text)
    {
        FormatException refusal = Assert.Throws<FormatException>(() => BitmapistOptions.Parse(text));
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_percent_encoded_comes_back()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++)
        {
            string user = RandomText(random), password = RandomText(random), prefix = RandomText(random);
            int database = random.Next(100);
            string text = string.Create(CultureInfo.InvariantCulture,
                $"redis://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@h/{database}")
                + $"?prefix={Uri.EscapeDataString(prefix)}";
            BitmapistOptions options = BitmapistOptions.Parse(text);
            Assert.True(options.User == user && options.Password == password && options.KeyPrefix == prefix
                && options.Database == database && options.Host == "h", $"seed {seed}: {text}");
        }
    }

    [Fact]
    public void Any_text_is_understood_or_refused()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        string[] pieces =
        [
            "redis", "rediss", "unix", "://", ":", "/", "@", "?", "&", "=", "[", "]", "%", "%41", "%ff", "host", "1",
            "db",
        ];
        int understood = 0, refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => random.GetItems(pieces, 1)[0]));
            try
            {
                BitmapistOptions.Parse(text).Snapshot();
                understood++;
            }
            catch (FormatException)
            {
                refused++;
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}: {text}: {failure}");
            }
        }

        Assert.True(understood > 200 && refused > 200, $"seed {seed}: {understood} understood, {refused} refused");
    }

    private static string RandomText(Random random)
    {
        string[] letters = ["a", "Z", "0", ":", "/", "@", "?", "&", "=", "%", "+", " ", "#", "ü", "€", "😀", "[", "]"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.GetItems(letters, 1)[0]));
    }
}
