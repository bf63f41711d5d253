namespace Bitmapist.Server.Commands;

/// <summary>Where a command's keys are among its arguments, the command's own name being argument 0.</summary>
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

    /// <summary>The numbers of the arguments that are keys in a call with so many arguments, ascending.</summary>
    public Positions In(int argumentCount) => new(this, argumentCount);

    /// <summary>What <c>foreach</c> goes through; allocates nothing.</summary>
    internal struct Positions
    {
        private readonly int _last;
        private readonly int _step;

        public Positions(KeySpec keys, int argumentCount)
        {
            int last = keys.Last >= 0 ? keys.Last : argumentCount + keys.Last;
            _last = keys.First == 0 ? -1 : Math.Min(last, argumentCount - 1);
            _step = keys.Step;
            Current = keys.First - keys.Step;
        }

        public int Current { get; private set; }

        public readonly Positions GetEnumerator() => this;

        public bool MoveNext()
        {
            Current += _step;
            return Current <= _last;
        }
    }
}
