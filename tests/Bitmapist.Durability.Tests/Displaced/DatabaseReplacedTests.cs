using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests.Displaced;

/// <summary>
/// Another file is put in the database's place while the server runs, or written into it: it is named, and neither
/// overwritten nor mixed with what the server has. Which of both to keep is the operator's to decide, by moving one
/// away.
/// </summary>
public sealed class DatabaseReplacedTests : IDisposable
{
    private readonly DirectoryInfo _outside = Directory.CreateTempSubdirectory("bitmapist-test-");
    private readonly BitmapistServer _server = BitmapistServer.With("-save", "0");

    private string Path => _server.DatabasePath;

    private string Rescued => Path + ".rescued";

    public void Dispose()
    {
        _server.Dispose();
        _outside.Delete(recursive: true);
    }

    [Theory]
    [InlineData("a copy of an older state")]
    [InlineData("another database")]
    [InlineData("some text")]
    public async Task What_was_put_in_the_place_of_the_database_is_left_alone_until_it_is_moved_away(string what)
    {
        string foreign = await PrepareAsync(what);
        byte[] content = File.ReadAllBytes(foreign);
        File.Move(foreign, Path, overwrite: true);
        await AssertNamedAsync("was replaced by another file while in use, which is left alone");
        Assert.Equal(content, File.ReadAllBytes(Path));

        File.Move(Path, foreign);
        await WaitForLineAsync("was gone and is there again");
        Assert.Equal("+OK", await SaveCommand.AskAsync(_server.Port));
        _server.Kill();
        _server.Start();
        await MarkedKeys.AssertAllAsync(_server);
        Assert.Equal(content, File.ReadAllBytes(foreign));
    }

    [Theory]
    [InlineData(15, "")]
    [InlineData(0, "SHUTDOWN NOSAVE")]
    public async Task A_stop_leaves_all_keys_beside_what_took_their_place(int signal, string command)
    {
        string foreign = await PrepareAsync("another database");
        byte[] content = File.ReadAllBytes(foreign);
        using RawConnection client = await RawConnection.ConnectAsync(_server.Port);
        File.Move(foreign, Path, overwrite: true);
        if (signal != 0) _server.Process.Signal(signal);
        else await client.SendAsync(command);
        Assert.Equal(1, _server.Process.WaitForExit());
        Assert.Contains($"all keys are in {Rescued}", _server.Output, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(Path));

        // Neither is taken for the other: a start refuses, and changes nothing.
        string[] before = FolderContent.Of(_server.Folder);
        StartedServer.Refuses(_server.Folder, Path);
        Assert.Equal(before, FolderContent.Of(_server.Folder));

        File.Move(Rescued, Path, overwrite: true); // the operator keeps what the server had
        _server.Start();
        await MarkedKeys.AssertAllAsync(_server);
    }

    [Fact]
    public async Task What_was_put_in_the_place_can_be_used_once_the_log_is_moved_away()
    {
        File.Move(await PrepareAsync("another database"), Path, overwrite: true);
        Assert.Equal(1, _server.Stop());
        foreach (string segment in Directory.GetFiles(_server.Folder, "*.log.*"))
            File.Move(segment, System.IO.Path.Combine(_outside.FullName, System.IO.Path.GetFileName(segment)));
        _server.Start();
        Assert.Equal(":1", await AskAsync("DBSIZE"));
        Assert.Equal(":1", await AskAsync("GETBIT other 5"));
    }

