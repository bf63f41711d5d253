using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Tests.Interop;
namespace Bitmapist.Roaring.Benchmarks;
internal static class Stat {
  public static void Run() {
    foreach (var name in RealDataSets.Names) foreach (bool opt in new[]{false,true}) {
      var lists = RealDataSets.TryRead(name)!; int compact=0, compactIds=0; int[] kinds=new int[4]; long[] ids=new long[4]; int[] runs=new int[1]; long chunks=0; long compactChunks=0;
      foreach (var l in lists) { var f=FrozenBitmap.FromIds(l); if (opt) { var r=RoaringBitmap.FromFrozen(f); r.Optimize(); f=r.Freeze(); }
        if (f.IsCompact) { compact++; compactIds+=(int)f.Cardinality; compactChunks+=f.ChunkCount; } else for (int i=0;i<f.ContainerCount;i++) { chunks++; var v=f.ViewAt(i); kinds[(int)v.Kind]++; ids[(int)v.Kind]+=v.Cardinality; if (v.Kind==ContainerKind.Run) runs[0]+=v.RunCount; } }
      Console.WriteLine($"{name} opt={opt}: compact {compact} sets {compactIds} ids {compactChunks} chunks; containers {chunks}: array {kinds[1]} ({ids[1]} ids), bitset {kinds[2]} ({ids[2]}), run {kinds[3]} ({ids[3]} ids, {runs[0]} runs)");
    }
  }
}
