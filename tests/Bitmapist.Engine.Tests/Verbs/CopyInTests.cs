using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Verbs;

public sealed class CopyInTests
{
    [Fact]
    public async Task A_key_put_is_there_after_a_kill_with_its_expiry_time_whatever_it_was_before()
    {
        await using SimulatedServer server = new(FsyncPolicy.Always);
        long later = server.Time.GetUtcNow().ToUnixTimeMilliseconds() + 100_000;
        server.Pair.SetBit("over", 9_999_999, bit: true);
        (string, byte[], long)[] keys = [("over", [1, 2, 3], 0), ("new", new byte[20_000], later), ("empty", [], 0)];
        foreach ((string name, byte[] bytes, long expiresAt) in keys)
        {
            var value = new StringValue(bytes.Length, PendingBits.Ready(StringBytes.ToBits(bytes)));
            server.Session.Put(Name.Bytes(name), value, expiresAt);
            server.Model.Set(0, name, bytes, SetCondition.Always, expiresAt);
        }

        server.Check();
        await server.Keyspace.CommitAsync();
        await server.CrashAsync(CrashMode.UnsyncedLost, seed: 0, server.Model);
        server.Check();
        await server.SaveAsync();
        await server.RestartAsync();
        server.Check();
    }
}
