namespace Bitmapist.Server.Timing;

/// <summary>
/// A number that another changes every two milliseconds while it is used: whether a command may have taken long is
/// then one look at memory, where asking the system's clock would take a tenth of a SETBIT. While it is not used
/// nothing runs. Thread-safe.
/// </summary>
internal static class CoarseClock
{
    private const int TickMs = 2;
    private const int IdleTicks = 50; // after so many unused ones the thread waits to be woken
    private static readonly Lock s_starting = new();
    private static readonly AutoResetEvent s_wanted = new(initialState: false);
    private static Thread? s_thread;
    private static int s_now;
    private static volatile bool s_isAsleep = true;
    private static volatile bool s_isUsed;

    /// <summary>The number of the present tick.</summary>
    public static int Now => Volatile.Read(ref s_now);

    /// <summary>Somebody is about to look for a while: keeps it running.</summary>
    public static void Use()
    {
        if (!s_isUsed) s_isUsed = true; // readers leave its cache line alone
        if (s_isAsleep) Wake();
    }

    private static void Wake()
    {
        lock (s_starting)
        {
            if (!s_isAsleep) return;
            s_isAsleep = false;
            if (s_thread is null)
            {
                s_thread = new Thread(Run) { IsBackground = true, Name = "bitmapist-clock" };
                s_thread.UnsafeStart();
            }

            s_wanted.Set();
        }
    }

    private static void Run()
    {
        while (true)
        {
            s_wanted.WaitOne();
            for (int unused = 0; unused < IdleTicks; unused++)
            {
                Thread.Sleep(TickMs);
                Volatile.Write(ref s_now, s_now + 1);
                if (s_isUsed) unused = -1;
                s_isUsed = false;
            }

            // A caller from here on wakes it again; one just before is served by the next tick of that.
            s_isAsleep = true;
        }
    }
}
