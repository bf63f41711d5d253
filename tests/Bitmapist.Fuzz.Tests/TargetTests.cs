using Bitmapist.Fuzz.Targets;

namespace Bitmapist.Fuzz.Tests;

public sealed class RequestTargetTests(ITestOutputHelper output) : TargetSpec<RequestTarget>(output);

public sealed class ReplyTargetTests(ITestOutputHelper output) : TargetSpec<ReplyTarget>(output);

public sealed class DatabaseTargetTests(ITestOutputHelper output) : TargetSpec<DatabaseTarget>(output);

public sealed class LogTargetTests(ITestOutputHelper output) : TargetSpec<LogTarget>(output);

public sealed class RdbTargetTests(ITestOutputHelper output) : TargetSpec<RdbTarget>(output);

public sealed class AofTargetTests(ITestOutputHelper output) : TargetSpec<AofTarget>(output);

public sealed class BoltTargetTests(ITestOutputHelper output) : TargetSpec<BoltTarget>(output);

public sealed class RoaringTargetTests(ITestOutputHelper output) : TargetSpec<RoaringTarget>(output);
