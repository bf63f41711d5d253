using Bitmapist.Server.Parameters;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Server.Tests.Connections;

namespace Bitmapist.Server.Tests.Commands.Admin;

public sealed class ConfigTests
{
    [Fact]
    public void Parameters_have_names_of_their_own_in_lower_case()
    {
        List<string> names = [.. ParameterTable.All.Select(parameter => parameter.Name)];
        Assert.Equal(names.Distinct(), names);
        Assert.All(names, name => Assert.Matches("^[a-z-]+$", name));
    }

    [Fact]
    public async Task What_is_configured_is_what_CONFIG_GET_says()
    {
        var options = new ServerOptions { Databases = 3, ClientsMax = 7, Debug = true, SaveSeconds = 60 };
        await using var client = new PipedClient(PipedClient.NewServer(options));
        Assert.Equal("*2\r\n$9\r\ndatabases\r\n$1\r\n3\r\n", await client.SendAsync("CONFIG GET databases"));
        Assert.Equal("*2\r\n$10\r\nmaxclients\r\n$1\r\n7\r\n", await client.SendAsync("CONFIG GET maxclients"));
        Assert.Equal("*2\r\n$8\r\nloglevel\r\n$5\r\ndebug\r\n", await client.SendAsync("CONFIG GET loglevel"));
        Assert.Equal("*2\r\n$10\r\nappendonly\r\n$2\r\nno\r\n", await client.SendAsync("CONFIG GET appendonly"));
        // Nothing is kept on disk.
        Assert.Equal("*2\r\n$4\r\nsave\r\n$0\r\n\r\n", await client.SendAsync("CONFIG GET save"));
    }

    [Theory] // as redis-server 7.0.15 answers
    [InlineData("CONFIG SET nosuch 1", "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'\r\n")]
    [InlineData(
        "CONFIG SET Databases 3",
        "-ERR CONFIG SET failed (possibly related to argument 'Databases') - can't set immutable config\r\n")]
    [InlineData("CONFIG SET appendfsync always x", "-ERR syntax error\r\n")]
    [InlineData("CONFIG SET appendfsync", "-ERR wrong number of arguments for 'config|set' command\r\n")]
    [InlineData(
        "CONFIG SET appendfsync always APPENDFSYNC no",
        "-ERR CONFIG SET failed (possibly related to argument 'APPENDFSYNC') - duplicate parameter\r\n")]
    [InlineData(
        "CONFIG SET appendfsync often",
        "-ERR CONFIG SET failed (possibly related to argument 'appendfsync') - "
            + "argument(s) must be one of the following: everysec, always, no\r\n")]
    [InlineData(
        "CONFIG SET databases 3 nosuch 1",
        "-ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config\r\n")]
    [InlineData(
        "CONFIG SET maxclients 0",
        "-ERR CONFIG SET failed (possibly related to argument 'maxclients') - "
            + "argument must be between 1 and 4294967295 inclusive\r\n")]
    [InlineData(
        "CONFIG SET maxclients many",
        "-ERR CONFIG SET failed (possibly related to argument 'maxclients') - "
            + "argument couldn't be parsed into an integer\r\n")]
    [InlineData(
        "CONFIG SET auto-aof-rewrite-percentage x",
        "-ERR CONFIG SET failed (possibly related to argument 'auto-aof-rewrite-percentage') - "
            + "argument couldn't be parsed into an integer\r\n")]
    [InlineData(
        "CONFIG SET auto-aof-rewrite-percentage -1",
        "-ERR CONFIG SET failed (possibly related to argument 'auto-aof-rewrite-percentage') - "
            + "argument must be between 0 and 2147483647 inclusive\r\n")]
    [InlineData(
        "CONFIG SET auto-aof-rewrite-min-size -1",
        "-ERR CONFIG SET failed (possibly related to argument 'auto-aof-rewrite-min-size') - "
            + "argument must be a memory value\r\n")]
    public async Task CONFIG_SET_refuses_what_it_cannot_do(string command, string reply)
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        Assert.Equal(reply, await client.SendAsync(command));
    }

    [Fact]
    public async Task No_more_clients_can_be_configured_than_there_are_descriptors_for()
    {
        ServerState server = PipedClient.NewServer();
        server.ClientsPossible = 992;
        await using var client = new PipedClient(server);
        Assert.Equal("+OK\r\n", await client.SendAsync("CONFIG SET maxclients 992"));
        Assert.Equal( // as redis-server 7.0.15 under ulimit -n 1024
            "-ERR CONFIG SET failed (possibly related to argument 'maxclients') - "
                + "The operating system is not able to handle the specified number of clients, try with 992\r\n",
            await client.SendAsync("CONFIG SET maxclients 993"));
        Assert.Equal("*2\r\n$10\r\nmaxclients\r\n$3\r\n992\r\n", await client.SendAsync("CONFIG GET maxclients"));
    }

    [Fact]
    public async Task CONFIG_RESETSTAT_makes_counts_start_again()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        await client.SendAsync("GET missing");
        await client.SendAsync("NOSUCH");
        Assert.Equal("1", await client.InfoAsync("stats", "keyspace_misses"));
        Assert.Equal("1", await client.InfoAsync("stats", "total_error_replies"));
        Assert.Equal("+OK\r\n", await client.SendAsync("CONFIG RESETSTAT"));
        Assert.Equal("0", await client.InfoAsync("stats", "keyspace_misses"));
        Assert.Equal("0", await client.InfoAsync("stats", "total_error_replies"));
        Assert.Equal("0", await client.InfoAsync("stats", "total_connections_received"));
        string commands = await client.SendAsync("INFO commands");
        Assert.DoesNotContain("get:", commands, StringComparison.Ordinal);
        Assert.Contains("info:", commands, StringComparison.Ordinal);
    }
}
