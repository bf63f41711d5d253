using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>
/// The two sections of INFO that scripts around the original Go server read, with its names and its lines. Redis has
/// neither, so these rows run against our server only.
/// </summary>
[Trait("Server", "bitmapist")]
public sealed class BitmapistOriginalInfo(BitmapistServer server)
    : ConformanceSpec(server), IClassFixture<BitmapistServer>
{
    [Theory]
    [InlineData("""INFO keys => '<any>keys_total:0\r\n<any>keys_cached:0\r\n<any>'""")]
    [InlineData(
        "SET a 1 | SETBIT b 7 1 " +
        """| INFO keys => '<any>keys_total:2\r\n<any>keys_cached:<int 0..2>\r\n<any>'""")]
    [InlineData("""SELECT 3 | SET a 1 | SELECT 0 | SET b 1 | info KEYS => '<any>keys_total:2\r\n<any>'""")]
    public Task Counts_keys(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SETBIT k 1 1 | INFO commands => '<any>setbit:<int 1..>\r\n<any>'""")]
    [InlineData("""GETBIT k 1 | GETBIT k 1 | INFO commands => '<any>getbit:<int 2..>\r\n<any>'""")]
    public Task Counts_commands(string row) => CheckAsync(row);
}
