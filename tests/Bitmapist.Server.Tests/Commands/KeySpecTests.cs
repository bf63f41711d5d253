using Bitmapist.Server.Commands;

namespace Bitmapist.Server.Tests.Commands;

/// <summary>Which arguments of a call are keys.</summary>
public sealed class KeySpecTests
{
    [Theory]
    [InlineData(0, 0, 0, 3, "")]
    [InlineData(1, 1, 1, 4, "1")]
    [InlineData(1, 2, 1, 3, "1 2")]
    [InlineData(1, -1, 1, 4, "1 2 3")]
    [InlineData(2, -1, 1, 4, "2 3")]
    [InlineData(1, -1, 2, 6, "1 3 5")] // as MSET would have it
    [InlineData(1, -2, 1, 5, "1 2 3")]
    [InlineData(2, -1, 1, 2, "")] // a call without its keys
    [InlineData(1, 2, 1, 2, "1")] // and one without some
    public void Keys_are_where_the_declaration_says(int first, int last, int step, int arguments, string keys)
    {
        var found = new List<int>();
        foreach (int key in new KeySpec(first, last, step).In(arguments)) found.Add(key);
        Assert.Equal(keys, string.Join(' ', found));
    }
}
