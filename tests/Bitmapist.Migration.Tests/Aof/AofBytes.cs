using System.Text;
using Bitmapist.Migration.Tests.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Testing.Files;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>Append-only files from commands as typed into redis-cli, and sets of them on a simulated disk.</summary>
internal static class AofBytes
{
    public const string Directory = "/data/appendonlydir";
    public const string Manifest = Directory + "/appendonly.aof.manifest";
    public const string Base = Directory + "/appendonly.aof.1.base.rdb";
    public const string Increment = Directory + "/appendonly.aof.1.incr.aof";

    public static byte[] Of(params string[] commands) =>
        [.. commands.SelectMany(command => CommandLine.Encode(command))];

    /// <summary>A base as Redis 7.0 writes it, with one key.</summary>
    public static byte[] BaseOf(string name, string value) => new RdbBytes()
        .Add(0xFA).Text("redis-ver").Text("7.0.15").Add(0xFA).Text("aof-base").Add(0xC0, 1)
        .Add(0xFE, 0, 0xFB, 1, 0).Key(0, name).Text(value).End();

    /// <summary>A base with a=1, and an increment of these commands.</summary>
    public static SimulatedFileSystem Set(params string[] increment)
    {
        var files = new SimulatedFileSystem();
        files.WriteAll(Base, BaseOf("a", "1"));
        files.WriteAll(Increment, Of(increment));
        files.WriteAll(Manifest, Encoding.ASCII.GetBytes(
            "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"));
        return files;
    }

    /// <summary>What a source on a disk gives, as <c>name=value</c>.</summary>
    public static string[] Import(SimulatedFileSystem files, string source, out ImportReport report)
    {
        report = Migration.Import.Run(files, source, Disk.Target, Disk.Clock());
        return [.. Disk.Read(files, Disk.Target).Select(key =>
            $"{Encoding.Latin1.GetString(key.Name)}={Encoding.Latin1.GetString(Disk.Bytes(key))}")];
    }
}
