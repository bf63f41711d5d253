using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Keys;

/// <summary>Two clients, of which one's prefix begins with the other's: neither loses anything to the other.</summary>
public abstract class TenantSpec(ITestServer server) : ClientSpec(server)
{
    private static readonly UniqueEvents s_x = new("x");
    private static readonly UniqueEvents s_y = new("y");

    public static TheoryData<KeyLayout> Layouts => [KeyLayout.Bitmapist3, KeyLayout.Bitmapist4];

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task Deleting_everything_stops_before_anything_is_deleted(KeyLayout layout)
    {
        BitmapistClient outer = await TenantAsync(layout, "t1_"), inner = await TenantAsync(layout, "t1_1_");
        await MarkAsync(outer, inner);
        List<string> keys = await KeysAsync();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => outer.DeleteAllEventsAsync(Cancel));
        Assert.Contains("\"t1_1_\"", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("t1_1_bitop_AND_t1_1_x_u-t1_1_y_u, t1_1_x_2026-1, ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(keys, await KeysAsync());
        Assert.Equal(1, await inner.CountAsync(s_x, Cancel));
        Assert.True(await inner.DeleteAllEventsAsync(Cancel) > 0); // who is inside reaches nobody
        Assert.Equal(1, await outer.CountAsync(s_x, Cancel));
        Assert.True(await outer.DeleteAllEventsAsync(Cancel) > 0); // and nobody is there any more
        Assert.Empty(await KeysAsync());
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task The_marks_of_another_alone_are_enough_to_stop(KeyLayout layout)
    {
        BitmapistClient outer = await TenantAsync(layout, "t1_"), inner = await TenantAsync(layout, "t1_1_");
        await outer.MarkAsync("x", 1, cancellationToken: Cancel);
        await inner.MarkAsync("x", 2, cancellationToken: Cancel);
        await Assert.ThrowsAsync<InvalidOperationException>(() => outer.DeleteAllEventsAsync(Cancel));
        Assert.Equal(1, await inner.CountAsync(DayEvents.From("x", Noon), Cancel));
        Assert.Equal(1, await outer.CountAsync(DayEvents.From("x", Noon), Cancel));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task What_is_declared_is_left_alone_and_not_listed(KeyLayout layout)
    {
        BitmapistClient outer = await TenantAsync(layout, "t1_", foreign: ["t1_", "t1_1_", "t2_"]);
        BitmapistClient inner = await TenantAsync(layout, "t1_1_", foreign: ["t1_", "t1_1_", "t2_"]); // the same list
        await MarkAsync(outer, inner);
        await inner.MarkAsync("only_here", 1, cancellationToken: Cancel);
        Assert.Equal(["x", "y"], await outer.EventNamesAsync(cancellationToken: Cancel));
        Assert.Empty(await outer.EventNamesAsync("1_", Cancel));
        List<string> foreign = [.. (await KeysAsync()).Where(IsInner)];
        Assert.Equal(1, await outer.DeleteTemporaryKeysAsync(Cancel));
        Assert.Equal(foreign, (await KeysAsync()).Where(IsInner));
        Assert.True(await outer.DeleteAllEventsAsync(Cancel) > 0);
        Assert.Equal(foreign, await KeysAsync());
        Assert.Equal(1, await inner.CountAsync(s_x & s_y, Cancel));
        Assert.Equal(1, await inner.DeleteTemporaryKeysAsync(Cancel));
        Assert.True(await inner.DeleteAllEventsAsync(Cancel) > 0);
        Assert.Empty(await KeysAsync());
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task Temporary_keys_are_those_of_the_very_prefix(KeyLayout layout)
    {
        BitmapistClient outer = await TenantAsync(layout, "t1_"), inner = await TenantAsync(layout, "t1_1_");
        await MarkAsync(outer, inner);
        await outer.MarkUniqueAsync("1_x", 1, Cancel); // this client's event with the other's key
        await outer.CountAsync(new UniqueEvents("1_x") & s_x, Cancel);
        Assert.Equal(2, await outer.DeleteTemporaryKeysAsync(Cancel));
        Assert.Contains("t1_1_bitop_AND_t1_1_x_u-t1_1_y_u", await KeysAsync());
        Assert.DoesNotContain(await KeysAsync(), key => key.StartsWith("t1_bitop_", StringComparison.Ordinal));
        Assert.Equal(1, await inner.DeleteTemporaryKeysAsync(Cancel));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task Who_says_that_all_is_its_own_deletes_all_but_the_declared(KeyLayout layout)
    {
        BitmapistClient outer = await TenantAsync(layout, "t1_", foreign: ["t1_1_"], owns: true);
        BitmapistClient inner = await TenantAsync(layout, "t1_1_");
        await MarkAsync(outer, inner);
        await outer.MarkAsync("2_x", 1, cancellationToken: Cancel);
        Assert.Equal(["2_x", "x", "y"], await outer.EventNamesAsync(cancellationToken: Cancel));
        Assert.True(await outer.DeleteAllEventsAsync(Cancel) > 0);
        Assert.All(await KeysAsync(), key => Assert.True(IsInner(key), key));
        Assert.Equal(1, await inner.CountAsync(s_x, Cancel));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task Ordinary_names_with_digits_and_underscores_are_in_nobodys_way(KeyLayout layout)
    {
        BitmapistClient client = await TenantAsync(layout, "t1_");
        string[] names = ["signup", "signup_step_1", "signup_step_2", "song:played", "v2_page", "with_score"];
        foreach (string name in names)
            await client.MarkAsync(name, 1, trackHourly: true, trackUnique: true, cancellationToken: Cancel);
        await client.CountAsync(new UniqueEvents("signup_step_1") - new UniqueEvents("signup_step_2"), Cancel);
        Assert.Equal(names, await client.EventNamesAsync(cancellationToken: Cancel));
        Assert.Equal((names.Length * 5) + 2, await client.DeleteAllEventsAsync(Cancel));
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task A_result_of_another_keeps_its_events_out_of_the_list()
    {
        BitmapistClient outer = await TenantAsync(KeyLayout.Bitmapist4, "app_");
        BitmapistClient inner = await TenantAsync(KeyLayout.Bitmapist4, "app_staging_");
        await outer.MarkAsync("active", 1, cancellationToken: Cancel);
        await outer.MarkAsync("staging_done", 1, cancellationToken: Cancel); // truly ambiguous once the result is there
        Assert.Equal(["active", "staging_done"], await outer.EventNamesAsync(cancellationToken: Cancel));
        await inner.MarkAsync("seen", 1, cancellationToken: Cancel);
        await inner.CountAsync(new UniqueEvents("seen") | s_x, Cancel);
        Assert.Equal(["active"], await outer.EventNamesAsync(cancellationToken: Cancel));
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => outer.DeleteAllEventsAsync(Cancel));
        Assert.Contains("foreign=app_staging_ in the connection string", refusal.Message, StringComparison.Ordinal);
    }

    private static bool IsInner(string key) => key.StartsWith("t1_1_", StringComparison.Ordinal);

    private async Task<BitmapistClient> TenantAsync(
        KeyLayout layout, string prefix, string[]? foreign = null, bool owns = false)
    {
        (BitmapistClient client, _) = await ConnectAsync(
            ClientSettings.Of(layout) with { KeyPrefix = prefix, ForeignPrefixes = foreign ?? [], OwnsPrefix = owns });
        return client;
    }

    /// <summary>x and y of somebody in both, and a result of both.</summary>
    private static async Task MarkAsync(params BitmapistClient[] tenants)
    {
        foreach (BitmapistClient tenant in tenants)
        {
            foreach (string name in new[] { "x", "y" })
                await tenant.MarkAsync(name, 1, trackUnique: true, cancellationToken: Cancel);
            Assert.Equal(1, await tenant.CountAsync(s_x & s_y, Cancel));
        }
    }
}

public sealed class BitmapistTenant(BitmapistServer server) : TenantSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisTenant(RedisServer server) : TenantSpec(server), IClassFixture<RedisServer>;
