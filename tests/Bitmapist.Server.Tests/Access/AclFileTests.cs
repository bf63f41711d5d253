using System.Text;
using Bitmapist.Server.Access;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Server.Tests.Access;

/// <summary>The file of users on a disk that fails.</summary>
public sealed class AclFileTests
{
    private const string Path = "/users.acl";
    private readonly SimulatedFileSystem _files = new();

    [Fact]
    public void A_save_that_fails_leaves_the_file_as_it_was()
    {
        Put(_files, Path, "user old on nopass\n");
        AccessControl access = Open();
        Assert.Equal(RuleFault.None, access.Set("new", ["on", ">p"], out _));
        int failures = 0;
        foreach (DiskOperation operation in (DiskOperation[])
            [DiskOperation.Create, DiskOperation.Write, DiskOperation.Sync, DiskOperation.Rename])
        {
            _files.Failing = (asked, _) => asked == operation ? DiskFault.NoSpace : null;
            Assert.Throws<StorageException>(access.BeginSave());
            _files.Failing = null;
            Assert.Equal("user old on nopass\n", Text());
            Assert.False(_files.Exists(Path + ".new"), $"{operation} left a file");
            failures++;
        }

        Assert.Equal(4, failures);
        access.BeginSave()();
        Assert.Equal(["default", "new", "old"], Open().Users.Select(user => user.Name));
    }

    [Fact]
    public void A_save_is_synced_before_it_takes_the_name()
    {
        Put(_files, Path, "");
        int before = _files.Events.Count;
        Open().BeginSave()();
        // Deletes are of what an earlier save may have left.
        DiskOperation[] asked =
            [.. _files.Events.Skip(before).Select(done => done.Operation).Where(done => done != DiskOperation.Delete)];
        Assert.Equal(
            [
                DiskOperation.Create, DiskOperation.Write, DiskOperation.Sync, DiskOperation.Rename,
                DiskOperation.SyncDirectory,
            ],
            asked);
    }

    [Fact]
    public void A_load_that_is_refused_changes_nothing()
    {
        Put(_files, Path, "user a on nopass\n");
        AccessControl access = Open();
        Put(_files, Path, "user b on\nuser c +nope\n");
        Assert.Throws<AclFileException>(access.Load);
        Assert.Equal(["a", "default"], access.Users.Select(user => user.Name));
    }

    [Fact]
    public void A_file_without_the_default_user_leaves_it_the_password_asked_for()
    {
        Put(_files, Path, "user a on nopass\n");
        var access = new AccessControl(
            CommandList.Table.Catalog, PasswordHash.Of("secret"u8), new AclFile(_files, Path));
        Assert.True(access.IsPasswordNeeded);
        Assert.Null(access.Authenticate("default"u8, "other"u8));
        Assert.Same(access.Default, access.Authenticate("default"u8, "secret"u8));
        access.Load();
        Assert.True(access.IsPasswordNeeded);

        Put(_files, Path, "user default on nopass +@all\n");
        access.Load();
        Assert.False(access.IsPasswordNeeded);
    }

    [Fact]
    public void A_deleted_user_may_do_nothing_any_more_wherever_it_is_still_held()
    {
        var access = new AccessControl(CommandList.Table.Catalog);
        access.Set("a", ["on", "nopass", "allkeys", "allchannels", "allcommands"], out _);
        User user = access.Find("a"u8)!;
        Assert.True(user.IsUnrestricted);
        Assert.Equal([user], access.Delete(["a", "nobody", "default"]));
        Assert.False(user.IsUnrestricted);
        Assert.False(user.Rules.Selectors[0].AllowsCommand(0));
        Assert.Null(access.Authenticate("a"u8, "x"u8));
    }

    /// <summary>Replaces a file's text, Latin-1.</summary>
    internal static void Put(IFileSystem files, string path, string text)
    {
        files.Delete(path);
        using IFile file = files.Open(path, FileOpen.CreateNew);
        file.Write(0, Encoding.Latin1.GetBytes(text));
    }

    private string Text() => Encoding.Latin1.GetString(_files.ReadAll(Path));

    private AccessControl Open() => new(CommandList.Table.Catalog, null, new AclFile(_files, Path));
}
