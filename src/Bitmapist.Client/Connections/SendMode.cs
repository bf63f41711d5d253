namespace Bitmapist.Client.Connections;

/// <summary>How a batch runs on the server.</summary>
internal enum SendMode
{
    /// <summary>One request after another; those of other clients may come between.</summary>
    Pipeline,

    /// <summary>Between MULTI and EXEC: all or nothing, and nothing in between.</summary>
    Transaction,
}
