namespace Bitmapist.Server.Commands.Admin;

/// <summary>When a section of INFO is shown, other than by its name.</summary>
internal enum InfoGroup
{
    /// <summary>Unless others are asked for, and with "all".</summary>
    Default,

    /// <summary>With "all".</summary>
    All,

    /// <summary>Never.</summary>
    ByName,
}
