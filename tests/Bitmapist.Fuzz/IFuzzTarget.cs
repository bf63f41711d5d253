namespace Bitmapist.Fuzz;

/// <summary>
/// Something that reads bytes from outside, and what must hold whatever the bytes are. Each target has a folder of the
/// same name in corpus/, which the tests replay. Targets keep no state between inputs.
/// </summary>
public interface IFuzzTarget
{
    /// <summary>The target's name on the command line, and of its corpus folder.</summary>
    string Name { get; }

    /// <summary>Byte strings with a meaning to the target, which mutation inserts.</summary>
    IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>A mostly valid input to start mutations from.</summary>
    byte[] Generate(Random random);

    /// <summary>
    /// Damages an input. Where checksums would keep most damage from getting any further, a target makes them right
    /// again.
    /// </summary>
    byte[] Mutate(byte[] input, Random random) => Mutator.Mutate(input, Tokens, random);

    /// <summary>Reads one input; <paramref name="random"/> decides how, where there is a choice.</summary>
    /// <returns>What became of it in a few words. An input with a new outcome is worth mutating further.</returns>
    /// <exception cref="FuzzFailureException">An expectation did not hold.</exception>
    string Check(byte[] input, Random random);
}
