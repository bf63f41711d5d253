using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Tests.Settings;

public sealed class DescriptorLimitTests
{
    [Fact]
    public void What_is_missing_to_start_is_said_with_what_would_be_enough()
    {
        const int Open = 30;
        const int Enough = Open + DescriptorLimit.ForStart + DescriptorLimit.ForWork + 1;
        Assert.Null(DescriptorLimit.WhyTooFew(Enough, Open));
        Assert.Null(DescriptorLimit.WhyTooFew(long.MaxValue, Open));
        Assert.Equal(
            $"the limit of {Enough - 1} open files (ulimit -n) is not enough to start: at least {Enough} are needed",
            DescriptorLimit.WhyTooFew(Enough - 1, Open));
    }

    [Theory]
    [InlineData(10_000, long.MaxValue, 10_000)]
    [InlineData(10_000, 20_000, 10_000)]
    [InlineData(10_000, 1024, 1024 - 90 - DescriptorLimit.ForWork)]
    [InlineData(10, 1024, 10)]
    [InlineData(10, 90 + DescriptorLimit.ForWork + 1, 1)]
    [InlineData(10, 64, 1)]
    public void Clients_get_what_neither_the_start_nor_the_servers_work_needs(int wanted, long limit, int clients) =>
        Assert.Equal(clients, DescriptorLimit.ClientsMax(wanted, limit, open: 90));

    [Fact]
    public void The_systems_limit_and_what_is_open_can_be_read()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        int before = DescriptorLimit.CountOpen();
        FileStream[] opened = [.. Enumerable.Range(0, 50).Select(_ => File.OpenRead("/proc/self/status"))];
        int open = DescriptorLimit.CountOpen();
        foreach (FileStream file in opened) file.Dispose();
        Assert.InRange(open - before, 30, 70); // tests beside this one open files, too
        Assert.InRange(DescriptorLimit.Read(), open, long.MaxValue - 1);
    }
}
