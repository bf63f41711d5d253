using System.Globalization;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>
/// maxclients: clients at once. May change while the server runs; whoever is connected stays. More than there are
/// descriptors for is refused in Redis's words.
/// </summary>
internal static class MaxClients
{
    public static readonly Parameter Parameter =
        new("maxclients", call => call.Server.ClientsMax.ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter(Check, Apply),
        };

    private static string? Check(ServerState server, string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long clients))
            return "argument couldn't be parsed into an integer";
        if (clients is < 1 or > uint.MaxValue) return "argument must be between 1 and 4294967295 inclusive";
        if (clients <= server.ClientsPossible) return null;
        string possible = server.ClientsPossible.ToString(CultureInfo.InvariantCulture);
        return $"The operating system is not able to handle the specified number of clients, try with {possible}";
    }

    private static void Apply(ServerState server, string value) =>
        server.ClientsMax = int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
