using System.Globalization;
using System.Text;

namespace Bitmapist.Resp.Tests;

public sealed class StrictIntegerTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    [InlineData("-1", -1)]
    [InlineData("10", 10)]
    [InlineData("4294967295", 4294967295)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Reads_what_an_integer_prints_as(string text, long expected)
    {
        Assert.True(StrictInteger.TryParse(Encoding.ASCII.GetBytes(text), out long value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("-0")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("-01")]
    [InlineData("--1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("0x1")]
    [InlineData("1\0")]
    [InlineData("/")]
    [InlineData(":")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616")]
    [InlineData("18446744073709551626")]
    [InlineData("99999999999999999999")]
    [InlineData("100000000000000000000")]
    public void Refuses_everything_else(string text) =>
        Assert.False(StrictInteger.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Reads_back_random_integers()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < 10_000; i++)
        {
            long expected = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            byte[] text = Encoding.ASCII.GetBytes(expected.ToString(CultureInfo.InvariantCulture));
            Assert.True(StrictInteger.TryParse(text, out long value), $"seed {seed}: {expected}");
            Assert.Equal(expected, value);
        }
    }
}
