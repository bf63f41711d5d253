namespace Bitmapist.Roaring.Containers;

/// <summary>The chunk with all 65,536 ids: one run, one array for every bitmap that has it.</summary>
internal static class FullChunk
{
    private static readonly ushort[] Runs = [0, ushort.MaxValue];

    public static Container Container => Containers.Container.OfRuns(Runs, 1, FormRules.ChunkIds).Shared();

    public static ContainerView View => ContainerView.OfRuns(Runs, FormRules.ChunkIds);
}
