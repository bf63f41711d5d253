using Bitmapist.Engine.Bits;
using Bitmapist.Resp.Replies;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Copying;

/// <summary>
/// Reads values with their expiry times, both as of one instant: a pipelined MULTI, GET, PEXPIRETIME, EXEC for each
/// key; PTTL where the source is older than Redis 7. A string is never held whole, whatever its length. One thread at
/// a time.
/// </summary>
internal sealed class ValueReader(SourceConnection connection, TimeProvider time)
{
    private const string NoType = "WRONGTYPE ";
    private readonly StringAssembler _value = new();
    private bool _hasAbsoluteTimes;

    private long NowUnixMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private ReadOnlySpan<byte> ExpiryCommand => _hasAbsoluteTimes ? "PEXPIRETIME"u8 : "PTTL"u8;

    /// <summary>
    /// Finds out whether the source tells expiry times as such, so that they are copied to the millisecond however long
    /// the copy takes.
    /// </summary>
    public async ValueTask FindOutAsync(CancellationToken cancellation)
    {
        connection.Add("PEXPIRETIME"u8, "any"u8.ToArray());
        _hasAbsoluteTimes = !(await connection.AskAsync(cancellation).ConfigureAwait(false)).IsError;
    }

    /// <summary>Adds the requests for a key.</summary>
    public void Ask(ReadOnlyMemory<byte> name)
    {
        connection.Add("MULTI"u8);
        connection.Add("GET"u8, name);
        connection.Add(ExpiryCommand, name);
        connection.Add("EXEC"u8);
    }

    /// <summary>Sends the requests added.</summary>
    public ValueTask SendAsync(CancellationToken cancellation) => connection.SendAsync(cancellation);

    /// <summary>Reads the replies for the next key asked for; null, and counted, when it is no string.</summary>
    public async ValueTask<SourceKey?> ReceiveAsync(
        ReadOnlyMemory<byte> name, SlurpProgress progress, CancellationToken cancellation)
    {
        Reply? refusal = null;
        for (int i = 0; i < 3; i++) // MULTI, GET, and the expiry time
        {
            Reply reply = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
            if (reply.IsError) refusal ??= reply;
        }

        (long count, Reply? other) = await connection.ReceiveArrayHeadAsync(cancellation).ConfigureAwait(false);
        if (refusal is not null || other is not null || count != 2)
        {
            string reason = (refusal ?? other)?.ToString() ?? $"an array of {count}";
            throw new SourceException($"the source answers MULTI, GET, PEXPIRETIME or PTTL, EXEC with {reason}");
        }

        Reply? noString = await connection.ReceiveStringAsync(_value, cancellation).ConfigureAwait(false);
        Reply ttl = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
        if (noString is not null) return Skip(noString, progress);
        return Finish(name, ttl, NowUnixMs, progress);
    }

    /// <summary>
    /// Reads a long string by windows of it, so that the source need not buffer it whole. False when it changed
    /// meanwhile, as often as was tried; or when the source has no WATCH.
    /// </summary>
    public async ValueTask<(bool IsSettled, SourceKey? Key)> ReadByWindowsAsync(
        ReadOnlyMemory<byte> name, SlurpProgress progress, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < ServerLimits.SourceWindowAttempts; attempt++)
        {
            connection.Add("WATCH"u8, name);
            connection.Add(ExpiryCommand, name);
            connection.Add("STRLEN"u8, name);
            await SendAsync(cancellation).ConfigureAwait(false);
            Reply watch = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
            Reply ttl = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
            long ttlAtUnixMs = NowUnixMs;
            Reply length = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
            if (watch.IsError || ttl.IsError) break;
            if (length.IsError)
            {
                await IsUnchangedAsync(cancellation).ConfigureAwait(false); // ends the watch
                return (true, Skip(length, progress));
            }

            await ReadWindowsAsync(name, length.AsInteger(), cancellation).ConfigureAwait(false);
            if (await IsUnchangedAsync(cancellation).ConfigureAwait(false))
                return (true, Finish(name, ttl, ttlAtUnixMs, progress));
            _value.Clear();
        }

        return (false, null);
    }

    private async ValueTask ReadWindowsAsync(
        ReadOnlyMemory<byte> name, long lengthBytes, CancellationToken cancellation)
    {
        const int Ahead = 2; // so that the source works while a window is on its way
        long windows = (lengthBytes + ServerLimits.SourceWindowBytes - 1) / ServerLimits.SourceWindowBytes;
        for (long window = 0; window < windows + Ahead; window++)
        {
            if (window < windows)
            {
                long start = window * ServerLimits.SourceWindowBytes;
                connection.Add(
                    "GETRANGE"u8, name, Digits(start), Digits(start + ServerLimits.SourceWindowBytes - 1));
                await connection.SendAsync(cancellation).ConfigureAwait(false);
            }

            if (window < Ahead) continue;
            Reply? refusal = await connection.ReceiveStringAsync(_value, cancellation).ConfigureAwait(false);
            if (refusal is { IsError: true } && !IsOtherType(refusal))
                throw new SourceException($"the source answers GETRANGE with {refusal}");
        }
    }

    private async ValueTask<bool> IsUnchangedAsync(CancellationToken cancellation)
    {
        connection.Add("MULTI"u8);
        connection.Add("PING"u8);
        connection.Add("EXEC"u8);
        await connection.SendAsync(cancellation).ConfigureAwait(false);
        _ = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
        _ = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
        Reply outcome = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
        if (outcome.IsError) throw new SourceException($"the source answers EXEC with {outcome}");
        return !outcome.IsNull;
    }

    /// <summary>
    /// The key, unless it has expired. A time to live counts from the reply's arrival: from the request's sending, a
    /// key would seem expired when many were read before it.
    /// </summary>
    private SourceKey? Finish(ReadOnlyMemory<byte> name, Reply ttl, long arrivedAtUnixMs, SlurpProgress progress)
    {
        StringValue value = _value.ToValue();
        if (ttl.IsError) throw new SourceException($"the source answers with {ttl}");
        long left = ttl.AsInteger();
        long expiresAt = left < 0 ? 0 : _hasAbsoluteTimes ? left : arrivedAtUnixMs + left;
        if (left >= -1 && (expiresAt == 0 || expiresAt > NowUnixMs)) return new SourceKey(name, value, expiresAt);
        progress.CountGone();
        return null;
    }

    private SourceKey? Skip(Reply noString, SlurpProgress progress)
    {
        _value.Clear();
        if (noString.IsNull) progress.CountGone();
        else if (IsOtherType(noString)) progress.CountOtherType();
        else throw new SourceException($"the source answers with {noString}");
        return null;
    }

    /// <summary>Whether an error says that a key holds no string.</summary>
    internal static bool IsOtherType(Reply reply) =>
        reply.IsError && reply.AsText().StartsWith(NoType, StringComparison.Ordinal);

    internal static ReadOnlyMemory<byte> Digits(long number) =>
        System.Text.Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
