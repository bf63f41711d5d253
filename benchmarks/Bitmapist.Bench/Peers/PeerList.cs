using System.Net.Sockets;

namespace Bitmapist.Bench.Peers;

/// <summary>The servers of a run: those that were asked for, as far as they start.</summary>
internal static class PeerList
{
    /// <summary>Makes out what was asked for, starts each once, and leaves out what does not start.</summary>
    /// <param name="options">Names them.</param>
    /// <param name="cache">Directory for what has to be installed.</param>
    /// <param name="versions">What each of them says it is.</param>
    /// <exception cref="FormatException">One of them cannot be understood.</exception>
    public static List<PeerKind> Find(BenchOptions options, string cache, out List<string> versions)
    {
        var kinds = new List<PeerKind>();
        versions = [];
        if (options.Other is { } other) Add(() => PeerKind.Ours("other", other), "other", kinds, versions);
        foreach (string peer in options.Peers)
        {
            if (peer.Equals("redis", StringComparison.OrdinalIgnoreCase))
                Add(() => PeerKind.Redis, peer, kinds, versions);
            else if (peer.Equals("garnet", StringComparison.OrdinalIgnoreCase))
                Add(() => GarnetTool.Install(cache), peer, kinds, versions);
            else
                Add(NameAndCommand(peer), peer, kinds, versions);
        }

        return kinds;
    }

    private static Func<PeerKind> NameAndCommand(string peer)
    {
        int equals = peer.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || peer.Contains('|', StringComparison.Ordinal))
            throw new FormatException($"--peer {peer}: neither redis, garnet, nor NAME=COMMAND");
        try
        {
            PeerKind kind = PeerKind.Parse(peer[..equals].Trim(), peer[(equals + 1)..]);
            return () => kind;
        }
        catch (FormatException failure)
        {
            throw new FormatException($"--peer {peer}: {failure.Message}", failure);
        }
    }

    private static void Add(Func<PeerKind> find, string asked, List<PeerKind> kinds, List<string> versions)
    {
        try
        {
            PeerKind kind = find();
            using (var peer = new Peer(kind)) versions.Add($"{kind.Name}: {VersionOf(peer)}");
            kinds.Add(kind);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            Console.Error.WriteLine($"scripts/bench: left out: {asked}: {failure.Message}");
        }
    }

    /// <summary>What INFO says; servers that imitate Redis say which one, and then what they are themselves.</summary>
    private static string VersionOf(Peer peer)
    {
        using CommandClient client = peer.Connect();
        string info = client.Text("INFO", "server") ?? "";
        foreach (string name in new[] { "bitmapist", "garnet", "valkey", "dragonfly", "redis" })
        {
            string? line = info.Split('\n').FirstOrDefault(line => line.StartsWith($"{name}_version:"));
            if (line is not null) return $"{name} {line[(line.IndexOf(':') + 1)..].Trim()}";
        }

        return "of a version it does not tell";
    }
}
