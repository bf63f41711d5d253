namespace Bitmapist.Resp.Writing;

/// <summary>The protocol a connection speaks; HELLO changes it.</summary>
public enum RespVersion
{
    /// <summary>What every client speaks before HELLO.</summary>
    Resp2 = 2,

    /// <summary>With maps, sets, doubles, booleans, nulls, pushes and verbatim strings of their own.</summary>
    Resp3 = 3,
}
