namespace Bitmapist.Server.Globs;

/// <summary>
/// What is between the first and the last star of a pattern, searched for in one pass over a name: a nondeterministic
/// automaton that has one bit for each state (Baeza-Yates and Gonnet, "A new approach to text searching", 1992; with
/// stars as Navarro and Raffinot, "Flexible pattern matching in strings", chapter 4). State i is that i items are
/// matched; a state that a star follows stays as it is, whatever comes. So no choice is ever taken back, which is what
/// makes other matchers quadratic or worse. Immutable; any thread.
/// </summary>
internal sealed class GlobSearch
{
    private const int WordBits = 64;

    private readonly ulong[] _stepsOf; // for each of 256 bytes Words words: from which states it leads on
    private readonly ulong[] _anySteps; // from which states any byte does
    private readonly ulong[] _stays;
    private readonly int _itemCount;

    /// <param name="items">At least one.</param>
    /// <param name="starsBefore">Numbers of the items with a star before them: 0 and others, ascending.</param>
    public GlobSearch(GlobSingles items, IEnumerable<int> starsBefore)
    {
        _itemCount = items.Count;
        Words = (_itemCount / WordBits) + 1; // one state more than there are items
        _stepsOf = new ulong[256 * Words];
        _anySteps = new ulong[Words];
        _stays = new ulong[Words];
        foreach (int item in starsBefore) _stays[item / WordBits] |= Bit(item);
        for (int i = 0; i < _itemCount; i++)
        {
            if (items.IsAny(i)) _anySteps[i / WordBits] |= Bit(i);
            else items.AddSteps(i, _stepsOf.AsSpan(i / WordBits), Words, Bit(i));
        }
    }

    /// <summary>Words of state, 64 items each.</summary>
    public int Words { get; }

    /// <summary>
    /// Whether the items are somewhere in the text, as far apart as the stars allow. O(bytes × Words).
    /// </summary>
    public bool IsMatch(ReadOnlySpan<byte> text) => Words == 1 ? IsMatchOfOneWord(text) : IsMatchOfWords(text);

    private static ulong Bit(int state) => 1UL << (state % WordBits);

    private bool IsMatchOfOneWord(ReadOnlySpan<byte> text)
    {
        ulong states = 1, stays = _stays[0], any = _anySteps[0], last = Bit(_itemCount);
        ReadOnlySpan<ulong> steps = _stepsOf.AsSpan(0, 256);
        foreach (byte value in text)
        {
            states = (states & stays) | ((states & (steps[value] | any)) << 1);
            if ((states & last) != 0) return true; // a star follows
        }

        return false;
    }

    private bool IsMatchOfWords(ReadOnlySpan<byte> text)
    {
        Span<ulong> states = stackalloc ulong[Words]; // ServerLimits.PatternCharacters bounds it: 256 bytes
        states.Clear();
        states[0] = 1;
        ulong last = Bit(_itemCount);
        int used = 1; // words in which there is a state
        foreach (byte value in text)
        {
            ReadOnlySpan<ulong> steps = _stepsOf.AsSpan(value * Words, Words);
            ulong carry = 0;
            for (int i = 0; i < used; i++)
            {
                ulong stepping = states[i] & (steps[i] | _anySteps[i]);
                states[i] = (states[i] & _stays[i]) | (stepping << 1) | carry;
                carry = stepping >> (WordBits - 1);
            }

            if (carry != 0) states[used++] = carry; // never behind the last: its states end before its last bit
            if (used == Words && (states[^1] & last) != 0) return true;
            while (states[used - 1] == 0) used--; // the first never is: a star precedes everything
        }

        return false;
    }
}
