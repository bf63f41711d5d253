using System.Text;
using Bitmapist.Migration.Aof;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>Manifests as Redis reads them (aof.c, aofLoadManifestFromFile).</summary>
public sealed class AofManifestTests
{
    [Theory]
    [InlineData("file a seq 1 type b\n", "a")]
    [InlineData("file a seq 1 type b\nfile b seq 1 type i\nfile c seq 5 type i\n", "a b c")]
    [InlineData("file b seq 1 type i\nfile a seq 1 type b\n", "a b")]
    [InlineData("# by hand\nfile b seq 9 type i\r\nfile old seq 3 type h\n", "b")]
    [InlineData("type i seq 9 file b startoffset 12 endoffset 13 later x\n", "b")]
    [InlineData("file \"a \\\"b\\x21\\n\" seq 1 type b\nfile 'c\\'d' seq 1 type i\n", "a \"b!\n c'd")]
    [InlineData("file \"\\xc3\\xa4.aof\" seq 1 type b\n", "ä.aof")]
    public void Files_are_named_in_order(string text, string files) =>
        Assert.Equal(files, string.Join(' ', Read(text).Files));

    [Theory]
    [InlineData("file a seq 1 type b", 0, "the last line has no end")]
    [InlineData("file a seq 1 type b\nfile b seq 1 type", 20, "the last line has no end")]
    [InlineData("file a seq 1 type b\nfile b seq 1 type\n", 20, "no list of names and values")]
    [InlineData("file a seq 1 type b\n\n", 20, "no list of names and values")]
    [InlineData("file \"a seq 1 type b\n", 0, "no list of names and values")]
    [InlineData("file 'a'b seq 1 type b\n", 0, "no list of names and values")]
    [InlineData("file a seq x type b\n", 0, "lacks a file or its number")]
    [InlineData("file a seq 0 type b\n", 0, "lacks a file or its number")]
    [InlineData("file a type b\n", 0, "lacks a file or its number")]
    [InlineData("seq 1 type b\n", 0, "lacks a file or its number")]
    [InlineData("file \"\" seq 1 type b\n", 0, "lacks a file or its number")]
    [InlineData("file /etc/a seq 1 type b\n", 0, "/etc/a is a path")]
    [InlineData("file ../a seq 1 type i\n", 0, "../a is a path")]
    [InlineData("file a seq 1 type x\n", 0, "a is of the unknown type x")]
    [InlineData("file a seq 1\n", 0, "a is of the unknown type ")]
    [InlineData("file a seq 1 type b\nfile b seq 2 type b\n", 20, "b is a second base, beside a")]
    [InlineData("file a seq 2 type i\nfile b seq 2 type i\n", 20, "b has number 2 and follows number 2")]
    [InlineData("file a seq 2 type h\n", 0, "it names no file to replay")]
    [InlineData("# nothing\n", 0, "it names no file to replay")]
    public void What_makes_no_sense_is_refused_at_its_line(string text, long offset, string reason)
    {
        CorruptFileException refusal = Assert.Throws<CorruptFileException>(() => Read(text));
        Assert.Contains(reason, refusal.Reason, StringComparison.Ordinal);
        Assert.Equal(offset, refusal.Offset);
    }

    [Fact]
    public void A_manifest_of_more_than_a_megabyte_is_refused() =>
        Assert.Contains("too many for a manifest", Assert.Throws<CorruptFileException>(
            () => Read(new string('#', (1024 * 1024) + 1))).Reason, StringComparison.Ordinal);

    private static AofManifest Read(string text) =>
        AofManifest.Read(Disk.With(Disk.Source, Encoding.Latin1.GetBytes(text)), Disk.Source);
}
