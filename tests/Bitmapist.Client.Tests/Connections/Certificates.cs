using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Certificates made on the spot.</summary>
internal static class Certificates
{
    /// <summary>A certificate that vouches for itself.</summary>
    public static X509Certificate2 SelfSigned(string host)
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 fleeting = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(fleeting.Export(X509ContentType.Pkcs12), null);
    }
}
