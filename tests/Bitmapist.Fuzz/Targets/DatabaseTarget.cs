using Bitmapist.Fuzz.Specimens;

namespace Bitmapist.Fuzz.Targets;

/// <summary>Damage in the database file, the log behind it whole: see <see cref="StoreTarget"/>.</summary>
public sealed class DatabaseTarget : StoreTarget
{
    public override string Name => "database";

    public override IReadOnlyList<byte[]> Tokens { get; } =
    [
        "BMAPDB\r\n"u8.ToArray(), "BMAPEND\n"u8.ToArray(), [1], [2], [0], [0x80, 0x80, 0x01], new byte[4096],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x3A, 0x30, 0, 0], [0x3B, 0x30, 0, 0],
    ];

    protected override int SpecimensMax => 32;

    protected override int Choose(int files, Random random) => 0;

    protected override void FixChecksums(int index, byte[] file) => DatabaseChecksums.Fix(file);
}
