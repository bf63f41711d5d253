using Bitmapist.Resp.Replies;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client.Connections;

/// <summary>
/// What is said first on every connection, in one round trip: who is there (AUTH), which database (SELECT), a name
/// (CLIENT SETNAME), and PING, whose answer tells whether the server is ready at all.
/// </summary>
/// <remarks>
/// The protocol stays RESP2: no HELLO. The replies this library reads are the same in both; servers without HELLO need
/// no second attempt; and in RESP2 nothing is ever sent unasked, so replies can be matched by counting alone.
/// </remarks>
internal static class Handshake
{
    private enum Step
    {
        Auth,
        Select,
        SetName,
        Ping,
    }

    /// <summary>Introduces this client. Blocks until it is answered, or the stream is closed.</summary>
    /// <exception cref="ServerErrorException">Password, right, database: the server wants none of this
    /// client.</exception>
    /// <exception cref="ProtocolViolationException">What answered is no Redis server.</exception>
    /// <exception cref="ConnectionLostException">The server closed the connection.</exception>
    public static void Run(Stream stream, BitmapistOptions options, ILogger logger)
    {
        var batch = new RequestBatch();
        List<Step> steps = Compose(batch, options);
        stream.Write(batch.Wire.Span);
        Reply[] replies = Read(stream, steps.Count, options);
        for (int i = 0; i < steps.Count; i++)
        {
            if (!replies[i].IsError) continue;
            if (steps[i] != Step.SetName)
                throw Refusal(steps[i], replies[i], options);
            Log.NameRefused(logger, options.Address, replies[i].AsText()); // the Go server has no CLIENT
        }

        if (replies[^1].Kind != ReplyKind.Error && replies[^1].Kind != ReplyKind.SimpleString)
            throw NoRedis(options, $"PING was answered with {replies[^1]}");
    }

    private static List<Step> Compose(RequestBatch batch, BitmapistOptions options)
    {
        var steps = new List<Step>();
        if (options.Password is { } password)
        {
            steps.Add(Step.Auth);
            // Servers before users (Redis 5) take the password alone.
            batch.Begin("AUTH", options.User is null ? 1 : 2);
            if (options.User is { } user) batch.Add(user);
            batch.Add(password);
        }

        if (options.Database != 0)
        {
            steps.Add(Step.Select);
            batch.Begin("SELECT", 1).Add(options.Database);
        }

        if (options.ClientName is { } name)
        {
            steps.Add(Step.SetName);
            batch.Begin("CLIENT", 2).Add("SETNAME").Add(name);
        }

        steps.Add(Step.Ping);
        batch.Begin("PING", 0);
        return steps;
    }

    /// <summary>
    /// A refusal is final if it is about who this client is or what it may do. Any other passes by itself, so that
    /// waiting is better than failing: the server loads its data, or has too many clients at present.
    /// </summary>
    private static ServerErrorException Refusal(Step step, Reply error, BitmapistOptions options)
    {
        string context = Complaint(step, options);
        var refusal = ServerErrorException.Of(error, context);
        bool isFinal = refusal.Code is "NOAUTH" or "WRONGPASS" or "NOPERM"
            || (step is Step.Auth or Step.Select && refusal.Code is not ("LOADING" or "BUSY" or "MASTERDOWN"));
        return new ServerErrorException(refusal.ServerText, context) { IsFinal = isFinal };
    }

    private static string Complaint(Step step, BitmapistOptions options) => step switch
    {
        Step.Auth => $"{options.Address} refused {(options.User is null ? "the password" : "user and password")}",
        Step.Select when options.Password is not null => $"{options.Address} refused database {options.Database}",
        Step.Select => $"{options.Address} refused database {options.Database}, or wants a password",
        _ when options.Password is null => $"{options.Address} is not ready, or wants a password",
        _ => $"{options.Address} is not ready, or this user lacks rights",
    };

    private static Reply[] Read(Stream stream, int count, BitmapistOptions options)
    {
        var reader = new ReplyReader { BulkBytesMax = ClientLimits.HandshakeBulkBytesMax };
        var replies = new Reply[count];
        byte[] buffer = new byte[1024];
        int read = 0;
        while (read < count)
        {
            int received = stream.Read(buffer);
            if (received == 0)
            {
                string hint = read > 0 && replies[0].IsError
                    ? $"saying: {replies[0].AsText()}"
                    : "saying nothing. Is it Redis, and does it speak TLS?";
                throw new ConnectionLostException(
                    $"{options.Address} closed the connection during the handshake, {hint}");
            }

            if (TakeReplies(reader, buffer.AsSpan(0, received), replies, ref read) is { } complaint)
                throw NoRedis(options, complaint);
        }

        return replies;
    }

    private static string? TakeReplies(ReplyReader reader, ReadOnlySpan<byte> input, Reply[] replies, ref int read)
    {
        while (!input.IsEmpty)
        {
            if (read == replies.Length) return "it said more than it was asked";
            ReplyStatus status = reader.Read(input, out int consumedBytes);
            if (status == ReplyStatus.Invalid) return reader.Error;
            if (status == ReplyStatus.Incomplete) return null;
            replies[read++] = reader.Reply;
            input = input[consumedBytes..];
        }

        return null;
    }

    private static ProtocolViolationException NoRedis(BitmapistOptions options, string complaint) =>
        new($"{options.Address} does not answer like a Redis server: {complaint}. Check host, port, and redis:// "
            + "against rediss://.");
}
