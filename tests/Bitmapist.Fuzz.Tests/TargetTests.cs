using Bitmapist.Fuzz.Targets;

namespace Bitmapist.Fuzz.Tests;

public sealed class RequestTargetTests(ITestOutputHelper output) : TargetSpec<RequestTarget>(output, 3000);

public sealed class ReplyTargetTests(ITestOutputHelper output) : TargetSpec<ReplyTarget>(output, 5000);

public sealed class DatabaseTargetTests(ITestOutputHelper output) : TargetSpec<DatabaseTarget>(output, 300);

public sealed class LogTargetTests(ITestOutputHelper output) : TargetSpec<LogTarget>(output, 300);

public sealed class RdbTargetTests(ITestOutputHelper output) : TargetSpec<RdbTarget>(output, 2000);

public sealed class AofTargetTests(ITestOutputHelper output) : TargetSpec<AofTarget>(output, 400);

public sealed class BoltTargetTests(ITestOutputHelper output) : TargetSpec<BoltTarget>(output, 600);

public sealed class RoaringTargetTests(ITestOutputHelper output) : TargetSpec<RoaringTarget>(output, 600);

public sealed class PayloadTargetTests(ITestOutputHelper output) : TargetSpec<PayloadTarget>(output, 2000);

public sealed class AclTargetTests(ITestOutputHelper output) : TargetSpec<AclTarget>(output, 2000);

public sealed class SettingsTargetTests(ITestOutputHelper output) : TargetSpec<SettingsTarget>(output, 2000);
