using System.Text.RegularExpressions;
using Bitmapist.Durability.Tests.Syscalls;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>
/// In which order a save asks the system for things, as strace sees it: what a step relies on after a power cut is on
/// the disk before it.
/// </summary>
public sealed partial class SaveOrderTests
{
    [Fact]
    public async Task Nothing_is_relied_on_before_it_is_synced()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        string trace = Path.Combine(folder.FullName, "trace.txt");
        int port = ServerProcess.FreePort();
        using (ServerProcess server = new(
            Strace.Require(),
            [
                "-D", "-f", "-qq", "-y", "-o", trace, "-e",
                $"trace={Strace.Write},{Strace.Truncate},{Strace.Fsync},{Strace.Rename},{Strace.Link},{Strace.Unlink}",
                BitmapistServer.ExecutablePath, "-addr", $"127.0.0.1:{port}", "-db", "bitmapist.db", "-save", "0",
            ],
            folder.FullName))
        {
            Assert.True(server.WaitForPong(port), server.Output);
            using RawConnection client = await RawConnection.ConnectAsync(port);
            string[] commands =
            [
                "SETBIT key 1 1", "SAVE", "SETBIT key 2 1", "SAVE", "FLUSHALL", "SETBIT other 1 1", "SAVE",
                .. "abcd".SelectMany(filling => new[] { $"SET garbage {new string(filling, 900_000)}", "SAVE" }),
            ];
            foreach (string command in commands)
            {
                if (command == "SAVE") Assert.Equal("+OK", await SaveCommand.AskAsync(client));
                else Assert.NotEqual((byte)'-', (await client.AskAsync(command))[0]);
            }

            server.Signal(15);
            Assert.Equal(0, server.WaitForExit());
        }

        var order = new Order();
        foreach (string call in Joined(File.ReadLines(trace))) order.Check(call);
        Assert.True(order.Trailers > 6 && order.Renames > 1 && order.LogsDeleted > 5,
            $"{order.Trailers} trailers, {order.Renames} renames and {order.LogsDeleted} deleted segments are no test");
        folder.Delete(recursive: true);
    }

    /// <summary>The calls that succeeded, each in one line at its end, though others came in between.</summary>
    private static IEnumerable<string> Joined(IEnumerable<string> lines)
    {
        var begun = new Dictionary<string, string>();
        foreach (string line in lines)
        {
            string thread = line.Split(' ', 2)[0];
            string call = line[thread.Length..].TrimStart();
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal)) begun[thread] = call;
            else if (Resumed().Match(call) is { Success: true } end) call = begun[thread] + call[end.Length..];
            if (Succeeded().IsMatch(call)) yield return call;
        }
    }

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"\) += \d+$")]
    private static partial Regex Succeeded();

    /// <summary>What is written and not yet on the disk, and who may not care.</summary>
    private sealed partial class Order
    {
        private readonly HashSet<string> _unsynced = []; // by file name
        private bool _isRenameUnsynced;

        public int Trailers { get; private set; }

        public int Renames { get; private set; }

        public int LogsDeleted { get; private set; }

        public void Check(string call)
        {
            if (OfFile().Match(call) is { Success: true } file) CheckFile(call, file);
            else if (Named().Match(call) is { Success: true } named) CheckNamed(named.Groups[1].Value);
            else if (Deleted().IsMatch(call)) CheckDeleted();
        }

        private void CheckFile(string call, Match file)
        {
            string name = Path.GetFileName(file.Groups[2].Value);
            if (file.Groups[1].Value is "pwrite64" or "ftruncate")
            {
                if (call.Contains("\"BMAPEND", StringComparison.Ordinal))
                {
                    Trailers++;
                    Assert.DoesNotContain(name, _unsynced); // values and index first
                }

                _unsynced.Add(name);
            }
            else
            {
                _unsynced.Remove(name);
                bool isFolder = name.StartsWith("bitmapist-test-", StringComparison.Ordinal);
                if (isFolder) _isRenameUnsynced = false;
            }
        }

        private void CheckNamed(string from)
        {
            Assert.DoesNotContain(from, _unsynced);
            Renames++;
            _isRenameUnsynced = true;
        }

        private void CheckDeleted()
        {
            LogsDeleted++;
            Assert.DoesNotContain("bitmapist.db", _unsynced);
            Assert.False(_isRenameUnsynced, "the log went before the new file's name was on the disk");
        }

        [GeneratedRegex(@"^(pwrite64|ftruncate|fsync|fdatasync)\(\d+<([^>]*)>")]
        private static partial Regex OfFile();

        [GeneratedRegex(@"^(?:rename|link)\w*\(.*""[^""]*(bitmapist\.db\.new)"", .*""[^""]*bitmapist\.db""")]
        private static partial Regex Named();

        [GeneratedRegex(@"^unlink\w*\(.*""[^""]*bitmapist\.db\.log\.\d+""")]
        private static partial Regex Deleted();
    }
}
