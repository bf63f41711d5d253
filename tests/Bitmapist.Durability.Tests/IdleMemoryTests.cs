using System.Globalization;
using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>What the executable occupies when a load is over.</summary>
public sealed class IdleMemoryTests
{
    private const long LeftBytesMax = 95_000_000; // of 115 to 150 million when it ends

    [Fact]
    public async Task What_a_load_needed_goes_back_to_the_system_when_it_is_over()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        using BitmapistServer server = BitmapistServer.With("-maxmemory", "64mb", "-evict-idle", "2", "-save", "1");
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        byte[] value = new byte[100_000];
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(value);
            string head = $"*3\r\n$3\r\nSET\r\n$5\r\nk{i:0000}\r\n${value.Length}\r\n";
            await client.SendBytesAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. value, .. "\r\n"u8]);
            Assert.Equal("+OK", ReplyText.Render(await client.ReceiveAsync()));
        }

        await Eventually.IsAsync(() => ResidentBytes(server) < LeftBytesMax, "memory is given back");
        Assert.Equal(":100000", ReplyText.Render(await client.AskAsync("STRLEN k0007")));
    }

    private static long ResidentBytes(BitmapistServer server)
    {
        string line = File.ReadLines($"/proc/{server.Process.Id}/status")
            .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        string kib = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kib, CultureInfo.InvariantCulture) * 1024;
    }
}
