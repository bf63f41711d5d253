using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>SAVE, however busy the server is with a save of its own.</summary>
internal static class SaveCommand
{
    private const string Busy = "-ERR Background save already in progress";

    /// <summary>The reply, which is never that another save is under way.</summary>
    public static async Task<string> AskAsync(RawConnection client)
    {
        string reply = Busy;
        for (int i = 0; i < 1000 && reply == Busy; i++)
        {
            if (i > 0) await Eventually.AMomentAsync(10);
            reply = ReplyText.Render(await client.AskAsync("SAVE"));
        }

        return reply;
    }

    /// <summary>The same over a connection of its own.</summary>
    public static async Task<string> AskAsync(int port)
    {
        using RawConnection client = await RawConnection.ConnectAsync(port);
        return await AskAsync(client);
    }
}
