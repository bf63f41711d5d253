using Microsoft.Extensions.Logging;

namespace Bitmapist.Http.Settings;

/// <summary>Every line that the HTTP port logs.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(601, LogLevel.Information, "listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(602, LogLevel.Error, "answering {Path} over HTTP failed")]
    public static partial void AnswerFailed(ILogger logger, string path, Exception failure);
}
