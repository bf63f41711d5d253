using System.Buffers.Binary;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>
/// An input of several files: a byte that says what they were made from and how they were damaged, then each file
/// behind its length (u32, little-endian; the last may be shorter). Any bytes are such an input.
/// </summary>
/// <param name="Specimen">Which of the target's specimens it was, 0 … 127.</param>
/// <param name="IsForged">
/// Its checksums were made to match damage that took knowledge of the format. If not, every wrong byte must be noticed.
/// </param>
/// <param name="Files">The files.</param>
internal sealed record FileSet(int Specimen, bool IsForged, byte[][] Files)
{
    private const int FilesMax = 16;

    public static FileSet Parse(byte[] input)
    {
        if (input.Length == 0) return new FileSet(0, IsForged: true, []);
        var files = new List<byte[]>();
        ReadOnlySpan<byte> rest = input.AsSpan(1);
        while (rest.Length >= sizeof(uint) && files.Count < FilesMax)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            rest = rest[sizeof(uint)..];
            int taken = (int)Math.Min(length, (uint)rest.Length);
            files.Add(rest[..taken].ToArray());
            rest = rest[taken..];
        }

        return new FileSet(input[0] & 0x7F, input[0] >= 0x80, [.. files]);
    }

    public byte[] ToArray() =>
    [
        (byte)(Specimen | (IsForged ? 0x80 : 0)),
        .. Files.SelectMany(file => (byte[])[.. BitConverter.GetBytes(file.Length), .. file]),
    ];

    /// <summary>The same with one file in the place of another.</summary>
    public FileSet With(int index, byte[] file, bool isForged)
    {
        byte[][] files = [.. Files];
        files[index] = file;
        return this with { Files = files, IsForged = isForged };
    }
}
