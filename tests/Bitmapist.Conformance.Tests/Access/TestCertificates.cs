using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>An authority of its own and certificates by it, as PEM files in a temporary folder.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-tls-");
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(Yesterday, Tomorrow);
        AuthorityFile = Path.Combine(_folder.FullName, "ca.crt");
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    /// <summary>The authority's certificate.</summary>
    public string AuthorityFile { get; }

    private static DateTimeOffset Yesterday => DateTimeOffset.UtcNow.AddDays(-1);

    private static DateTimeOffset Tomorrow => DateTimeOffset.UtcNow.AddDays(1);

    /// <summary>A certificate for this machine, and its key, as name.crt and name.key.</summary>
    /// <param name="name">Of the files.</param>
    /// <param name="hasExpired">It was good until an hour ago.</param>
    /// <returns>The certificate's file.</returns>
    public string Create(string name, bool hasExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        DateTimeOffset end = hasExpired ? DateTimeOffset.UtcNow.AddHours(-1) : Tomorrow.AddHours(-1);
        using X509Certificate2 certificate = request.Create(_authority, Yesterday.AddHours(1), end, serial);
        string path = Path.Combine(_folder.FullName, name + ".crt");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        File.WriteAllText(KeyOf(path), key.ExportPkcs8PrivateKeyPem());
        return path;
    }

    /// <summary>The key's file.</summary>
    public static string KeyOf(string certificate) => Path.ChangeExtension(certificate, ".key");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }
}
