using System.Diagnostics;

namespace Bitmapist.Demo;

/// <summary>Sends the marks one after another, and kills the server halfway.</summary>
internal static class Loading
{
    public static void Run(ServerProcess server, List<Mark> marks)
    {
        var elapsed = Stopwatch.StartNew();
        int acknowledged = 0;
        int step = Console.IsOutputRedirected ? 10_000 : 1_000;
        // A file shall not fill with carriage returns.
        string begin = Console.IsOutputRedirected ? Environment.NewLine : "\r";
        RespClient client = server.Connect();
        while (acknowledged < marks.Count)
        {
            if (acknowledged == marks.Count / 2)
            {
                client.Dispose();
                server.Kill();
                Console.WriteLine($"{begin}killed the server (SIGKILL) after {acknowledged:N0} acknowledged marks");
                client = server.Connect();
            }

            Send(client, marks[acknowledged]);
            acknowledged++;
            if (acknowledged % step == 0 || acknowledged == marks.Count)
                Console.Write($"{begin}marking {acknowledged:N0} of {marks.Count:N0}");
        }

        client.Dispose();
        Console.WriteLine($", {acknowledged / elapsed.Elapsed.TotalSeconds:N0} marks a second over one connection");
    }

    /// <summary>A mark as redis-py's pipeline sends it: one transaction in one write.</summary>
    private static void Send(RespClient client, in Mark mark)
    {
        string id = mark.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        client.Write("MULTI");
        foreach (string key in mark.Keys()) client.Write("SETBIT", key, id, "1");
        client.Write("EXEC");
        client.Flush();
        client.Read(); // +OK
        for (int i = 0; i < 3; i++) client.Read(); // +QUEUED
        if (client.Read().Items.Count != 3)
            throw new InvalidDataException("EXEC answered something else than three bits.");
    }
}
