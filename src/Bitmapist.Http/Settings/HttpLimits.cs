using Bitmapist.Server.Settings;

namespace Bitmapist.Http.Settings;

/// <summary>Bounds of the HTTP port, which may be open to whoever can reach it. Each has a test.</summary>
internal static class HttpLimits
{
    /// <summary>Connections at once; one more is closed at once. Descriptors are set aside for them.</summary>
    public const int Connections = ServerLimits.HttpConnections;

    /// <summary>Bytes of a request's first line. Error: 414.</summary>
    public const int RequestLineBytes = 2048;

    /// <summary>Bytes of all its headers: credentials and a browser's habits. Error: 431.</summary>
    public const int HeaderBytes = 16 * 1024;

    /// <summary>Number of its headers. Error: 431.</summary>
    public const int Headers = 64;

    /// <summary>Bytes of a request's body: there is nothing to send here. Error: 413.</summary>
    public const long BodyBytes = 0;

    /// <summary>How long a client may take to send first line and headers. Error: 408.</summary>
    public static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may be idle, before its first request too: most scrape within it.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Bytes a second that a client must take of an answer on average; slower ones are cut off.</summary>
    public const double AnswerBytesPerSecond = 1024;

    /// <summary>For how long it may be slower.</summary>
    public static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(5);

    /// <summary>How long a stop waits for answers under way.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How often at most the log repeats a line about what goes on failing.</summary>
    public static readonly TimeSpan RepeatedLogInterval = ServerLimits.RepeatedLogInterval;
}
