using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.KernelGym;

if (args is ["convolution", var micro, ..])
{
    string filter = args.Length > 2 ? args[2] : "";
    if (micro == Avx512MicroKernel.Name) Layers.Print(micro, Ceiling.Full<Avx512MicroKernel>, filter);
    else if (micro == Avx2MicroKernel.Name) Layers.Print(micro, Ceiling.Full<Avx2MicroKernel>, filter);
    else if (micro == PortableMicroKernel.Name) Layers.Print(micro, Ceiling.Full<PortableMicroKernel>, filter);
    else return Usage();
}
else if (args is ["micro"])
{
    Console.WriteLine($"fused multiply-adds in registers: {Ceiling.Registers():F1} GF/s");
    Ceiling.PrintHeights<Avx512MicroKernel>(32, 16, 21);
    Ceiling.PrintHeights<Avx2MicroKernel>(16, 8, 5);
    Ceiling.PrintHeights<PortableMicroKernel>(16, 5);
}
else if (args is ["weight-gradient", ..])
{
    WeightGradientGym.Run(args.Length > 1 ? args[1] : "");
}
else if (args is ["loops", ..])
{
    LoopsGym.Run(args.Length > 1 ? args[1] : "");
}
else if (args is ["depthwise-weight-gradient"])
{
    WeightGradientGym.RunDepthwise();
}
else if (args is ["windows", ..])
{
    WindowGym.Run(args.Length > 1 ? args[1] : "");
}
else if (args is ["matmul"])
{
    MatMulGym.Run();
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
    Console.Error.WriteLine("KernelGym micro | convolution avx512|avx2|portable [part of a layer's name] | loops [part of a name] "
        + "| windows [part of an operator's name] | matmul | outer | depthwise-weight-gradient | weight-gradient [part of a layer's name]");
    return 2;
}
