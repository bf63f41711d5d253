using System.Net;
using Bitmapist.Engine.Saving;
using Bitmapist.Http.Access;
using Bitmapist.Http.Metrics;
using Bitmapist.Http.Settings;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Logging;
using Bitmapist.Server.State;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Http;

/// <summary>
/// What is answered to which path. An answer is made whole before its first byte is sent, so that a client that reads
/// slowly holds memory only. Thread-safe.
/// </summary>
internal sealed class HttpAnswers(ILogger logger) : IHttpApplication<HttpContext>, IDisposable
{
    private readonly OncePerInterval _failureLine = new(HttpLimits.RepeatedLogInterval, TimeProvider.System);
    private volatile ServerState? _server;
    private volatile MetricsPage? _page;

    /// <summary>The server that is told of; null: its database is being opened.</summary>
    public ServerState? Server
    {
        get => _server;
        set
        {
            _page = value is null ? null : new MetricsPage(value);
            _server = value;
        }
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // It holds nothing of ours.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        HttpAnswer answer;
        try
        {
            answer = await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (Exception failure) // whatever it is, the next request is answered
        {
            if (_failureLine.IsDue()) HttpLog.AnswerFailed(logger, context.Request.Path.ToUriComponent(), failure);
            answer = HttpAnswer.Line(StatusCodes.Status500InternalServerError, "this failed; the log says why");
        }

        HttpResponse response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (answer.Header.Name.Length > 0) response.Headers[answer.Header.Name] = answer.Header.Value;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await response.Body.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
    }

    public void Dispose() => _page?.Dispose();

    private async ValueTask<HttpAnswer> AnswerAsync(HttpContext context)
    {
        ServerState? server = _server;
        if (server is not null && HttpAccess.IsKeptOut(server, context.Connection.RemoteIpAddress))
            return HttpAnswer.Line(
                StatusCodes.Status403Forbidden,
                "protected mode: without a password only this machine is served; see protected-mode");
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            return HttpAnswer.Line(StatusCodes.Status405MethodNotAllowed, "only GET and HEAD are answered here")
                with { Header = ("Allow", "GET, HEAD") };
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            return HttpAnswer.Line(StatusCodes.Status413PayloadTooLarge, "a request has no body here");
        return context.Request.Path.Value switch
        {
            "/metrics" => await MetricsAsync(context, server).ConfigureAwait(false),
            "/healthz" => HttpAnswer.Line(StatusCodes.Status200OK, "ok"),
            "/readyz" => WhyNotReady(server) is { } reason
                ? HttpAnswer.Line(StatusCodes.Status503ServiceUnavailable, reason)
                : HttpAnswer.Line(StatusCodes.Status200OK, "ready"),
            _ => HttpAnswer.Line(StatusCodes.Status404NotFound, "here are /metrics, /healthz and /readyz"),
        };
    }

    private async ValueTask<HttpAnswer> MetricsAsync(HttpContext context, ServerState? server)
    {
        if (server is null || _page is not { } page)
            return HttpAnswer.Line(StatusCodes.Status503ServiceUnavailable, WhyNotReady(server)!);
        string address = AddressOf(context.Connection);
        string authorization = context.Request.Headers.Authorization.ToString();
        return HttpAccess.Judge(server, authorization, address, "/metrics") switch
        {
            HttpVerdict.WhoIsIt =>
                HttpAnswer.Line(StatusCodes.Status401Unauthorized, "a user and its password are needed")
                    with { Header = ("WWW-Authenticate", "Basic realm=\"bitmapist-server\", charset=\"UTF-8\"") },
            HttpVerdict.NotAllowed =>
                HttpAnswer.Line(StatusCodes.Status403Forbidden, "this user has no permissions to run INFO"),
            _ => new HttpAnswer(
                StatusCodes.Status200OK, await page.WriteAsync(context.RequestAborted).ConfigureAwait(false))
            {
                ContentType = MetricsPage.ContentType,
            },
        };
    }

    private static string AddressOf(ConnectionInfo connection) => connection.RemoteIpAddress is { } ip
        ? ClientAddress.Of(new IPEndPoint(ip, connection.RemotePort))
        : "";

    /// <summary>Why traffic had better go elsewhere, in a line without secrets; null: it need not.</summary>
    private static string? WhyNotReady(ServerState? server)
    {
        if (server is null) return "the database is being opened";
        if (server.Clients.IsStopping) return "the server is being stopped";
        if (server.Persistence?.LogFailure is not LogFailure failure) return null;
        return failure.IsSync
            ? "writes are refused: the log could not be synced to the disk"
            : "writes are refused: the log cannot be written";
    }
}
