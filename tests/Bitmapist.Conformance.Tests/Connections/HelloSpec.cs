using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>redis.io/commands/hello: the protocol's version, and who the server is.</summary>
public abstract class HelloSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData(
        "HELLO => ['server', 'redis', 'version', '<any>', 'proto', :2, 'id', :<int 1..>, 'mode', " +
        "'standalone', 'role', 'master', 'modules', []]")]
    [InlineData("HELLO 2 => ['server', 'redis', 'version', '<any>', 'proto', :2, 'id', :<int 1..>, <any>")]
    [InlineData(
        "HELLO 3 => {'server' => 'redis', 'version' => '<any>', 'proto' => :3, 'id' => :<int 1..>, 'mode' => " +
        "'standalone', 'role' => 'master', 'modules' => []}")]
    [InlineData("HELLO 3 | HELLO => {<any>'proto' => :3<any>")]
    [InlineData("HELLO 3 | HELLO 2 => ['server', 'redis', <any>'proto', :2, <any> | GET missing => $nil")]
    [InlineData("hello 3 => {<any>'proto' => :3<any>")]
    public Task Describes_the_server(string row) => CheckAsync(row);

    [Theory]
    [InlineData("GET missing => $nil | HELLO 3 | GET missing => _ | HELLO 2 | GET missing => $nil")]
    [InlineData("HELLO 3 | @1 GET missing => $nil")]
    public Task Changes_the_form_of_replies(string row) => CheckAsync(row);

    [Theory]
    [InlineData("HELLO 3 SETNAME me => {<any> | CLIENT GETNAME => 'me'")]
    [InlineData("HELLO 2 SETNAME me => [<any> | CLIENT GETNAME => 'me'")]
    [InlineData("""HELLO 3 AUTH default "" => {<any>""")]
    [InlineData("HELLO 3 AUTH default anything => {<any>")]
    [InlineData("HELLO 3 AUTH default x SETNAME me => {<any> | CLIENT GETNAME => 'me'")]
    [InlineData("HELLO 3 SETNAME a SETNAME b => {<any> | CLIENT GETNAME => 'b'")]
    [InlineData("HELLO 2 setname me auth default x => [<any>")]
    public Task Takes_options(string row) => CheckAsync(row);

    [Theory]
    [InlineData("HELLO 1 => -NOPROTO unsupported protocol version")]
    [InlineData("HELLO 4 => -NOPROTO unsupported protocol version")]
    [InlineData("HELLO -1 => -NOPROTO unsupported protocol version")]
    [InlineData("HELLO 0 => -NOPROTO unsupported protocol version")]
    [InlineData("HELLO x => -ERR Protocol version is not an integer or out of range")]
    [InlineData("""HELLO "" => -ERR Protocol version is not an integer or out of range""")]
    [InlineData("HELLO 3.0 => -ERR Protocol version is not an integer or out of range")]
    [InlineData("HELLO 99999999999999999999 => -ERR Protocol version is not an integer or out of range")]
    [InlineData("HELLO 4 FOO => -NOPROTO unsupported protocol version")]
    public Task Refuses_other_versions(string row) => CheckAsync(row);

    [Theory]
    [InlineData("HELLO 3 FOO => -ERR Syntax error in HELLO option 'FOO' | GET missing => $nil")]
    [InlineData("HELLO 3 SETNAME => -ERR Syntax error in HELLO option 'SETNAME'")]
    [InlineData("HELLO 3 AUTH => -ERR Syntax error in HELLO option 'AUTH'")]
    [InlineData("HELLO 3 AUTH default => -ERR Syntax error in HELLO option 'AUTH'")]
    [InlineData(
        """HELLO 3 SETNAME "a b" => -ERR Client names cannot contain spaces, newlines or special characters. """ +
        "| CLIENT GETNAME => $nil")]
    [InlineData(
        "HELLO 3 AUTH nobody x => -WRONGPASS invalid username-password pair or user is disabled. " +
        "| GET missing => $nil")]
    [InlineData("{7.0} HELLO 3 AUTH nobody x FOO => -WRONGPASS invalid username-password pair or user is disabled.")]
    [InlineData(
        """HELLO 3 SETNAME "a\nb" => -ERR Client names cannot contain spaces, newlines or special characters.""")]
    [InlineData("HELLO SETNAME me => -ERR Protocol version is not an integer or out of range")]
    [InlineData("HELLO 3 {X*100} => -ERR Syntax error in HELLO option '{X*100}'")]
    public Task Refuses_other_options(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistHello(BitmapistServer server) : HelloSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisHello(RedisServer server) : HelloSpec(server), IClassFixture<RedisServer>;
