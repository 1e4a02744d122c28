using System.Numerics;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Cast;

/// <summary>Converts element by element: floats to integers towards zero, saturating, NaN to 0; numbers to truth: x ≠ 0.</summary>
sealed class Naive : Kernel<Ops.Cast>
{
    public override string Name => "Cast.naive";

    protected override bool Supports(Ops.Cast op, KernelCase @case) => Takes(@case.Inputs[0].Element) && Takes(@case.Outputs[0].Element);

    static bool Takes(ElementType element) => element == ElementType.Bool || ElementTypeDispatch.IsNumeric(element);

    protected override LayoutRule Layouts(Ops.Cast op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override void Run(Ops.Cast op, in KernelCall call)
    {
        var body = new From(call);
        if (call.Case.Inputs[0].Element == ElementType.Bool) body.RunTruth();
        else ElementTypeDispatch.Numeric(call.Case.Inputs[0].Element, ref body);
    }

    readonly ref struct From(KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void RunTruth()
        {
            // Truth values are bytes 0 and 1.
            var to = new To<byte>(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_call.Source<bool>(0)), _call);
            to.Dispatch();
        }

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var to = new To<T>(_call.Source<T>(0), _call);
            to.Dispatch();
        }
    }

    readonly ref struct To<TFrom>(ReadOnlySpan<TFrom> source, KernelCall call) : INumericBody where TFrom : unmanaged, INumber<TFrom>
    {
        readonly KernelCall _call = call;
        readonly ReadOnlySpan<TFrom> _source = source;

        public void Dispatch()
        {
            var self = this;
            if (_call.Case.Outputs[0].Element != ElementType.Bool)
            {
                ElementTypeDispatch.Numeric(_call.Case.Outputs[0].Element, ref self);
                return;
            }
            var truth = _call.Target<bool>(0);
            for (int i = 0; i < truth.Length; i++) truth[i] = !TFrom.IsZero(_source[i]);
        }

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var target = _call.Target<T>(0);
            for (int i = 0; i < target.Length; i++) target[i] = T.CreateSaturating(_source[i]);
        }
    }
}
