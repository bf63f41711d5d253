namespace Bitmapist.Migration.Tests;

/// <summary>What a key must hold.</summary>
/// <param name="Count">Number of ids.</param>
/// <param name="IdsHash">See <see cref="Fixture.Hash"/>.</param>
/// <param name="Expires">Whether it has an expiry time.</param>
internal readonly record struct ExpectedKey(long Count, string IdsHash, bool Expires);
