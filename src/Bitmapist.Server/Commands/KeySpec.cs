namespace Bitmapist.Server.Commands;

/// <summary>Where a command's keys stand among its arguments, the command's own name being argument 0.</summary>
/// <param name="First">The first key; 0: the command has none.</param>
/// <param name="Last">The last key; negative: counted from the end, -1 being the last argument.</param>
/// <param name="Step">Distance from one key to the next.</param>
internal readonly record struct KeySpec(int First, int Last, int Step)
{
    public static readonly KeySpec None;
    public static readonly KeySpec FirstArgument = new(1, 1, 1);
    public static readonly KeySpec FirstTwoArguments = new(1, 2, 1);
    public static readonly KeySpec AllArguments = new(1, -1, 1);
    public static readonly KeySpec FromSecondArgument = new(2, -1, 1);

    /// <summary>Index of the last key in a call with so many arguments.</summary>
    public int LastOf(int argumentCount) => Last >= 0 ? Last : argumentCount + Last;
}
