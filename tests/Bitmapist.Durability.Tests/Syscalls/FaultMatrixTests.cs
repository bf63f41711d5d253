using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>
/// Each system call that a save, a compaction or a backup makes for its files fails, once or until further notice:
/// the caller is told, the log keeps what the database file does not have for certain, the server goes on serving,
/// does it right when it can, and a restart finds everything acknowledged.
/// </summary>
public sealed class FaultMatrixTests
{
    private const int Marks = 200;
    private const string BackupName = "copy.db";

    public static TheoryData<string, string, string, bool, string> Cases => FaultCases.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_call_that_fails_costs_nothing_but_what_it_was_made_for(
        string during, string call, string error, bool isForEver, string appendFsync)
    {
        string[] faults = FaultCases.Faults(during, call, error, isForEver);
        if (during == FaultCases.Conversion) await FailedConversion.RunAsync(call, faults);
        else await RunAsync(during, call, faults, isForEver, appendFsync);
    }

    private static async Task RunAsync(
        string during, string call, string[] faults, bool isForEver, string appendFsync)
    {
        using var server = BitmapistServer.With("-save", "0", "-appendfsync", appendFsync);
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        var marks = new AcknowledgedMarks(server);
        await PrepareAsync(server, client, marks, during);
        string[] log = Directory.GetFiles(server.Folder, "*.log.*");
        byte[]? backup = during == FaultCases.Backup ? File.ReadAllBytes(BackupOf(server)) : null;

        using (var fault = FaultInjection.Attach(server.Process, faults, Paths(server, during, call, log)))
        {
            for (int attempt = 1; attempt <= (isForEver ? 2 : 1); attempt++)
            {
                await AssertToldAsync(server, client, during, attempt);
                Assert.True(fault.Injected >= attempt, $"attempt {attempt} met no fault");
                // After a failed save the log is needed, unless all that failed was deleting what it made useless.
                if (during is FaultCases.Save or FaultCases.SaveAnew && call != "unlink")
                    Assert.Empty(log.Except(Directory.GetFiles(server.Folder)));
                Assert.Equal(20, await marks.AddAsync(client, 20));
                await marks.AssertThereAsync();
            }
        }

        if (backup is not null) Assert.Equal(backup, File.ReadAllBytes(BackupOf(server)));
        await AssertDoneAsync(server, client, during);
        Assert.Equal(20, await marks.AddAsync(client, 20));
        server.Kill();
        server.Start();
        await marks.AssertThereAsync();
        Assert.Equal(0, server.Stop());
        Assert.Equal(0, StartedServer.RunToEnd(server.Folder, "check", server.DatabasePath).ExitCode);
    }

    /// <summary>Marks, saved and unsaved, and what makes the next save do what it is to do.</summary>
    private static async Task PrepareAsync(
        BitmapistServer server, RawConnection client, AcknowledgedMarks marks, string during)
    {
        Assert.Equal(Marks, await marks.AddAsync(client, Marks));
        if (during == FaultCases.Compaction) await GarbageAsync(client, 'a');
        Assert.Equal("+OK", await SaveCommand.AskAsync(client));
        if (during == FaultCases.Compaction) await GarbageAsync(client, 'b');
        if (during == FaultCases.Backup) await BackUpAsync(server, client, "backup written", 1);
        if (during == FaultCases.SaveAnew)
        {
            Assert.Equal("+OK", ReplyText.Render(await client.AskAsync("FLUSHALL")));
            marks.Clear();
        }

        Assert.Equal(Marks, await marks.AddAsync(client, Marks));
    }

    /// <summary>The files that the work under test writes, and no other: how the log fails is another matter.</summary>
    private static string[] Paths(BitmapistServer server, string during, string call, string[] log) => during switch
    {
        FaultCases.Save => call == "unlink" ? log : [server.DatabasePath],
        FaultCases.SaveAnew or FaultCases.Compaction => [server.DatabasePath + ".new"],
        _ => [BackupOf(server) + ".unverified.new", BackupOf(server) + ".unverified"],
    };

    /// <summary>The failure is reported to who asked, in the log and by INFO, and not where the files lie.</summary>
    private static async Task AssertToldAsync(BitmapistServer server, RawConnection client, string during, int attempt)
    {
        switch (during)
        {
            case FaultCases.Backup:
                await BackUpAsync(server, client, "backup failed", attempt);
                await AssertInfoAsync(client, "bitmapist_last_backup_status:err");
                break;
            case FaultCases.Compaction:
                // The save itself is done; its file is as good with the garbage in it.
                Assert.Equal("+OK", await SaveCommand.AskAsync(client));
                WaitForLines(server, "could not be written anew without its garbage", attempt);
                break;
            default:
                string reply = await SaveCommand.AskAsync(client);
                Assert.StartsWith("-ERR", reply, StringComparison.Ordinal);
                Assert.DoesNotContain(server.Folder, reply, StringComparison.Ordinal);
                WaitForLines(server, "saving failed", attempt);
                await AssertInfoAsync(client, "rdb_last_bgsave_status:err");
                break;
        }
    }

    private static async Task AssertDoneAsync(BitmapistServer server, RawConnection client, string during)
    {
        long before = new FileInfo(server.DatabasePath).Length;
        Assert.Equal("+OK", await SaveCommand.AskAsync(client));
        await AssertInfoAsync(client, "rdb_last_bgsave_status:ok");
        if (during == FaultCases.Compaction)
            Assert.True(new FileInfo(server.DatabasePath).Length < before, "nothing was compacted");
        if (during != FaultCases.Backup) return;
        await BackUpAsync(server, client, "backup written", 2);
        Assert.Equal(0, StartedServer.RunToEnd(server.Folder, "check", BackupOf(server)).ExitCode);
        Assert.DoesNotContain(Directory.GetFiles(server.Folder),
            path => path.StartsWith(BackupOf(server) + ".", StringComparison.Ordinal));
    }

    private static async Task AssertInfoAsync(RawConnection client, string line) =>
        Assert.Contains(
            line, ReplyText.Render(await client.AskAsync("INFO persistence")), StringComparison.Ordinal);

    private static async Task BackUpAsync(BitmapistServer server, RawConnection client, string outcome, int count)
    {
        await client.AskAsync($"BGSAVE TO {BackupName}");
        WaitForLines(server, outcome, count);
        // The line comes a moment before the server is ready for another one.
        for (int i = 0; i < 100; i++)
        {
            string info = ReplyText.Render(await client.AskAsync("INFO persistence"));
            if (info.Contains("bitmapist_backup_in_progress:0", StringComparison.Ordinal)) return;
            await Eventually.AMomentAsync(10);
        }
    }

    private static async Task GarbageAsync(RawConnection client, char filling) =>
        Assert.Equal("+OK", ReplyText.Render(
            await client.AskAsync($"SET garbage {new string(filling, 1_000_000)}")));

    private static string BackupOf(BitmapistServer server) => Path.Combine(server.Folder, BackupName);

    private static void WaitForLines(BitmapistServer server, string text, int count) =>
        Assert.True(Eventually.Comes(() => server.Output.Split(text).Length > count, TimeSpan.FromSeconds(10)),
            server.Output);
}