    [Theory]
    [InlineData("a copy of an older state")]
    [InlineData("some text")]
    [InlineData("nothing")]
    public async Task A_file_that_was_written_over_is_left_alone(string what)
    {
        string foreign = await PrepareAsync(what);
        string[] log = Directory.GetFiles(_server.Folder, "*.log.*");
        Overwrite(foreign);
        await AssertNamedAsync("was overwritten while in use and is left alone");
        Assert.Equal(File.ReadAllBytes(foreign), File.ReadAllBytes(Path));
        // Keys that were only there are lost; a database without them is not written under any name.
        Assert.Equal(1, _server.Stop());
        Assert.Equal(File.ReadAllBytes(foreign), File.ReadAllBytes(Path));
        Assert.False(File.Exists(Rescued), _server.Output);
        Assert.Empty(log.Except(Directory.GetFiles(_server.Folder)));
        string[] before = FolderContent.Of(_server.Folder);
        StartedServer.Refuses(_server.Folder, Path);
        Assert.Equal(before, FolderContent.Of(_server.Folder));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_was_written_over_is_made_anew_from_memory_when_all_keys_are_there(bool isStopped)
    {
        using (RawConnection client = await RawConnection.ConnectAsync(_server.Port))
        {
            List<byte[]> replies = await client.AskAllAsync(
                Enumerable.Range(0, 200).Select(i => $"SETBIT key{i} {i * 300} 1").Append("SAVE"));
            Assert.DoesNotContain(replies, reply => reply[0] == (byte)'-');
        }

        await AskAsync("SETBIT key7 1 1");
        Overwrite(await PrepareAsync("nothing", areKeysMarked: false));
        if (isStopped)
        {
            Assert.Equal(1, _server.Stop());
            File.Move(Rescued, Path, overwrite: true);
        }
        else
        {
            await WaitForLineAsync("was overwritten while in use");
            File.Delete(Path);
            await WaitForLineAsync("was gone and is there again");
            _server.Kill();
        }

        _server.Start();
        Assert.Equal(":200", await AskAsync("DBSIZE"));
        Assert.Equal(":2", await AskAsync("BITCOUNT key7"));
        for (int i = 0; i < 200; i++) Assert.Equal(":1", await AskAsync($"GETBIT key{i} {i * 300}"));
    }

    [Fact]
    public async Task Other_names_for_the_file_and_other_ways_to_it_are_no_reason_to_complain()
    {
        await MarkedKeys.SaveAsync(_server);
        await MarkedKeys.ChangeAsync(_server);
        using (var link = System.Diagnostics.Process.Start(
            "ln", [Path, System.IO.Path.Combine(_outside.FullName, "second-name.db")])) link.WaitForExit();
        Assert.Equal("+OK", await SaveCommand.AskAsync(_server.Port));
        string moved = System.IO.Path.Combine(_outside.FullName, "moved");
        Directory.Move(_server.Folder, moved);
        Directory.CreateSymbolicLink(_server.Folder, moved);
        Assert.NotEqual("-", (await AskAsync("SETBIT key1 7000 1"))[..1]);
        Assert.Equal("+OK", await SaveCommand.AskAsync(_server.Port));
        Assert.Equal(0, _server.Stop());
        _server.Start();
        await MarkedKeys.AssertAllAsync(_server);
        Assert.Equal(0, _server.Stop());
        Directory.Delete(_server.Folder);
        Directory.Move(moved, _server.Folder);
    }

    /// <summary>Marks keys and makes the file that is to come into the database's place.</summary>
    private async Task<string> PrepareAsync(string what, bool areKeysMarked = true)
    {
        string foreign = System.IO.Path.Combine(_outside.FullName, "foreign");
        if (areKeysMarked) await MarkedKeys.SaveAsync(_server);
        switch (what)
        {
            case "a copy of an older state":
                File.Copy(Path, foreign);
                await AskAsync("SETBIT key0 0 0");
                await SaveCommand.AskAsync(_server.Port);
                await AskAsync("SETBIT key0 0 1");
                await SaveCommand.AskAsync(_server.Port);
                break;
            case "another database":
                using (var other = BitmapistServer.With("-save", "0"))
                {
                    await ((ITestServer)other).SendAsync("SETBIT other 5 1");
                    other.Stop();
                    File.Copy(other.DatabasePath, foreign);
                }

                break;
            case "some text":
                File.WriteAllText(foreign, "event,user,date\n1,2,3\n");
                break;
            default:
                File.WriteAllText(foreign, "");
                break;
        }

        if (areKeysMarked) await MarkedKeys.ChangeAsync(_server);
        return foreign;
    }

    /// <summary>As cp does: the file stays the same, its content becomes another.</summary>
    private void Overwrite(string foreign)
    {
        using FileStream file = new(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(0);
        file.Write(File.ReadAllBytes(foreign));
    }

    /// <summary>The log says what is wrong, with the path; a client is told without it.</summary>
    private async Task AssertNamedAsync(string what)
    {
        string reply = await SaveCommand.AskAsync(_server.Port);
        Assert.StartsWith("-ERR saving failed", reply, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Folder, reply, StringComparison.Ordinal);
        await WaitForLineAsync($"{Path}: {what}; nothing was deleted");
        Assert.StartsWith("-ERR", await SaveCommand.AskAsync(_server.Port), StringComparison.Ordinal);
        string info = await AskAsync("INFO persistence");
        Assert.Contains("rdb_last_bgsave_status:err", info, StringComparison.Ordinal);
    }

    private async Task<string> AskAsync(string command) => await ((ITestServer)_server).SendAsync(command);

    private async Task WaitForLineAsync(string text)
    {
        for (int i = 0; i < 200 && !_server.Output.Contains(text, StringComparison.Ordinal); i++)
            await Eventually.AMomentAsync(50);
        Assert.Contains(text, _server.Output, StringComparison.Ordinal);
    }
}
