using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Verbs;

public sealed class RandomSequenceTests
{
    private const int Databases = 3;

    public static TheoryData<int> Seeds => [1, 2, Random.Shared.Next()];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Verbs_answer_as_the_model_does(int seed)
    {
        ManualTime time = new();
        time.Advance(TimeSpan.FromSeconds(1000));
        Random random = new(seed);
        KeyspaceStore store = new(Databases, time);
        using Session session = new(store);
        RandomVerbs verbs = new(random, time, Databases, names: random.Next(3, 24));
        PairedKeyspace pair = new(session, new ModelKeyspace(() => time.GetUtcNow().ToUnixTimeMilliseconds()));
        for (int step = 0; step < 3_000; step++)
        {
            try
            {
                verbs.Step(pair);
                if (random.Next(10) == 0) verbs.PassTime();
                if (random.Next(50) == 0) ExpiredKeys.Remove(session);
                if (step % 100 == 0) Assert.Equal(KeyspaceState.Of(pair.Model), KeyspaceState.Of(store));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, step {step}: {e.Message}", e);
            }
        }

        Assert.Equal(KeyspaceState.Of(pair.Model), KeyspaceState.Of(store));
    }
}
