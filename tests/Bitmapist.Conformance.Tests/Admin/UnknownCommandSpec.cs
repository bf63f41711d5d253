using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>
/// The error for a command the server does not know quotes it and the first 128 bytes of its arguments.
/// </summary>
public abstract class UnknownCommandSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("NOSUCH => -ERR unknown command 'NOSUCH', with args beginning with: ")]
    [InlineData("nosuch => -ERR unknown command 'nosuch', with args beginning with: ")]
    [InlineData("NoSuch => -ERR unknown command 'NoSuch', with args beginning with: ")]
    [InlineData(""" "" => -ERR unknown command '', with args beginning with: """)]
    [InlineData("get|x => -ERR unknown command 'get|x', with args beginning with: ")]
    [InlineData("client|id => -ERR unknown command 'client|id', with args beginning with: ")]
    [InlineData("{F*200} => -ERR unknown command '{F*128}', with args beginning with: ")]
    [InlineData("{F*128} => -ERR unknown command '{F*128}', with args beginning with: ")]
    public Task Names_the_command_as_it_was_typed(string row) => CheckAsync(row);

    [Theory]
    [InlineData("NOSUCH a => -ERR unknown command 'NOSUCH', with args beginning with: 'a' ")]
    [InlineData("NOSUCH a b => -ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' ")]
    [InlineData("""NOSUCH "" x => -ERR unknown command 'NOSUCH', with args beginning with: '' 'x' """)]
    [InlineData("""NOSUCH "a b" "it's" => -ERR unknown command 'NOSUCH', with args beginning with: 'a b' 'it's' """)]
    [InlineData("""NOSUCH "\xff\xfe" => -ERR unknown command 'NOSUCH', with args beginning with: '\xff\xfe' """)]
    [InlineData(
        "NOSUCH 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 => -ERR " +
        "unknown command 'NOSUCH', with args beginning with: '1' '2' '3' '4' '5' '6' '7' '8' '9' '10' '11' " +
        "'12' '13' '14' '15' '16' '17' '18' '19' '20' '21' '22' '23' '24' '25' '26' '27' '28' ")]
    public Task Quotes_its_arguments(string row) => CheckAsync(row);

    [Theory]
    [InlineData("NOSUCH {a*200} => -ERR unknown command 'NOSUCH', with args beginning with: '{a*128}' ")]
    [InlineData("NOSUCH {a*128} => -ERR unknown command 'NOSUCH', with args beginning with: '{a*128}' ")]
    [InlineData("NOSUCH {a*127} b => -ERR unknown command 'NOSUCH', with args beginning with: '{a*127}' ")]
    [InlineData("NOSUCH {a*126} b => -ERR unknown command 'NOSUCH', with args beginning with: '{a*126}' ")]
    [InlineData("NOSUCH {a*125} b => -ERR unknown command 'NOSUCH', with args beginning with: '{a*125}' ")]
    [InlineData("NOSUCH {a*124} b c => -ERR unknown command 'NOSUCH', with args beginning with: '{a*124}' 'b' ")]
    [InlineData(
        "NOSUCH {a*100} {b*100} c => -ERR unknown command 'NOSUCH', with args beginning with: '{a*100}' " +
        "'bbbbbbbbbbbbbbbbbbbbbbbbb' ")]
    [InlineData("{F*200} {a*200} => -ERR unknown command '{F*128}', with args beginning with: '{a*128}' ")]
    public Task Cuts_long_arguments(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""NOSUCH "a\r\nb" => -ERR unknown command 'NOSUCH', with args beginning with: 'a  b' """)]
    [InlineData(""" "NO\r\nSUCH" => -ERR unknown command 'NO  SUCH', with args beginning with: """)]
    [InlineData("""NOSUCH "a\nb" "c\rd" => -ERR unknown command 'NOSUCH', with args beginning with: 'a b' 'c d' """)]
    public Task Keeps_the_error_on_one_line(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""NOSUCH "a\x00b" c => -ERR unknown command 'NOSUCH', with args beginning with: 'a' 'c' """)]
    [InlineData(""" "NO\x00SUCH" x => -ERR unknown command 'NO', with args beginning with: 'x' """)]
    public Task Ends_words_at_a_zero_byte(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistUnknownCommand(BitmapistServer server) : UnknownCommandSpec(server),
    IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisUnknownCommand(RedisServer server) : UnknownCommandSpec(server), IClassFixture<RedisServer>;
