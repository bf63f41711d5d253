using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>redis.io/commands/client: what a connection can say and learn about itself.</summary>
public abstract class ClientSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("CLIENT ID => :<int 1..>")]
    [InlineData("client id => :<int 1..>")]
    [InlineData("CLIENT ID x => -ERR wrong number of arguments for 'client|id' command")]
    public Task Has_an_id(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "CLIENT GETNAME => $nil | CLIENT SETNAME me => +OK | CLIENT GETNAME => 'me' " +
        """| CLIENT SETNAME "" => +OK | CLIENT GETNAME => $nil""")]
    [InlineData("CLIENT SETNAME a-b.c:d/e => +OK | CLIENT GETNAME => 'a-b.c:d/e'")]
    [InlineData("CLIENT SETNAME me | @1 CLIENT GETNAME => $nil")]
    [InlineData("CLIENT SETNAME {n*300} => +OK | CLIENT GETNAME => '{n*300}'")]
    public Task Has_a_name(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""CLIENT SETNAME "a b" => -ERR Client names cannot contain spaces, newlines or special characters.""")]
    [InlineData(
        """CLIENT SETNAME "a\nb" => -ERR Client names cannot contain spaces, newlines or special characters.""")]
    [InlineData(
        """{7.0} CLIENT SETNAME "a\x00b" """ +
        "=> -ERR Client names cannot contain spaces, newlines or special characters.")]
    [InlineData(
        """CLIENT SETNAME "\x7f" => -ERR Client names cannot contain spaces, newlines or special characters.""")]
    [InlineData(
        """CLIENT SETNAME "\xc3\xa9" => -ERR Client names cannot contain spaces, newlines or special characters.""")]
    [InlineData(
        "CLIENT SETNAME me " +
        """| CLIENT SETNAME "a b" => -ERR Client names cannot contain spaces, newlines or special characters. """ +
        "| CLIENT GETNAME => 'me'")]
    [InlineData("CLIENT SETNAME => -ERR wrong number of arguments for 'client|setname' command")]
    [InlineData("CLIENT SETNAME a b => -ERR wrong number of arguments for 'client|setname' command")]
    [InlineData("CLIENT GETNAME x => -ERR wrong number of arguments for 'client|getname' command")]
    public Task Refuses_names_that_would_break_CLIENT_LIST(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "CLIENT SETNAME me " +
        "| CLIENT INFO => 'id=<int 1..> addr=127.0.0.1:<int> laddr=127.0.0.1:<int> fd=<int> name=me " +
        """age=<int> idle=<int> flags=N db=0 sub=0 psub=0 <any>cmd=client|info user=default <any>resp=2<any>\n'""")]
    [InlineData("""SELECT 5 | HELLO 3 | CLIENT INFO => =txt:'<any> db=5 <any> resp=3<any>\n'""")]
    [InlineData("CLIENT INFO x => -ERR wrong number of arguments for 'client|info' command")]
    public Task Describes_itself(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "CLIENT SETNAME me " +
        """| CLIENT LIST => '<any>id=<int> addr=127.0.0.1:<int> <any>name=me <any> cmd=client|list <any>\n'""")]
    [InlineData(
        "CLIENT SETNAME one | @1 CLIENT SETNAME two " +
        """| CLIENT LIST => '<any> name=one <any>\n<any> name=two <any>\n'""")]
    [InlineData("""CLIENT LIST TYPE normal => '<any>id=<int> <any>\n'""")]
    [InlineData("""CLIENT LIST TYPE NORMAL => '<any>id=<int> <any>\n'""")]
    [InlineData("CLIENT LIST TYPE pubsub => ''")]
    [InlineData("CLIENT LIST TYPE master => ''")]
    [InlineData("CLIENT LIST TYPE replica => ''")]
    [InlineData("CLIENT LIST TYPE slave => ''")]
    [InlineData("CLIENT LIST ID 999999 => ''")]
    [InlineData("CLIENT LIST ID 999999 888888 => ''")]
    public Task Lists_clients(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CLIENT LIST TYPE => -ERR syntax error")]
    [InlineData("CLIENT LIST TYPE foo => -ERR Unknown client type 'foo'")]
    [InlineData("CLIENT LIST TYPE normal x => -ERR syntax error")]
    [InlineData("CLIENT LIST FOO => -ERR syntax error")]
    [InlineData("CLIENT LIST FOO bar => -ERR syntax error")]
    [InlineData("CLIENT LIST ID => -ERR syntax error")]
    [InlineData("CLIENT LIST ID x => -ERR Invalid client ID")]
    [InlineData("CLIENT LIST ID 1 x => -ERR Invalid client ID")]
    [InlineData("CLIENT LIST ID 0 => ''")]
    [InlineData("CLIENT LIST ID -1 => ''")]
    public Task Refuses_other_lists(string row) => CheckAsync(row);

    [Theory]
    [InlineData("CLIENT => -ERR wrong number of arguments for 'client' command")]
    [InlineData("CLIENT FOO => -ERR unknown subcommand 'FOO'. Try CLIENT HELP.")]
    [InlineData("CLIENT FOO bar => -ERR unknown subcommand 'FOO'. Try CLIENT HELP.")]
    [InlineData("""CLIENT "" => -ERR unknown subcommand ''. Try CLIENT HELP.""")]
    [InlineData("""CLIENT "a\r\nb" => -ERR unknown subcommand 'a  b'. Try CLIENT HELP.""")]
    [InlineData("CLIENT {X*200} => -ERR unknown subcommand '{X*128}'. Try CLIENT HELP.")]
    public Task Refuses_other_subcommands(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistClient(BitmapistServer server) : ClientSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisClient(RedisServer server) : ClientSpec(server), IClassFixture<RedisServer>;
