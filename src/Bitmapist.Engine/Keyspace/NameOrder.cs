namespace Bitmapist.Engine.Keyspace;

/// <summary>Bytewise order of names; null stands behind every name.</summary>
internal sealed class NameOrder : IComparer<NameState>
{
    public static readonly NameOrder Instance = new();

    public int Compare(NameState x, NameState y)
    {
        if (x.Name is null || y.Name is null) return (x.Name is null ? 1 : 0) - (y.Name is null ? 1 : 0);
        return x.Name.AsSpan().SequenceCompareTo(y.Name);
    }
}
