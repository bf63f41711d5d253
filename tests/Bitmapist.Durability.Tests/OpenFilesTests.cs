using System.Diagnostics;
using System.Globalization;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>
/// What the server has deleted it soon closes, too: else its space on the disk is gone until a restart, unseen by du.
/// </summary>
public sealed class OpenFilesTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5); // a second or so, on a machine that is not busy

    [Fact]
    public async Task Everything_flushed_and_saved_gives_its_space_back()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        using BitmapistServer server = BitmapistServer.With("-save", "0");
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        string value = new('x', 4 << 20);
        for (int i = 0; i < 10; i++) Assert.Equal("+OK", await AskAsync(client, $"SET key{i} {value}"));
        Assert.Equal("+OK", await SaveCommand.AskAsync(client));
        Assert.Equal("+OK", await AskAsync(client, "FLUSHALL"));
        Assert.Equal(":0", await AskAsync(client, "SETBIT key 1 1"));
        Assert.Equal("+OK", await SaveCommand.AskAsync(client));
        AssertClosedSoon(server);
    }

    [Fact]
    public async Task Compactions_under_readers_of_all_kinds_give_their_space_back()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        using BitmapistServer server = BitmapistServer.With("-save", "0", "-maxmemory", "2mb", "-evict-idle", "1");
        await FillAsync(server);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(6));
        int[] rounds = await Task.WhenAll(
            WorkAsync(server, i => [$"SET garbage {new string((char)('a' + (i % 26)), 900_000)}", "SAVE"], over.Token),
            WorkAsync(server, i => [$"BGSAVE TO backup{i % 2}.db"], over.Token),
            WorkAsync(server, i => [$"GETBIT kept{i % 40} {i % 90_000}", $"BITCOUNT kept{i % 40} 0 -1",
                $"BITPOS kept{i % 40} 1 100", $"GETRANGE kept{i % 40} 0 20000"], over.Token),
            WorkAsync(server, _ => ["SCAN 0 COUNT 1000", "KEYS kept*", "RANDOMKEY", "DBSIZE"], over.Token),
            WorkAsync(server, i => [$"BITOP OR union kept{i % 40} kept{(i + 7) % 40} kept{(i + 9) % 40}",
                $"COPY kept{i % 40} copy{i % 3} REPLACE", $"RENAME copy{i % 3} copy{(i + 1) % 3}",
                $"EXPIRE copy{(i + 1) % 3} 900"], over.Token),
            WorkAsync(server, i => ["MULTI", $"BITCOUNT kept{i % 40} 1 -1", $"GET kept{(i + 3) % 40}",
                $"BITOP AND both kept{i % 40} kept{(i + 1) % 40}", "EXEC"], over.Token));
        Assert.DoesNotContain(rounds, count => count < 3);
        Assert.Equal("+OK", await SaveCommand.AskAsync(server.Port));
        AssertClosedSoon(server);
        Assert.Equal(":0", await ((ITestServer)server).SendAsync("EXISTS missing"));
        Assert.Equal(0, server.Stop());
    }

    /// <summary>Asks again and again until it is over; nothing may fail but what is busy with the same.</summary>
    /// <returns>How often.</returns>
    private static async Task<int> WorkAsync(
        BitmapistServer server, Func<int, string[]> commands, CancellationToken over)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        int round = 0;
        for (; !over.IsCancellationRequested; round++)
        {
            foreach (byte[] reply in await client.AskAllAsync(commands(round)))
            {
                string text = ReplyText.Render(reply);
                bool isFine = !text.Contains("-ERR", StringComparison.Ordinal)
                    || text is "-ERR Background save already in progress" or "-ERR no such key";
                Assert.True(isFine, text[..Math.Min(300, text.Length)]);
            }
        }

        return round;
    }

    private static async Task FillAsync(BitmapistServer server)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        for (int i = 0; i < 40; i++)
        {
            byte[] random = new byte[30_000];
            new Random(i).NextBytes(random);
            await client.SendAsync($"SET kept{i} {Convert.ToHexString(random)}");
            Assert.Equal("+OK", ReplyText.Render(await client.ReceiveAsync()));
        }

        Assert.Equal("+OK", await SaveCommand.AskAsync(client));
    }

    private static void AssertClosedSoon(BitmapistServer server)
    {
        var waited = Stopwatch.StartNew();
        string[] deleted;
        while ((deleted = Deleted(server.Process.Id)).Length > 0 && waited.Elapsed < s_soon) Eventually.AMoment(20);
        Assert.Empty(deleted);
    }

    /// <summary>The open files of a process that have no name any more.</summary>
    private static string[] Deleted(int processId)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/fd");
        return [.. Directory.EnumerateFileSystemEntries(folder)
            .Select(link => new FileInfo(link).LinkTarget ?? "") // it may be closed by now
            .Where(target => target.EndsWith(" (deleted)", StringComparison.Ordinal)
                && target.Contains("bitmapist.db", StringComparison.Ordinal))];
    }

    private static async Task<string> AskAsync(RawConnection client, string command) =>
        ReplyText.Render(await client.AskAsync(command));
}
