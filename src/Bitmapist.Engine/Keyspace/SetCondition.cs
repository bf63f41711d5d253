namespace Bitmapist.Engine.Keyspace;

/// <summary>When SET sets.</summary>
public enum SetCondition
{
    Always,

    /// <summary>NX.</summary>
    IfMissing,

    /// <summary>XX.</summary>
    IfExists,
}
