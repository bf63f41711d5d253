namespace Bitmapist.Client.Tests.Connections;

public sealed class RequestTextTests
{
    [Theory]
    [InlineData(0, "PING")]
    [InlineData(1, "SETBIT trackist_active_2026-1")]
    [InlineData(2, "GET b")]
    public void Requests_are_named_by_command_and_key(int index, string name)
    {
        RequestBatch batch = Batches.Of("PING", "SETBIT trackist_active_2026-1 5 1", "GET b");
        Assert.Equal(name, RequestText.At(batch.Wire.Span, index));
    }

    [Fact]
    public void Odd_and_long_keys_stay_readable()
    {
        RequestBatch batch = new RequestBatch().Begin("GET", 1).Add([(byte)'a', 0, (byte)'\r', 0xff, (byte)' ']);
        Assert.Equal("GET a\\x00\\x0d\\xff\\x20", RequestText.At(batch.Wire.Span, 0));
        batch = new RequestBatch().Begin("GET", 1).Add(new string('k', 1_000));
        Assert.Equal($"GET {new string('k', ClientLimits.ShownCharactersMax)}…", RequestText.At(batch.Wire.Span, 0));
    }
}
