using Bitmapist.Fuzz.Specimens;

namespace Bitmapist.Fuzz.Targets;

/// <summary>Damage in segments of the log, the database file whole: see <see cref="StoreTarget"/>.</summary>
public sealed class LogTarget : StoreTarget
{
    public override string Name => "log";

    public override IReadOnlyList<byte[]> Tokens { get; } =
    [
        "BMAPLOG\n"u8.ToArray(), [1], [2], [3], [4], [5], [6], [7], [8], [9], [0, 0, 0, 0, 1], "key-1"u8.ToArray(),
        [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    ];

    protected override int SpecimensMax => 32;

    protected override int Choose(int files, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return files == 1 ? 0 : random.Next(1, files);
    }

    protected override void FixChecksums(int index, byte[] file)
    {
        if (index == 0) DatabaseChecksums.Fix(file);
        else LogChecksums.Fix(file);
    }
}
