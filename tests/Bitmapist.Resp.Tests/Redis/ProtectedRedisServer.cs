namespace Bitmapist.Resp.Tests.Redis;

/// <summary>A redis-server that wants a password.</summary>
public sealed class ProtectedRedisServer() : RedisServer(["--requirepass", "secret"]);
