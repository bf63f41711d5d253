using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Host;

/// <summary>
/// Log lines as the original writes them: to stderr, <c>2020/01/25 15:22:09 text</c>, without the time under systemd,
/// whose journal has its own. Thread-safe.
/// </summary>
internal sealed class StderrLoggerFactory(LogLevel minimum) : ILoggerFactory
{
    private static readonly bool s_isUnderSystemd =
        Environment.GetEnvironmentVariable("INVOCATION_ID") is not null && ParentProcessId() == 1;

    public ILogger CreateLogger(string categoryName) =>
        // The web framework's own lines are not for this server's operators: what fails there is reported by the
        // caller.
        new StderrLogger(categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) ? LogLevel.None : minimum);

    public void AddProvider(ILoggerProvider provider)
    {
        // There is one way to log.
    }

    public void Dispose()
    {
        // Console.Error belongs to the process.
    }

    private static int ParentProcessId()
    {
        try
        {
            string status = File.ReadAllText("/proc/self/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // no /proc: not Linux, hence not systemd
        }
    }

    private sealed class StderrLogger(LogLevel minimum) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string time = s_isUnderSystemd
                ? "" : DateTime.Now.ToString("yyyy/MM/dd HH:mm:ss ", CultureInfo.InvariantCulture);
            string level = logLevel switch
            {
                LogLevel.Warning => "warning: ",
                LogLevel.Error or LogLevel.Critical => "error: ",
                _ => "",
            };
            string details = exception is null ? "" : Environment.NewLine + exception;
            Console.Error.WriteLine(time + level + formatter(state, exception) + details);
        }
    }
}
