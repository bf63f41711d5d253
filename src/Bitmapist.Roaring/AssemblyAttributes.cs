using System.Runtime.CompilerServices;

// Operations take kilobytes of scratch memory from the stack, many times a microsecond, and write before they read.
[module: SkipLocalsInit]
