using Bitmapist.Client.Keys;

namespace Bitmapist.Client.Tests.Keys;

/// <summary>Which keys look like another client's, by their names alone.</summary>
public sealed class KeyOwnershipTests
{
    /// <summary>The names of events under <c>t1_</c>, and the prefixes of others that they speak for.</summary>
    public static readonly TheoryData<string[], string[]> Names = new()
    {
        // Ordinary names, with digits and underscores.
        { ["signup_step_1", "signup_step_2", "signup", "signup_done"], [] },
        { ["song:played", "with_score", "with__two", "_led", "trailed_", "x1", "1x", "2fa_enabled", "v2_page"], [] },
        { ["web", "ios", "active_web_ios", "is_premium"], [] },
        { ["W2026-3", "2026-1", "u", "u_u", "a_2026-1"], [] },
        { ["added_to_cart", "deadbeef_seen", "facade_"], [] }, // letters alone are a word, whatever they spell
        // Names that begin with what programs give to tenants.
        { ["1_x"], ["t1_1_"] },
        { ["x", "1_x", "1_y", "22_x"], ["t1_1_", "t1_22_"] },
        { ["404_seen"], ["t1_404_"] },
        { ["1_2_x"], ["t1_1_"] }, // of nested ones the shorter
        { ["550e8400-e29b-41d4-a716-446655440000_x"], ["t1_550e8400-e29b-41d4-a716-446655440000_"] },
        { ["5f3a9c01_x"], ["t1_5f3a9c01_"] },
        // The same events, once with some words before them.
        { ["active", "login", "staging_active", "staging_login"], ["t1_staging_"] },
        { ["active", "login", "eu_west_active", "eu_west_login", "eu_west_more"], ["t1_eu_west_"] },
        { ["active", "staging_active"], [] }, // one is how events are named; declare it
        { ["login", "buy", "first_login", "web_login", "web_seen"], [] },
        { ["step_1", "signup_step_1", "step_2"], [] },
        { ["active", "inactive", "activeuser", "reactive"], [] },
    };

    /// <summary>Keys of results, and the prefixes that they prove.</summary>
    public static readonly TheoryData<string, string?> Results = new()
    {
        { "t1_1_bitop_AND_t1_1_x_2026-1-t1_1_y_2026-1", "t1_1_" },
        { "t1_1_bitop_NOT_t1_1_x_u", "t1_1_" },
        { "t1_1_bitop_OR12_t1_1_x_2026-1-t1_1_y_2026-1", "t1_1_" },
        { "t1_1_bitop_AND_t1_1_bitop_OR_t1_1_x_u-t1_1_y_u-t1_1_z_u", "t1_1_" },
        { "t1_stagingbitop_XOR_t1_stagingx_u-t1_stagingy_u", "t1_staging" }, // a prefix without an underscore
        { "t1_bitop_AND_t1_1_x_2026-1-t1_1_y_2026-1", null }, // this client's own result, over events 1_x and 1_y
        { "t1_bitop_AND_t1_1_bitop_OR_t1_1_x_u-t1_1_y_u", null },
        { "t1_my_bitop_x_2026-1", null }, // events with odd names
        { "t1_my_bitop_AND_u", null },
        { "t1_my_bitop_AND_t1_x_u", null },
        { "t1_1_bitop_DIFF_t1_1_x_u", null },
        { "t1_x_2026-1", null },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_that_speak_for_another_prefix_are_found(string[] names, string[] expected)
    {
        string[] suffixes = ["2026-1", "W2026-3", "2026-1-17", "2026-1-17-9", "u"];
        IEnumerable<string> keys = names.SelectMany(name => suffixes.Select(suffix => $"t1_{name}_{suffix}"));
        Assert.Equal(expected,
            Of("t1_").SuspectedIn([.. keys, "t1_bitop_AND_t1_1_x_u-t1_1_y_u", "t1_of_another_kind"]));
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void A_result_over_keys_of_its_own_prefix_proves_it(string key, string? prefix)
    {
        Assert.Equal(prefix, Of("t1_").ProvenPrefixOf(key));
        if (prefix is not null) Assert.Equal([prefix], Of("t1_").SuspectedIn([key, "t1_signup_step_1_u"]));
    }

    [Fact]
    public void What_is_declared_decides()
    {
        KeyOwnership ownership = Of("t1_", "t1_1_", "t2_", "t1_", "t1", "other_");
        Assert.True(ownership.IsForeign("t1_1_x_u"));
        Assert.True(ownership.IsForeign("t1_1_bitop_AND_t1_1_x_u-t1_1_y_u"));
        Assert.False(ownership.IsForeign("t1_x_u"));
        Assert.False(ownership.IsForeign("t1_11_x_u"));
        Assert.False(ownership.IsForeign("t1_bitop_AND_t1_1_x_u"));
    }

    [Fact]
    public void The_refusal_names_keys_and_both_ways_out()
    {
        string[] keys = [.. Enumerable.Range(1, 7).Select(day => $"t1_1_x_2026-1-{day}"), "t1_x_u", "t1_2_x_u"];
        string message = Assert.Throws<InvalidOperationException>(() => Of("t1_").ThrowIfDoubtful(keys)).Message;
        Assert.Equal("Nothing was deleted: under the prefix \"t1_\" there may be keys of another client, whose prefix "
            + "is \"t1_1_\" or \"t1_2_\": t1_1_x_2026-1-1, t1_1_x_2026-1-2, t1_1_x_2026-1-3, t1_1_x_2026-1-4, "
            + "t1_1_x_2026-1-5 and 3 more. If they are another's, declare its prefix "
            + "(BitmapistOptions.ForeignPrefixes, or foreign=t1_1_ in the connection string): its keys are left alone "
            + "then. If everything under \"t1_\" is this client's, say so (BitmapistOptions.OwnsPrefix, or "
            + "ownsPrefix=true).", message);
        new KeyOwnership("t1_", [], ownsPrefix: true).ThrowIfDoubtful(keys);
        Of("t1_").ThrowIfDoubtful(["t1_x_u", "t1_signup_step_1_u"]);
    }

    [Theory]
    [InlineData("a_u", "a")]
    [InlineData("a_b_2026-1", "a_b")]
    [InlineData("a_W2026-53", "a")]
    [InlineData("a_2026-12-31-23", "a")]
    [InlineData("a_2026-01", null)]
    [InlineData("a_2026-13", null)]
    [InlineData("a_W2026-54", null)]
    [InlineData("a_W2026-1-1", null)]
    [InlineData("a_2026-1-32", null)]
    [InlineData("a_2026-1-1-24", null)]
    [InlineData("a_2026-1-1-1-1", null)]
    [InlineData("a_2026", null)]
    [InlineData("a_2026-", null)]
    [InlineData("a_U", null)]
    [InlineData("_u", null)]
    [InlineData("u", null)]
    [InlineData("", null)]
    public void Keys_of_events_are_told_by_their_shape(string rest, string? name) =>
        Assert.Equal(name, EventKey.NameOf(rest));

    private static KeyOwnership Of(string prefix, params string[] foreign) => new(prefix, foreign, ownsPrefix: false);
}
