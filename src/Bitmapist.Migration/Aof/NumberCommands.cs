using System.Globalization;
using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Numbers;

namespace Bitmapist.Migration.Aof;

/// <summary>Commands that count in strings. The expiry time stays.</summary>
internal static class NumberCommands
{
    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        all.Add("INCR", new(2, static (replay, command) => Add(replay, command, 1)));
        all.Add("DECR", new(2, static (replay, command) => Add(replay, command, -1)));
        all.Add("INCRBY", new(3, static (replay, command) => Add(replay, command, command.Integer(2))));
        all.Add("DECRBY", new(3, static (replay, command) => Add(replay, command, -(Int128)command.Integer(2))));
        all.Add("INCRBYFLOAT", new(3, AddReal)); // Redis logs the SET of its result
    }

    private static void Add(AofReplay replay, AofCommand command, Int128 increment)
    {
        byte[] name = command.Key(1);
        if (!AofCommand.TryParse(Text(replay, command, name), out long number))
            throw command.Refuse("counts in a string that is no number");
        Int128 sum = number + increment;
        if (sum < long.MinValue || sum > long.MaxValue) throw command.Refuse("would count beyond 64 bits");
        Put(replay, name, sum.ToString(CultureInfo.InvariantCulture));
    }

    private static void AddReal(AofReplay replay, AofCommand command)
    {
        byte[] name = command.Key(1);
        if (!LongDouble.TryParse(Text(replay, command, name), out LongDouble number)
            || !LongDouble.TryParse(command.Text(2), out LongDouble increment)
            || !(number + increment).IsFinite)
        {
            throw command.Refuse("adds what is no number");
        }

        Put(replay, name, (number + increment).ToString());
    }

    private static void Put(AofReplay replay, byte[] name, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        var value = new StringValue(bytes.Length, PendingBits.Ready(StringBytes.ToBits(bytes)));
        replay.Put(name, value, replay.Expiry(name));
    }

    private static string Text(AofReplay replay, AofCommand command, byte[] name)
    {
        if (replay.Find(name) is not { } value) return "0";
        if (value.LengthBytes > LongDouble.TextBytesMax) throw command.Refuse("counts in a string that is no number");
        byte[] bytes = new byte[value.LengthBytes];
        StringBytes.CopyTo(value.Bits, 0, bytes);
        return Encoding.Latin1.GetString(bytes);
    }
}
