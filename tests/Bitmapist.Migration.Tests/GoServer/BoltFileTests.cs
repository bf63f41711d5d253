using System.Text;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Tests.GoServer;

/// <summary>What a bbolt file may look like, and what is refused by page and reason.</summary>
public sealed class BoltFileTests
{
    private static readonly byte[] s_bitmapist = "bitmapist"u8.ToArray();

    [Theory]
    [InlineData(1024)]
    [InlineData(4096)]
    [InlineData(16384)]
    [InlineData(65536)]
    public void The_page_size_is_the_file_s_own(int pageBytes) =>
        Assert.Equal(["a=7", "b=4294967295"], Keys(BoltBytes.WithKeys(pageBytes, ("a", 7), ("b", uint.MaxValue))));

    [Theory]
    [InlineData(4096)]
    [InlineData(65536)]
    public void A_lost_first_meta_page_is_made_up_for_by_the_second(int pageBytes)
    {
        byte[] file = BoltBytes.WithKeys(pageBytes, ("a", 7));
        file.AsSpan(0, pageBytes).Clear();
        Assert.Equal(["a=7"], Keys(file));
    }

    [Theory]
    [InlineData(5, 4, "new")]
    [InlineData(4, 5, "old")]
    public void The_meta_page_of_the_later_transaction_counts(ulong first, ulong second, string expected)
    {
        var file = new BoltBytes(4096);
        ulong newer = file.AddLeaf((1, s_bitmapist, BoltBytes.InlineBucket(BoltBytes.Item("new", 1))));
        ulong older = file.AddLeaf((1, s_bitmapist, BoltBytes.InlineBucket(BoltBytes.Item("old", 1))));
        file.SetMeta(0, newer, first);
        file.SetMeta(1, older, second);
        Assert.Equal([expected + "=1"], Keys(file.ToArray()));
    }

