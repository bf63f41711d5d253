using System.Globalization;
using System.Text;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Server.PubSub;

/// <summary>
/// Keyspace notifications: what happens to keys, as messages of channels (redis.io/topics/notifications). While none
/// are wanted nobody listens to the keyspace, which costs a write one look at a field. Thread-safe.
/// </summary>
internal sealed class KeyNotifications(ChannelTable channels, KeyspaceStore store) : IKeyEvents
{
    private int _wanted;

    /// <summary>What is told, and by which channels.</summary>
    public NotificationClasses Wanted
    {
        get => (NotificationClasses)Volatile.Read(ref _wanted);
        set
        {
            Volatile.Write(ref _wanted, (int)value);
            store.Events = value == NotificationClasses.None ? null : this;
        }
    }

    public void Happened(KeyEvent what, int database, ReadOnlySpan<byte> name)
    {
        NotificationClasses wanted = Wanted;
        if ((wanted & ClassOf(what)) == 0) return;
        ReadOnlySpan<byte> told = NameOf(what);
        if ((wanted & NotificationClasses.Keyspace) != 0) channels.Publish(Channel("keyspace", database, name), told);
        if ((wanted & NotificationClasses.KeyEvent) != 0) channels.Publish(Channel("keyevent", database, told), name);
    }

    private static byte[] Channel(string kind, int database, ReadOnlySpan<byte> name) =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"__{kind}@{database}__:")), .. name,
    ];

    private static NotificationClasses ClassOf(KeyEvent what) => what switch
    {
        KeyEvent.New => NotificationClasses.New,
        KeyEvent.Miss => NotificationClasses.Miss,
        KeyEvent.Expired => NotificationClasses.Expired,
        KeyEvent.Set or KeyEvent.SetBit or KeyEvent.SetRange or KeyEvent.Append or KeyEvent.IncrementBy
            or KeyEvent.IncrementByFloat => NotificationClasses.String,
        _ => NotificationClasses.Generic,
    };

    private static ReadOnlySpan<byte> NameOf(KeyEvent what) => what switch
    {
        KeyEvent.New => "new"u8,
        KeyEvent.Set => "set"u8,
        KeyEvent.SetBit => "setbit"u8,
        KeyEvent.SetRange => "setrange"u8,
        KeyEvent.Append => "append"u8,
        KeyEvent.IncrementBy => "incrby"u8,
        KeyEvent.IncrementByFloat => "incrbyfloat"u8,
        KeyEvent.Delete => "del"u8,
        KeyEvent.Expire => "expire"u8,
        KeyEvent.Persist => "persist"u8,
        KeyEvent.RenameFrom => "rename_from"u8,
        KeyEvent.RenameTo => "rename_to"u8,
        KeyEvent.CopyTo => "copy_to"u8,
        KeyEvent.MoveFrom => "move_from"u8,
        KeyEvent.MoveTo => "move_to"u8,
        KeyEvent.Restore => "restore"u8,
        KeyEvent.Expired => "expired"u8,
        KeyEvent.Miss => "keymiss"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };
}

/// <summary>Classes of events in notify-keyspace-events, and the two ways of telling them.</summary>
[Flags]
internal enum NotificationClasses
{
    None = 0,

    /// <summary>K: a channel for each key.</summary>
    Keyspace = 1 << 0,

    /// <summary>E: a channel for each event.</summary>
    KeyEvent = 1 << 1,
    Generic = 1 << 2,
    String = 1 << 3,
    List = 1 << 4,
    Set = 1 << 5,
    Hash = 1 << 6,
    SortedSet = 1 << 7,
    Expired = 1 << 8,
    Evicted = 1 << 9,
    Stream = 1 << 10,
    Miss = 1 << 11,
    Module = 1 << 13,
    New = 1 << 14,

    /// <summary>A: all but misses and new keys.</summary>
    All = Generic | String | List | Set | Hash | SortedSet | Expired | Evicted | Stream | Module,
}

/// <summary>notify-keyspace-events as text, in Redis 7.0's form.</summary>
internal static class NotificationText
{
    private static readonly (char Letter, NotificationClasses Class)[] s_events =
    [
        ('g', NotificationClasses.Generic), ('$', NotificationClasses.String), ('l', NotificationClasses.List),
        ('s', NotificationClasses.Set), ('h', NotificationClasses.Hash), ('z', NotificationClasses.SortedSet),
        ('x', NotificationClasses.Expired), ('e', NotificationClasses.Evicted), ('t', NotificationClasses.Stream),
        ('d', NotificationClasses.Module), ('n', NotificationClasses.New),
    ];

    private static readonly (char Letter, NotificationClasses Class)[] s_others =
    [
        ('K', NotificationClasses.Keyspace), ('E', NotificationClasses.KeyEvent), ('m', NotificationClasses.Miss),
    ];

    /// <summary>Reads letters, in any order, any number of times; false when there is an unknown one.</summary>
    public static bool TryParse(string text, out NotificationClasses classes)
    {
        classes = NotificationClasses.None;
        foreach (char letter in text)
        {
            NotificationClasses meant = letter == 'A' ? NotificationClasses.All : NotificationClasses.None;
            foreach ((char known, NotificationClasses meaning) in s_events)
                if (known == letter) meant = meaning;
            foreach ((char known, NotificationClasses meaning) in s_others)
                if (known == letter) meant = meaning;
            if (meant == NotificationClasses.None) return false;
            classes |= meant;
        }

        return true;
    }

    /// <summary>The letters in Redis's order; beside A it does not show n.</summary>
    public static string Of(NotificationClasses classes)
    {
        var text = new StringBuilder();
        if ((classes & NotificationClasses.All) == NotificationClasses.All) text.Append('A');
        else Append(text, s_events, classes);
        Append(text, s_others, classes);
        return text.ToString();
    }

    private static void Append(
        StringBuilder text, (char Letter, NotificationClasses Class)[] letters, NotificationClasses classes)
    {
        foreach ((char letter, NotificationClasses meant) in letters)
            if ((classes & meant) != 0) text.Append(letter);
    }
}
