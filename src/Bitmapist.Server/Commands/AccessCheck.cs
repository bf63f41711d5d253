using System.Diagnostics;
using Bitmapist.Server.Access;

namespace Bitmapist.Server.Commands;

/// <summary>Whether a user's rights cover a call: its command, every key of it, every channel.</summary>
internal static class AccessCheck
{
    /// <summary>What a call lacks; of several selectors' answers the one that came furthest, as in Redis.</summary>
    /// <param name="rules">What the user may do.</param>
    /// <param name="spec">The command, well-formed.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="now">The moment, of UTC, for calls that name a period from the present one.</param>
    /// <param name="position">
    /// The argument that is not allowed, those of <see cref="CommandSpec.NamedKeysOf"/> behind the others; 0: the
    /// command.
    /// </param>
    public static AccessDenial Find(
        UserRules rules, CommandSpec spec, ArgumentList args, DateTime now, out int position)
    {
        AccessDenial denial = AccessDenial.Command;
        position = 0;
        foreach (Selector selector in rules.Selectors)
        {
            AccessDenial found = Find(selector, spec, args, now, out int at);
            if (found == AccessDenial.None) return AccessDenial.None;
            if (found < denial || (found == denial && at <= position)) continue;
            denial = found;
            position = at;
        }

        return denial;
    }

    /// <summary>The key or channel at a position of <see cref="Find"/>.</summary>
    public static ReadOnlySpan<byte> NameAt(CommandSpec spec, ArgumentList args, DateTime now, int position) =>
        position < args.Count ? args[position] : spec.NamedKeysOf!(args, now)[position - args.Count].Span;

    private static AccessDenial Find(
        Selector selector, CommandSpec spec, ArgumentList args, DateTime now, out int position)
    {
        position = 0;
        // Logging in is nobody's right in particular.
        if (!spec.Is(CommandFlags.NoAuth) && !selector.AllowsCommand(spec.Index)
            && !(args.Count > 1 && selector.AllowsFirstArgument(spec.Index, args[1])))
            return AccessDenial.Command;
        bool hasKeys = spec.Keys.First > 0 && spec.KeyAccess != "not_key"; // channels of shards are placed like keys
        if (selector.Keys is not null && hasKeys)
        {
            foreach (int key in spec.Keys.In(args.Count))
            {
                if (selector.AllowsKey(args[key], UseOf(spec, args, key))) continue;
                position = key;
                return AccessDenial.Key;
            }
        }

        if (selector.Keys is not null && spec.WrittenKeyOf?.Invoke(args) is > 0 and var written
            && !selector.AllowsKey(args[written], KeyUse.Write))
        {
            position = written;
            return AccessDenial.Key;
        }

        if (selector.Keys is not null && spec.NamedKeysOf is { } namedKeysOf)
        {
            position = args.Count;
            foreach (ReadOnlyMemory<byte> key in namedKeysOf(args, now))
            {
                if (!selector.AllowsKey(key.Span, KeyUse.Read)) return AccessDenial.Key;
                position++;
            }
        }

        position = 0;
        if (selector.Channels is null || spec.Channels == ChannelUse.None) return AccessDenial.None;
        int last = spec.Channels == ChannelUse.First ? 1 : args.Count - 1;
        for (position = 1; position <= last; position++)
            if (!selector.AllowsChannel(args[position], spec.Channels == ChannelUse.AllPatterns))
                return AccessDenial.Channel;
        position = 0;
        return AccessDenial.None;
    }

    /// <summary>What a call does with one of its keys.</summary>
    private static KeyUse UseOf(CommandSpec spec, ArgumentList args, int key)
    {
        Debug.Assert(spec.KeyAccess.Length > 0, "A command says what it does with its keys.");
        if (key != spec.Keys.First && spec.OtherKeyAccess.Length > 0) return spec.OtherKeyUse;
        return spec.KeyAccessOf is null ? spec.FirstKeyUse : KeyUses.Parse(spec.KeyAccessOf(args));
    }
}
