namespace Bitmapist.Fuzz;

/// <summary>
/// Something that reads bytes from outside, and what must hold whatever the bytes are. Each target has a folder of the
/// same name in corpus/, replayed by the tests of the assembly it lives in. Targets keep no state between inputs.
/// </summary>
public interface IFuzzTarget
{
    /// <summary>The target's name on the command line, and of its corpus folder.</summary>
    string Name { get; }

    /// <summary>Byte strings with a meaning to the target, which mutation inserts.</summary>
    IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>A mostly valid input to start mutations from.</summary>
    byte[] Generate(Random random);

    /// <summary>Reads one input; <paramref name="random"/> decides how, where there is a choice.</summary>
    /// <exception cref="FuzzFailureException">An expectation did not hold.</exception>
    void Check(byte[] input, Random random);
}
