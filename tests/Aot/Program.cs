using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Fovea.Errors;

// What the library must do without a just-in-time compiler. Each line is one check; the exit code is the number that failed.
var failures = 0;

Check("compiled ahead of time", !RuntimeFeature.IsDynamicCodeSupported);
Check($"vector unit in use: {VectorUnit()}", VectorUnit() != "none");
Check("errors are typed", new ShapeMismatchException("expected 3x32x32") is FoveaException { Message: "expected 3x32x32" });

Console.WriteLine(failures == 0 ? "native program: all checks passed" : $"native program: {failures} checks failed");
return failures;

void Check(string what, bool holds)
{
    Console.WriteLine($"{(holds ? "ok  " : "FAIL")} {what}");
    if (!holds)
    {
        failures++;
    }
}

// Without IlcInstructionSet an x64 program has neither AVX2 nor AVX-512, and every kernel runs at a quarter of its speed.
static string VectorUnit() => RuntimeInformation.ProcessArchitecture switch
{
    Architecture.X64 when Avx512F.IsSupported => "AVX-512",
    Architecture.X64 when Avx2.IsSupported && Fma.IsSupported => "AVX2 + FMA",
    Architecture.Arm64 when AdvSimd.IsSupported => "Advanced SIMD",
    _ => Vector.IsHardwareAccelerated && RuntimeInformation.ProcessArchitecture != Architecture.X64 ? "portable" : "none",
};
