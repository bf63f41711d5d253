namespace Bitmapist.Transport.Contract;

/// <summary>What carries bytes between sockets and pipes.</summary>
public enum TransportKind
{
    /// <summary>The best this system has: io_uring, else epoll, else pipelines.</summary>
    Auto,

    /// <summary>Linux's rings of submissions and completions: one system call for all the I/O of a turn.</summary>
    IoUring,

    /// <summary>Linux's readiness notification, with a receive and a send per request.</summary>
    Epoll,

    /// <summary>.NET's sockets, on any system.</summary>
    Pipelines,
}

/// <summary>Kinds as flags and INFO name them.</summary>
public static class TransportKinds
{
    /// <summary>The names that <see cref="TryParse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "io_uring", "epoll", "pipelines"];

    /// <summary>The name of a kind.</summary>
    public static string Name(this TransportKind kind) => Names[(int)kind];

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string name, out TransportKind kind)
    {
        int index = Names.IndexOf(name);
        kind = (TransportKind)Math.Max(index, 0);
        return index >= 0;
    }

    private static int IndexOf(this IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name) return i;
        }

        return -1;
    }
}
