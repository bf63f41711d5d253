using System.Diagnostics;
using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;

namespace Bitmapist.Transport.IoUring;

/// <summary>
/// A pair of rings shared with the kernel: entries submitted, and their completions. Everything is for the thread that
/// made it alone.
/// </summary>
internal sealed unsafe class Ring
{
    private readonly int _descriptor;
    private readonly byte* _rings;
    private readonly nuint _ringsBytes;
    private readonly SubmissionEntry* _entries;
    private readonly nuint _entriesBytes;
    private readonly uint* _submissionHead;
    private readonly uint* _submissionTail;
    private readonly uint _submissionMask;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly uint _completionMask;
    private readonly Completion* _completions;
    private uint _prepared; // tail of the entries filled in, handed over by Enter

    /// <exception cref="IOException">The kernel has no io_uring, forbids it, or lacks what is needed of it.</exception>
    public Ring(uint submissions, uint completions)
    {
        // Kernel 6.1 has all of these; older ones refuse the flags.
        var parameters = new RingParameters
        {
            Flags = RingApi.SetupCompletionEntries | RingApi.SetupClamp | RingApi.SetupSubmitAll
                | RingApi.SetupSingleIssuer | RingApi.SetupDeferTaskRun,
            CompletionEntries = completions,
        };
        _descriptor = RingApi.Setup(submissions, &parameters);
        if (_descriptor < 0) throw Failure("io_uring_setup");
        try
        {
            const uint Needed = RingApi.FeatureSingleMap | RingApi.FeatureNoDrop | RingApi.FeatureFastPoll
                | RingApi.FeatureExtendedArgument;
            if ((parameters.Features & Needed) != Needed)
                throw new IOException($"io_uring has features {parameters.Features:x} only");
            uint arrayEnd = parameters.SubmissionArray + (parameters.SubmissionEntries * sizeof(uint));
            uint completionsEnd = parameters.Completions + (parameters.CompletionEntries * (uint)sizeof(Completion));
            _ringsBytes = Math.Max(arrayEnd, completionsEnd);
            _rings = Map(_ringsBytes, RingApi.OffsetRings);
            _entriesBytes = parameters.SubmissionEntries * (uint)sizeof(SubmissionEntry);
            _entries = (SubmissionEntry*)Map(_entriesBytes, RingApi.OffsetEntries);
        }
        catch
        {
            Close();
            throw;
        }

        _submissionHead = (uint*)(_rings + parameters.SubmissionHead);
        _submissionTail = (uint*)(_rings + parameters.SubmissionTail);
        _submissionMask = *(uint*)(_rings + parameters.SubmissionMask);
        _completionHead = (uint*)(_rings + parameters.CompletionHead);
        _completionTail = (uint*)(_rings + parameters.CompletionTail);
        _completionMask = *(uint*)(_rings + parameters.CompletionMask);
        _completions = (Completion*)(_rings + parameters.Completions);
        _prepared = *_submissionTail;
        // The indirection of the submission ring is not needed: entry i is entry i.
        uint* array = (uint*)(_rings + parameters.SubmissionArray);
        for (uint i = 0; i < parameters.SubmissionEntries; i++) array[i] = i;
    }

    public int Descriptor => _descriptor;

    /// <summary>Entries filled in and not yet submitted.</summary>
    private uint Pending => _prepared - Volatile.Read(ref *_submissionHead);

    /// <summary>
    /// An empty entry to be filled in at once; it is submitted by the next <see cref="Enter"/>. Submits the others
    /// first when the ring is full.
    /// </summary>
    /// <returns>Null when the kernel takes none for now.</returns>
    public SubmissionEntry* TryPrepare()
    {
        if (Pending > _submissionMask)
        {
            Submit(0, 0, null);
            if (Pending > _submissionMask) return null;
        }

        SubmissionEntry* entry = _entries + (_prepared++ & _submissionMask);
        *entry = default;
        return entry;
    }

    /// <summary>Submits what is prepared and waits for completions.</summary>
    /// <param name="timeoutMs">How long to wait for one: -1 for as long as it takes, 0 not at all.</param>
    public void Enter(int timeoutMs)
    {
        if (timeoutMs < 0)
        {
            Submit(1, RingApi.EnterGetEvents, null);
            return;
        }

        var time = new KernelTime { Seconds = timeoutMs / 1000, Nanoseconds = timeoutMs % 1000 * 1_000_000L };
        Submit(timeoutMs > 0 ? 1u : 0, RingApi.EnterGetEvents, timeoutMs > 0 ? &time : null);
    }

    /// <summary>Takes the oldest completion.</summary>
    public bool TryTake(out Completion completion)
    {
        uint head = *_completionHead;
        if (head == Volatile.Read(ref *_completionTail))
        {
            completion = default;
            return false;
        }

        completion = _completions[head & _completionMask];
        Volatile.Write(ref *_completionHead, head + 1);
        return true;
    }

    /// <summary>
    /// Gives it back. What is submitted and not completed is cancelled by the kernel, at its own time.
    /// </summary>
    public void Close()
    {
        if (_entries is not null) _ = RingApi.Unmap(_entries, _entriesBytes);
        if (_rings is not null) _ = RingApi.Unmap(_rings, _ringsBytes);
        _ = LibC.Close(_descriptor);
    }

    /// <summary>What a system call that has just failed is reported as.</summary>
    public static IOException Failure(string call) =>
        new($"{call} failed: {Errno.Describe(Marshal.GetLastPInvokeError())}");

    private void Submit(uint minComplete, uint flags, KernelTime* timeout)
    {
        Debug.Assert(Pending <= _submissionMask + 1, "No entry is overwritten before it is submitted.");
        Volatile.Write(ref *_submissionTail, _prepared);
        var argument = new EnterArgument { Timeout = (ulong)timeout };
        if (RingApi.Enter(_descriptor, Pending, minComplete, flags | RingApi.EnterExtendedArgument, &argument) >= 0)
            return;
        switch (Marshal.GetLastPInvokeError())
        {
            case Errno.Interrupted or Errno.TimedOut:
            case Errno.Busy: // completions wait that did not fit into their ring: they are taken, then it goes on
                return;
            case Errno.TryAgain or Errno.OutOfMemory: // no memory for requests: what is prepared is kept
                Thread.Sleep(1);
                return;
            default:
                throw Failure("io_uring_enter");
        }
    }

    private byte* Map(nuint bytes, long offset)
    {
        void* mapped = RingApi.Map(
            null, bytes, RingApi.ProtectReadWrite, RingApi.MapSharedPopulated, _descriptor, offset);
        return (nint)mapped == -1 ? throw Failure("mmap of io_uring") : (byte*)mapped;
    }
}
