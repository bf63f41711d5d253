using Bitmapist.Host.Systemd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Host.Tests.Systemd;

/// <summary>What a service manager is told, over a real socket.</summary>
public sealed class ServiceNotifierTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_come_over_a_path_and_over_an_abstract_name(bool isAbstract)
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "datagrams over unix sockets, as Linux has them");
        using var manager = new ServiceManager(isAbstract
            ? $"@bitmapist-test-{Guid.NewGuid():N}"
            : Path.Combine(_folder.FullName, "notify"));
        using var service = ServiceNotifier.Of(Variables(("NOTIFY_SOCKET", manager.Path)));
        service.Status("loading\nit");
        service.Ready("serving");
        service.Alive();
        service.Stopping();
        service.Status("not while stopping");
        Assert.Equal(
            ["STATUS=loading it", "READY=1\nSTATUS=serving", "WATCHDOG=1", "STOPPING=1\nSTATUS=stopping"],
            manager.Messages);
    }

    [Fact]
    public void A_manager_that_is_gone_or_was_never_there_changes_nothing()
    {
        foreach (string? path in new[] { null, "", "relative", Path.Combine(_folder.FullName, "nobody") })
        {
            using var service = ServiceNotifier.Of(Variables(("NOTIFY_SOCKET", path)));
            service.Ready("serving");
            service.Stopping();
        }
    }

    [Theory]
    [InlineData("30000000", null, 30.0)]
    [InlineData("30000000", "", 30.0)]
    [InlineData("30000000", "own", 30.0)]
    [InlineData("30000000", "1", null)] // of the parent
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void The_watchdogs_time_limit_is_read_if_it_is_for_this_process(
        string? microseconds, string? process, double? seconds)
    {
        if (process == "own") process = $"{Environment.ProcessId}";
        using var service = ServiceNotifier.Of(Variables(("WATCHDOG_USEC", microseconds), ("WATCHDOG_PID", process)));
        Assert.Equal(seconds, service.WatchdogTimeout?.TotalSeconds);
    }

    [Fact]
    public async Task The_watchdog_is_fed_while_the_server_answers_and_not_while_it_hangs()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "datagrams over unix sockets, as Linux has them");
        using var manager = new ServiceManager(Path.Combine(_folder.FullName, "notify"));
        using var service = ServiceNotifier.Of(Variables(("NOTIFY_SOCKET", manager.Path), ("WATCHDOG_USEC", "20000")));
        var hanging = new TaskCompletionSource();
        var isHanging = new TaskCompletionSource();
        Task answer = Task.CompletedTask;
        Task Answer()
        {
            Task given = Volatile.Read(ref answer);
            if (given == hanging.Task) isHanging.TrySetResult();
            return given;
        }

        using (Watchdog? watchdog = Watchdog.Start(service, Answer, NullLogger.Instance))
        {
            Assert.NotNull(watchdog);
            await Eventually.IsAsync(() => manager.Messages.Count > 3, "signs of life");

            Volatile.Write(ref answer, hanging.Task);
            await isHanging.Task.WaitAsync(TestContext.Current.CancellationToken);
            int told = manager.Messages.Count;
            await Eventually.NeverAsync(() => manager.Messages.Count > told, "a sign of life of what hangs");

            Volatile.Write(ref answer, Task.CompletedTask);
            hanging.SetResult();
            await Eventually.IsAsync(() => manager.Messages.Count > told, "a sign of life again");

            Volatile.Write(ref answer, new TaskCompletionSource().Task);
            watchdog.Stopping();
            told = manager.Messages.Count;
            await Eventually.IsAsync(() => manager.Messages.Count > told + 3, "signs of life during the stop");
        }
    }

    [Fact]
    public void Without_a_time_limit_there_is_no_watchdog()
    {
        using var service = ServiceNotifier.Of(_ => null);
        Assert.Null(Watchdog.Start(service, () => Task.CompletedTask, NullLogger.Instance));
    }

    internal static Func<string, string?> Variables(params (string Name, string? Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;
}
