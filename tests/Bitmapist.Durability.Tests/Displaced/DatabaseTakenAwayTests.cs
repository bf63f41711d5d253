using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests.Displaced;

/// <summary>
/// The database file, its log or their folder are deleted or moved while the server runs. What an outsider did not
/// destroy for good the server writes anew, and until then nothing that a restart needs is deleted.
/// </summary>
public sealed class DatabaseTakenAwayTests : IDisposable
{
    private readonly DirectoryInfo _outside = Directory.CreateTempSubdirectory("bitmapist-test-");
    private readonly BitmapistServer _server = BitmapistServer.With("-save", "0");

    private string Aside => Path.Combine(_outside.FullName, "aside");

    public void Dispose()
    {
        _server.Dispose();
        _outside.Delete(recursive: true);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("move")]
    [InlineData("move within the folder")]
    [InlineData("delete everything")]
    public async Task A_file_that_was_taken_away_is_written_anew_with_every_key(string how)
    {
        await MarkedKeys.SaveAsync(_server);
        await MarkedKeys.ChangeAsync(_server);
        switch (how)
        {
            case "delete":
                File.Delete(_server.DatabasePath);
                break;
            case "move":
                File.Move(_server.DatabasePath, Aside);
                break;
            case "move within the folder":
                File.Move(_server.DatabasePath, _server.DatabasePath + ".old");
                break;
            default:
                foreach (string path in Directory.GetFiles(_server.Folder)) File.Delete(path);
                break;
        }

        await WaitForLineAsync($"{_server.DatabasePath} was gone and is there again");
        Assert.Contains($"{_server.DatabasePath}: was deleted or moved away", _server.Output, StringComparison.Ordinal);
        await MarkedKeys.AssertAllAsync(_server);
        _server.Kill();
        _server.Start();
        await MarkedKeys.AssertAllAsync(_server);
        Assert.Equal(0, _server.Stop());
    }

    [Fact]
    public async Task A_save_that_finds_the_file_gone_fails_without_a_path_and_keeps_the_log()
    {
        await MarkedKeys.SaveAsync(_server);
        await MarkedKeys.ChangeAsync(_server);
        using RawConnection client = await RawConnection.ConnectAsync(_server.Port);
        string[] log = Directory.GetFiles(_server.Folder, "*.log.*");
        File.Delete(_server.DatabasePath);
        string reply = await SaveCommand.AskAsync(client);
        if (reply == "+OK") // the server found out by itself in between, and has mended it
        {
            Assert.True(File.Exists(_server.DatabasePath), reply);
        }
        else
        {
            Assert.StartsWith("-ERR saving failed", reply, StringComparison.Ordinal);
            Assert.DoesNotContain(_server.Folder, reply, StringComparison.Ordinal);
            if (!File.Exists(_server.DatabasePath)) Assert.Empty(log.Except(Directory.GetFiles(_server.Folder)));
        }

        await WaitForLineAsync("was gone and is there again");
        Assert.Equal("+OK", await SaveCommand.AskAsync(client));
        _server.Kill();
        _server.Start();
        await MarkedKeys.AssertAllAsync(_server);
    }

    [Theory]
    [InlineData(15, "")]
    [InlineData(0, "SHUTDOWN")]
    [InlineData(0, "SHUTDOWN NOSAVE")]
    public async Task A_stop_right_after_the_file_was_deleted_writes_it_anew(int signal, string command)
    {
        await MarkedKeys.SaveAsync(_server);
        await MarkedKeys.ChangeAsync(_server);
        using RawConnection client = await RawConnection.ConnectAsync(_server.Port);
        File.Delete(_server.DatabasePath);
        if (signal != 0) _server.Process.Signal(signal);
        else await client.SendAsync(command);
        Assert.Equal(0, _server.Process.WaitForExit());
        _server.Start();
        await MarkedKeys.AssertAllAsync(_server);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_that_was_deleted_is_made_good_by_a_save(bool isAllSaved)
    {
        await MarkedKeys.SaveAsync(_server);
        await MarkedKeys.ChangeAsync(_server);
        if (isAllSaved) Assert.Equal("+OK", await SaveCommand.AskAsync(_server.Port));
        string[] segments = Directory.GetFiles(_server.Folder, "*.log.*");
        Assert.Equal(isAllSaved, segments.Length == 0); // a save leaves none, and the next write begins one
        foreach (string path in segments) File.Delete(path);
        if (!isAllSaved) await WaitForLineAsync("part of the log of");
        await ((ITestServer)_server).SendAsync("SETBIT later 1 1"); // and what comes now has a log again
        _server.Kill();
        _server.Start();
        Assert.Equal(":1", await ((ITestServer)_server).SendAsync("GETBIT later 1"));
        await ((ITestServer)_server).SendAsync("DEL later");
        await MarkedKeys.AssertAllAsync(_server);
    }

    [Fact]
    public async Task A_folder_that_was_moved_and_comes_back_is_as_if_nothing_had_been()
    {
        await MarkedKeys.SaveAsync(_server);
        await MarkedKeys.ChangeAsync(_server);
        Directory.Move(_server.Folder, Aside);
        await WaitForLineAsync("was deleted or moved away while in use");
        Assert.StartsWith("-ERR", await SaveCommand.AskAsync(_server.Port), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_server.Folder));
        Directory.Move(Aside, _server.Folder);
        Assert.Equal("+OK", await SaveCommand.AskAsync(_server.Port));
        _server.Kill();
        _server.Start();
        await MarkedKeys.AssertAllAsync(_server);
    }

    [Fact]
    public async Task A_stop_while_the_folder_is_elsewhere_is_a_failure_and_the_folder_is_whole()
    {
        await MarkedKeys.SaveAsync(_server);
        await MarkedKeys.ChangeAsync(_server);
        Directory.Move(_server.Folder, Aside);
        _server.Process.Signal(15);
        Assert.Equal(1, _server.Process.WaitForExit());
        Assert.Contains("bitmapist-server: ", _server.Output, StringComparison.Ordinal);
        Directory.Move(Aside, _server.Folder);
        _server.Start();
        await MarkedKeys.AssertAllAsync(_server);
    }

    [Fact]
    public async Task A_new_folder_in_the_place_of_the_old_one_gets_all_of_it()
    {
        await MarkedKeys.SaveAsync(_server);
        await MarkedKeys.ChangeAsync(_server);
        Directory.Move(_server.Folder, Aside);
        Directory.CreateDirectory(_server.Folder);
        await WaitForLineAsync("was gone and is there again");
        await ((ITestServer)_server).SendAsync("SETBIT later 1 1");
        Directory.Delete(Aside, recursive: true);
        _server.Kill();
        _server.Start();
        Assert.Equal(":1", await ((ITestServer)_server).SendAsync("GETBIT later 1"));
        await ((ITestServer)_server).SendAsync("DEL later");
        await MarkedKeys.AssertAllAsync(_server);
    }

    private async Task WaitForLineAsync(string text)
    {
        for (int i = 0; i < 200 && !_server.Output.Contains(text, StringComparison.Ordinal); i++)
            await Eventually.AMomentAsync(50);
        Assert.Contains(text, _server.Output, StringComparison.Ordinal);
    }
}
