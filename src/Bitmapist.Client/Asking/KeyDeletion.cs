using Bitmapist.Client.Connections;
using Bitmapist.Client.Keys;

namespace Bitmapist.Client.Asking;

/// <summary>
/// Deletes keys, and what the client remembers of them: a delete that fails may have taken effect, or not. Safe for
/// concurrent use.
/// </summary>
internal sealed class KeyDeletion(AskingContext asking, KeyScan scan)
{
    /// <summary>Deletes one key; whether it was there.</summary>
    public async Task<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        string[] runtime = asking.Runtime.Remove(key) ? [key] : [];
        return await DeleteAsync(
            runtime, () => scan.DeleteAsync([key], isRepeatable: false, cancellationToken),
            () => asking.Results.Forget([key])).WithoutPool() > 0;
    }

    /// <summary>Deletes everything under the prefix that is this client's; gives the number of keys.</summary>
    /// <exception cref="InvalidOperationException">The prefix is empty: every key of the database begins with it. Or
    /// there may be keys of another client under it.</exception>
    public async Task<long> DeleteAllAsync(CancellationToken cancellationToken)
    {
        if (asking.Keys.Prefix.Length == 0)
        {
            throw new InvalidOperationException(
                "This client has no key prefix, so this would delete every key of the database, those of other "
                + $"programs too. Give it a prefix ({nameof(BitmapistOptions)}.{nameof(BitmapistOptions.KeyPrefix)}), "
                + $"delete sets one by one ({nameof(BitmapistClient.DeleteAsync)}), or, if really everything is to go, "
                + "send FLUSHDB yourself.");
        }

        return await DeleteBeginningAsync(asking.Keys.Prefix, asking.Ownership.ThrowIfDoubtful, cancellationToken)
            .WithoutPool();
    }

    /// <summary>Deletes the results of bit operations under the prefix; gives their number.</summary>
    public Task<long> DeleteTemporaryAsync(CancellationToken cancellationToken) =>
        DeleteBeginningAsync(asking.Keys.TemporaryPrefix, static _ => { }, cancellationToken);

    private Task<long> DeleteBeginningAsync(
        string start, Action<IReadOnlyCollection<string>> check, CancellationToken cancellationToken) =>
        DeleteAsync(
            asking.Runtime.TakeAll(), () => scan.DeleteAsync(start, asking.Ownership, check, cancellationToken),
            asking.Results.ForgetAll);

    /// <summary>Deletes lasting results that this client made; gives their number, perhaps less after a loss.</summary>
    public Task<long> DeleteRuntimeAsync(CancellationToken cancellationToken)
    {
        HashSet<string> keys = asking.Runtime.TakeAll();
        return DeleteAsync(
            keys, () => scan.DeleteAsync(keys, isRepeatable: true, cancellationToken),
            () => asking.Results.Forget(keys));
    }

    /// <summary>Does something that needs lasting results, then deletes these, and only these.</summary>
    /// <param name="run">What to do; it is given what to ask with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<T> DeletingOwnAsync<T>(Func<AskingContext, Task<T>> run, CancellationToken cancellationToken)
    {
        AskingContext own = asking.WithOwnRuntimeKeys();
        try
        {
            T outcome = await run(own).WithoutPool();
            HashSet<string> keys = own.Runtime.TakeAll();
            try
            {
                await DeleteAsync(
                    keys, () => scan.DeleteAsync(keys, isRepeatable: true, cancellationToken), static () => { })
                    .WithoutPool();
            }
            catch (BitmapistException)
            {
                // The outcome is right all the same; the keys are kept for DeleteRuntimeAsync.
            }

            return outcome;
        }
        finally
        {
            // After a failure they are the client's, for DeleteRuntimeAsync.
            asking.Runtime.AddAll(own.Runtime.TakeAll());
        }
    }

    /// <summary>Deletes keys.</summary>
    /// <param name="runtime">Keys taken from those to be deleted by this client, remembered anew if it fails.</param>
    /// <param name="delete">Sends it.</param>
    /// <param name="forget">Forgets results that may be gone, or made of what may be gone.</param>
    private async Task<long> DeleteAsync(IEnumerable<string> runtime, Func<Task<long>> delete, Action forget)
    {
        try
        {
            return await delete().WithoutPool();
        }
        catch
        {
            asking.Runtime.AddAll(runtime);
            throw;
        }
        finally
        {
            forget();
        }
    }
}
