using Bitmapist.Fuzz;
using Bitmapist.Fuzz.Targets;

namespace Bitmapist.Resp.Tests.Requests;

public sealed class RequestFuzzTests(ITestOutputHelper output)
{
    private static readonly RequestTarget s_target = new();

    public static TheoryData<string> CorpusFiles => [.. Corpus.Files(s_target).Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(CorpusFiles))]
    public void Corpus_is_read_the_same_however_it_is_cut(string file)
    {
        byte[] input = File.ReadAllBytes(Path.Combine(Corpus.Folder(s_target), file));
        for (int seed = 0; seed < 20; seed++) s_target.Check(input, new Random(seed));
    }

    [Fact]
    public void Random_and_damaged_streams_are_read_the_same_however_they_are_cut()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int run = 0; run < 5_000; run++)
        {
            byte[] stream = s_target.Generate(random);
            s_target.Check(stream, random);
            s_target.Check(Mutator.Mutate(stream, s_target.Tokens, random), random);
        }
    }

    [Fact]
    public void A_difference_between_whole_and_cut_would_be_noticed()
    {
        // The transcript of a stream depends on every byte of it, so an error in the reader cannot hide.
        byte[] stream = s_target.Generate(new Random(1));
        string before = Transcript(stream);
        int changes = 0;
        for (int i = 0; i < stream.Length; i++)
        {
            stream[i] ^= 1;
            if (Transcript(stream) != before) changes++;
            stream[i] ^= 1;
        }

        Assert.InRange(changes, stream.Length / 2, stream.Length);
    }

    private static string Transcript(byte[] stream) =>
        RequestTranscript.Of(new Resp.Requests.RequestReader(), stream, () => stream.Length);
}
