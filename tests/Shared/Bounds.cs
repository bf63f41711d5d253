namespace Bitmapist.Tests.Shared;

/// <summary>Bounds on one side, with the number in the message.</summary>
internal static class Bounds
{
    /// <summary>Requires that something cost no more: bytes, reads, steps. Never time.</summary>
    public static void AtMost(long most, long actual) =>
        Assert.True(actual <= most, $"{actual:N0} is more than {most:N0}");
}
