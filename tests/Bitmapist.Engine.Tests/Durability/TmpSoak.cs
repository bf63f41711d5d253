using Bitmapist.Storage.Log;
namespace Bitmapist.Engine.Tests.Durability;
public sealed class TmpSoak
{
    [Fact]
    public async Task Soak()
    {
        int n = int.Parse(Environment.GetEnvironmentVariable("SOAK") ?? "0");
        for (int i = 0; i < n; i++)
        {
            int seed = Environment.GetEnvironmentVariable("SEED") is { } sd ? int.Parse(sd) : Random.Shared.Next();
            FsyncPolicy p = Environment.GetEnvironmentVariable("SEED") is null ? (FsyncPolicy)(i % 3) : FsyncPolicy.Always;
            try { await new TakenBackTests().What_the_log_could_not_keep_is_as_if_it_had_never_been(p, seed); }
            catch (Exception e) { File.AppendAllText("/tmp/soak.txt", $"{p} {seed}: {e}\n"); }
        }
    }
}
