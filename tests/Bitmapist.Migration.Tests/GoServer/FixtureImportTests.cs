using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Tests.GoServer;

/// <summary>Databases that the Go server itself wrote come over exactly.</summary>
public sealed class FixtureImportTests
{
    [Theory]
    [InlineData("small")]
    [InlineData("many")]
    [InlineData("stale")]
    public void A_database_of_the_Go_server_imports_exactly(string name)
    {
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(Fixture.Database(name));
        SortedDictionary<string, ExpectedKey> actual = new(StringComparer.Ordinal);
        foreach (ImportedKey key in keys)
        {
            Assert.Equal(0, key.Database);
            actual.Add(
                Convert.ToHexString(key.Name),
                new ExpectedKey(key.Ids.Length, Fixture.Hash(key.Ids), key.ExpiresAtUnixMs != 0));
        }

        SortedDictionary<string, ExpectedKey> expected = Fixture.Expected(name);
        Assert.Equal(expected, actual);
        Assert.Equal(FileFormat.GoServer, report.Format);
        Assert.Equal(expected.Count, report.Keys);
        Assert.Equal(expected.Values.Sum(key => key.Count), report.Bits);
        Assert.Equal(expected.Values.Count(key => key.Expires), report.Expiries);
        Assert.Equal(expected.Values.Count(key => key.Count == 0), report.EmptyBitmaps);
        Assert.Empty(report.Skipped);
    }

    [Fact]
    public void A_string_ends_with_the_byte_of_its_highest_bit_and_an_empty_one_is_one_zero_byte()
    {
        (_, List<ImportedKey> keys) = Disk.Import(Fixture.Database("small"));
        Assert.All(keys, key => Assert.Equal(key.Ids.Length == 0 ? 1 : (key.Ids[^1] / 8) + 1L, key.LengthBytes));
        Assert.Contains(keys, key => key.Ids.Length == 0);
        Assert.Contains(keys, key => key.LengthBytes == 512L * 1024 * 1024);
    }

    [Fact]
    public void An_expiry_in_2090_is_kept_to_the_millisecond()
    {
        (_, List<ImportedKey> keys) = Disk.Import(Fixture.Database("small"));
        ImportedKey expiring = Assert.Single(keys, key => key.ExpiresAtUnixMs != 0);
        Assert.Equal(2090, DateTimeOffset.FromUnixTimeMilliseconds(expiring.ExpiresAtUnixMs).Year);
    }

    [Fact]
    public void A_stale_expiry_costs_no_data_and_is_counted()
    {
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(Fixture.Database("stale"));
        ImportedKey kept = Assert.Single(keys, key => key.Name.AsSpan().SequenceEqual("k_u"u8));
        Assert.Equal([10u, 20u, 30u], kept.Ids);
        Assert.Equal(0, kept.ExpiresAtUnixMs);
        Assert.Equal(1, report.StaleExpiries);
        Assert.Equal(1, report.OrphanExpiries);
    }
}