    [Fact]
    public void A_meta_page_that_does_not_match_its_checksum_does_not_count()
    {
        var file = new BoltBytes(4096);
        ulong newer = file.AddLeaf((1, s_bitmapist, BoltBytes.InlineBucket(BoltBytes.Item("new", 1))));
        ulong older = file.AddLeaf((1, s_bitmapist, BoltBytes.InlineBucket(BoltBytes.Item("old", 1))));
        file.SetMeta(0, newer, 9);
        file.SetMeta(1, older, 8);
        file.Page(0)[16 + 48] ^= 1; // the transaction's number
        Assert.Equal(["old=1"], Keys(file.ToArray()));
        file.Page(1)[16 + 48] ^= 1;
        Assert.Contains("neither meta page is whole", Refusal(file.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Branches_overflow_pages_and_inline_buckets_are_read_in_order()
    {
        var file = new BoltBytes(1024);
        byte[] longKey = [.. Enumerable.Repeat((byte)'m', 5000)];
        ulong left = file.AddLeaf(BoltBytes.Item("a", 1), BoltBytes.Item("b", 2));
        ulong right = file.AddLeaf((0, longKey, BoltBytes.Bitmap(3)), BoltBytes.Item("z", 4));
        ulong branch = file.AddBranch(("a"u8.ToArray(), left), ("m"u8.ToArray(), right));
        byte[] expiries = BoltBytes.InlineBucket((0, "z"u8.ToArray(), BoltBytes.Varint(2_000_000_000_123_999_999)));
        file.SetBoth(file.AddLeaf((1, s_bitmapist, BoltBytes.Bucket(branch)), (1, "expires"u8.ToArray(), expiries)));
        Assert.Equal(["a=1", "b=2", Encoding.ASCII.GetString(longKey) + "=3", "z=4"], Keys(file.ToArray()));
        ImportedKey expiring = Assert.Single(Disk.Import(file.ToArray()).Keys, key => key.ExpiresAtUnixMs != 0);
        Assert.Equal("z"u8.ToArray(), expiring.Name);
        Assert.Equal(2_000_000_000_123, expiring.ExpiresAtUnixMs);
    }

    [Fact]
    public void A_database_without_keys_or_without_the_bucket_is_empty()
    {
        var file = new BoltBytes(4096);
        file.SetBoth(file.AddLeaf());
        Assert.Empty(Keys(file.ToArray()));
        file.SetBoth(file.AddLeaf((1, s_bitmapist, BoltBytes.InlineBucket())));
        Assert.Empty(Keys(file.ToArray()));
    }

    [Fact]
    public void A_bucket_within_the_bucket_is_left_out_and_counted()
    {
        var file = new BoltBytes(4096);
        ulong root = file.AddLeaf(BoltBytes.Item("a", 1), (1, "b"u8.ToArray(), BoltBytes.InlineBucket()));
        file.SetBoth(file.AddLeaf((1, s_bitmapist, BoltBytes.Bucket(root))));
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(file.ToArray());
        Assert.Single(keys);
        Assert.Equal(1, report.Skipped["bucket within a bucket"]);
    }

    [Fact]
    public void Pages_in_a_circle_are_refused()
    {
        var file = new BoltBytes(4096);
        ulong self = file.NextPage;
        file.AddBranch(("a"u8.ToArray(), self));
        AssertRefused(file, self, $"page {self}: is reached twice");
    }

    [Fact]
    public void A_page_in_two_places_is_refused()
    {
        var file = new BoltBytes(4096);
        ulong leaf = file.AddLeaf(BoltBytes.Item("a", 1));
        AssertRefused(file, file.AddBranch(("a"u8.ToArray(), leaf), ("b"u8.ToArray(), leaf)), "is reached twice");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(ulong.MaxValue)]
    public void A_page_number_out_of_range_is_refused(ulong number)
    {
        var file = new BoltBytes(4096);
        AssertRefused(file, file.AddBranch(("a"u8.ToArray(), number)), $"page {number}: page number is out of range");
    }

    [Fact]
    public void A_page_of_another_type_is_refused()
    {
        var file = new BoltBytes(4096);
        ulong freelist = file.Add(type: 0x10, count: 0, []);
        AssertRefused(file, freelist, $"page {freelist}: is no page of a tree: type 0010");
    }

    [Fact]
    public void A_page_that_calls_itself_another_is_refused()
    {
        var file = new BoltBytes(4096);
        ulong leaf = file.AddLeaf(BoltBytes.Item("a", 1));
        file.Page(leaf)[0] = 77;
        AssertRefused(file, leaf, "calls itself page 77");
    }

    [Fact]
    public void A_page_that_spans_more_than_the_file_is_refused()
    {
        var file = new BoltBytes(4096);
        ulong leaf = file.AddLeaf(BoltBytes.Item("a", 1));
        file.Page(leaf)[14] = 0xFF; // 16 million overflow pages
        AssertRefused(file, leaf, "its overflow pages reach beyond the end of the file");
    }

    [Fact]
    public void More_elements_than_fit_are_refused()
    {
        var file = new BoltBytes(4096);
        ulong leaf = file.AddLeaf(BoltBytes.Item("a", 1));
        file.Page(leaf)[11] = 0x7F;
        AssertRefused(file, leaf, "elements do not fit into it");
    }

    [Theory]
    [InlineData(16 + 4)] // position
    [InlineData(16 + 12)] // value's length
    public void An_element_beyond_its_page_is_refused(int at)
    {
        var file = new BoltBytes(4096);
        ulong leaf = file.AddLeaf(BoltBytes.Item("a", 1));
        file.Page(leaf)[at + 2] = 1; // 65,536 more
        AssertRefused(file, leaf, "element 0 reaches beyond the page's end");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x8001)]
    public void A_key_of_a_length_that_cannot_be_is_refused(int bytes)
    {
        var file = new BoltBytes(4096);
        ulong leaf = file.AddLeaf(BoltBytes.Item("a", 1));
        BitConverter.TryWriteBytes(file.Page(leaf)[(16 + 8)..], bytes);
        AssertRefused(file, leaf, $"key 0 has {bytes} bytes");
    }

    [Fact]
    public void Keys_out_of_order_are_refused()
    {
        var file = new BoltBytes(4096);
        ulong leaf = file.AddLeaf(BoltBytes.Item("b", 1), BoltBytes.Item("a", 1));
        AssertRefused(file, leaf, "key 1 is not above the one before it");
    }

    [Fact]
    public void A_malformed_bitmap_is_refused_with_its_key()
    {
        var file = new BoltBytes(4096);
        ulong leaf = file.AddLeaf((0, "key\n"u8.ToArray(), [1, 2, 3]));
        AssertRefused(file, leaf, "the bitmap of key \"key\\x0a\" is malformed");
        file = new BoltBytes(4096);
        ulong longer = file.AddLeaf((0, "key"u8.ToArray(), [.. BoltBytes.Bitmap(1), 0]));
        AssertRefused(file, longer, "ends after 18 of 19 bytes");
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("FFFFFFFFFFFFFFFFFF02")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01")]
    public void A_malformed_expiry_time_costs_its_key_the_expiry_and_nothing_else(string varint)
    {
        var file = new BoltBytes(4096);
        file.SetBoth(file.AddLeaf(
            (1, s_bitmapist, BoltBytes.InlineBucket(BoltBytes.Item("a", 1))),
            (1, "expires"u8.ToArray(), BoltBytes.InlineBucket((0, "a"u8.ToArray(), Convert.FromHexString(varint))))));
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(file.ToArray());
        Assert.Equal(1, report.MalformedExpiries);
        Assert.Equal((0, 0), (report.StaleExpiries, report.Expiries));
        ImportedKey key = Assert.Single(keys);
        Assert.Equal([1u], key.Ids);
        Assert.Equal(0, key.ExpiresAtUnixMs);
    }

    [Fact]
    public void A_chain_of_branches_without_end_is_refused()
    {
        var file = new BoltBytes(1024);
        ulong below = file.AddLeaf(BoltBytes.Item("a", 1));
        for (int i = 0; i < 100; i++) below = file.AddBranch(("a"u8.ToArray(), below));
        AssertRefused(file, below, "nested deeper than 40 levels");
    }

    [Fact]
    public void A_file_cut_short_is_refused()
    {
        byte[] file = BoltBytes.WithKeys(4096, ("a", 7));
        Assert.Contains("file ends after 3 pages of 4096 bytes; its meta page says 4",
            Refusal(file[..^1]), StringComparison.Ordinal);
    }

    private static void AssertRefused(BoltBytes file, ulong root, string reason)
    {
        file.SetBoth(file.AddLeaf((1, s_bitmapist, BoltBytes.Bucket(root))));
        string refusal = Refusal(file.ToArray());
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
        Assert.StartsWith(Disk.Source, refusal, StringComparison.Ordinal);
    }

    private static string Refusal(byte[] file) =>
        Assert.Throws<CorruptFileException>(() => Disk.Import(file)).Message;

    private static string[] Keys(byte[] file) =>
        [.. Disk.Import(file).Keys.Select(key => $"{Encoding.Latin1.GetString(key.Name)}={Assert.Single(key.Ids)}")];
}
