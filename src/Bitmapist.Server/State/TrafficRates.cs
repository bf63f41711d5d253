namespace Bitmapist.Server.State;

/// <summary>Traffic of late.</summary>
/// <param name="CallsPerSecond">Commands run.</param>
/// <param name="InputKiBPerSecond">Requests received.</param>
/// <param name="OutputKiBPerSecond">Replies sent.</param>
internal readonly record struct TrafficRates(long CallsPerSecond, double InputKiBPerSecond, double OutputKiBPerSecond);
