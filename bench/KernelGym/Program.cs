using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.KernelGym;

if (args is ["convolution", var micro, ..])
{
    var layers = Layers.All.Where(l => args.Length < 3 || l.Name.Contains(args[2], StringComparison.Ordinal));
    if (micro == Avx512MicroKernel.Name) Layers.Print<Avx512MicroKernel>(layers);
    else if (micro == Avx2MicroKernel.Name) Layers.Print<Avx2MicroKernel>(layers);
    else if (micro == PortableMicroKernel.Name) Layers.Print<PortableMicroKernel>(layers);
    else return Usage();
}
else if (args is ["micro"])
{
    Console.WriteLine($"fused multiply-adds in registers: {Ceiling.Registers():F1} GF/s");
    for (int rows = Avx512MicroKernel.Rows; rows > 0; rows--)
        Console.WriteLine($"avx512   {rows,2} x 32: {Ceiling.MicroKernel<Avx512MicroKernel>(rows, 32, 256),6:F1}   x 16: {Ceiling.MicroKernel<Avx512MicroKernel>(rows, 16, 256),6:F1}   x 21: {Ceiling.MicroKernel<Avx512MicroKernel>(rows, 21, 256),6:F1} GF/s");
    for (int rows = Avx2MicroKernel.Rows; rows > 0; rows--)
        Console.WriteLine($"avx2     {rows,2} x 16: {Ceiling.MicroKernel<Avx2MicroKernel>(rows, 16, 256),6:F1}   x  8: {Ceiling.MicroKernel<Avx2MicroKernel>(rows, 8, 256),6:F1}   x  5: {Ceiling.MicroKernel<Avx2MicroKernel>(rows, 5, 256),6:F1} GF/s");
    for (int rows = PortableMicroKernel.Rows; rows > 0; rows--)
        Console.WriteLine($"portable {rows,2} x 16: {Ceiling.MicroKernel<PortableMicroKernel>(rows, 16, 256),6:F1}   x  5: {Ceiling.MicroKernel<PortableMicroKernel>(rows, 5, 256),6:F1} GF/s");
}
else if (args is ["weight-gradient", ..])
{
    WeightGradientGym.Run(args.Length > 1 ? args[1] : "");
}
else if (args is ["outer"])
{
    WeightGradientGym.RunTiles();
}
else
{
    return Usage();
}
return 0;

static int Usage()
{
    Console.Error.WriteLine("KernelGym micro | convolution avx512|avx2|portable [part of a layer's name] | outer | weight-gradient [part of a layer's name]");
    return 2;
}
