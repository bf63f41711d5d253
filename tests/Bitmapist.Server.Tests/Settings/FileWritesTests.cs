using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Tests.Settings;

public sealed class FileWritesTests
{
    private readonly FileWrites _writes = new();
    private readonly List<string> _written = [];

    [Fact]
    public void What_was_begun_earlier_does_not_replace_what_was_begun_later()
    {
        long first = _writes.Begin(), second = _writes.Begin();
        _writes.Do(second, () => _written.Add("second"));
        _writes.Do(first, () => _written.Add("first"));
        Assert.Equal(["second"], _written);
    }

    [Fact]
    public void Writes_in_their_order_are_all_done()
    {
        long first = _writes.Begin(), second = _writes.Begin();
        _writes.Do(first, () => _written.Add("first"));
        _writes.Do(second, () => _written.Add("second"));
        Assert.Equal(["first", "second"], _written);
    }

    [Fact]
    public void A_write_that_fails_keeps_no_earlier_one_from_being_done()
    {
        long first = _writes.Begin(), second = _writes.Begin();
        Assert.Throws<IOException>(() => _writes.Do(second, () => throw new IOException()));
        _writes.Do(first, () => _written.Add("first"));
        Assert.Equal(["first"], _written);
    }
}
