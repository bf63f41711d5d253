namespace Bitmapist.Resp.Requests;

/// <summary>What <see cref="RequestReader.Read"/> found.</summary>
public enum RequestStatus
{
    /// <summary>A whole request is ready; the input may hold more behind it.</summary>
    Complete,

    /// <summary>The input ended inside a request (or between two); all of it was taken.</summary>
    Incomplete,

    /// <summary>The client broke the protocol; the connection must be closed once the error is sent.</summary>
    Invalid,
}
