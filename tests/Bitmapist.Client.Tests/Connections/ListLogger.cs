using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Keeps what was logged.</summary>
internal sealed class ListLogger : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<Line> _lines = new();

    public IReadOnlyCollection<Line> Lines => _lines;

    /// <summary>Waits until a line with this event id was logged.</summary>
    public Task WaitForAsync(int id) =>
        Eventually.IsAsync(() => _lines.Any(line => line.Id == id), $"event {id} is logged");

    public ILogger CreateLogger(string categoryName)
    {
        Assert.Equal("Bitmapist.Client", categoryName);
        return this;
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(new Line(eventId.Id, logLevel, formatter(state, exception)));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Dispose()
    {
    }

    internal sealed record Line(int Id, LogLevel Level, string Text);
}
