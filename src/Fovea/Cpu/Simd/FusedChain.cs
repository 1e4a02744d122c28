using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>What kind of function a step of a chain calls.</summary>
internal enum ChainKind : byte
{
    /// <summary>A <see cref="UnaryCode"/> of A.</summary>
    Unary,
    /// <summary>A <see cref="BinaryCode"/> of A and B.</summary>
    Binary,
    /// <summary>A <see cref="CompareCode"/> of A and B: 1 or 0.</summary>
    Compare,
    /// <summary>A ≠ 0 ? B : C.</summary>
    Select,
}

/// <summary>
/// One elementwise call in a chain. Its result is the next value: values are numbered from 0, the chain's inputs first, then one for each
/// step.
/// </summary>
/// <param name="Kind">What is called.</param>
/// <param name="Function">The number of the function within its kind.</param>
/// <param name="A">The first operand's value.</param>
/// <param name="B">The second operand's, or 0.</param>
/// <param name="C">The third operand's, or 0.</param>
/// <param name="P">The function's first constant.</param>
/// <param name="Q">The function's second constant.</param>
internal readonly record struct ChainStep(ChainKind Kind, byte Function, int A, int B = 0, int C = 0, float P = 0, float Q = 0)
{
    public static ChainStep Unary(UnaryCode function, int a, float p = 0, float q = 0) =>
        new(ChainKind.Unary, (byte)function, a, P: p, Q: q);
    public static ChainStep Binary(BinaryCode function, int a, int b) => new(ChainKind.Binary, (byte)function, a, b);
    public static ChainStep Compare(CompareCode function, int a, int b) => new(ChainKind.Compare, (byte)function, a, b);
    public static ChainStep Select(int condition, int a, int b) => new(ChainKind.Select, 0, condition, a, b);

    /// <summary>How many operands the kind has.</summary>
    public int Operands => Kind switch { ChainKind.Unary => 1, ChainKind.Select => 3, _ => 2 };
}

/// <summary>
/// An input of a chain. The element at flat index i of the result meets element (i / Inner) mod Period of the input: a full operand has
/// Inner 1 and Period 0 (none), a scalar Period 1, a row Period C, a column Inner C, channels of a row-major value both.
/// </summary>
/// <param name="Inner">How many neighbours of the result meet one element; at least 1.</param>
/// <param name="Period">After how many elements the input begins again; 0 if never.</param>
/// <param name="Bytes">Whether the elements are bytes (booleans), read as 0 and 1; then Inner is 1 and Period 0.</param>
internal readonly record struct ChainInput(nint Inner = 1, nint Period = 0, bool Bytes = false)
{
    public static ChainInput Full => new(1);
    public static ChainInput Scalar => new(1, 1);
    public bool IsFull => Inner == 1 && Period == 0 && !Bytes;
}

/// <summary>An output of a chain.</summary>
/// <param name="Value">The value that is kept.</param>
/// <param name="Bytes">Whether it is stored as bytes: 1 where it is not 0.</param>
internal readonly record struct ChainOutput(int Value, bool Bytes = false);

/// <summary>
/// A fused sequence of elementwise functions, interpreted: the range is walked in blocks that fit L1, and each step is one loop over a
/// block. Only inputs and outputs touch memory. A step costs one switch and one call a block.
/// </summary>
/// <remarks>
/// Bits are those of the steps run one by one. An output may lie on a full float input that no step after the output's own reads.
/// Immutable once made; any number of threads run it at once, each with its own scratch memory.
/// </remarks>
internal sealed unsafe class FusedChain
{
    /// <summary>The elements of a block: 4 KiB a register.</summary>
    public const int Block = 1024;

    /// <summary>The most values (inputs and steps) that a chain may have.</summary>
    public const int MaxValues = 64;

    readonly ChainInput[] _inputs;
    readonly ChainStep[] _steps;
    readonly ChainOutput[] _outputs;
    readonly int[] _slots;          // of each value: its register in scratch memory, or −1 where it lies in an input or output itself
    readonly int _slotCount;

    /// <summary>Makes a chain and assigns its registers.</summary>
    /// <exception cref="ArgumentException">A step reads a value that is not yet made, or there are too many.</exception>
    public FusedChain(ReadOnlySpan<ChainInput> inputs, ReadOnlySpan<ChainStep> steps, ReadOnlySpan<ChainOutput> outputs)
    {
        (_inputs, _steps, _outputs) = (inputs.ToArray(), steps.ToArray(), outputs.ToArray());
        int values = inputs.Length + steps.Length;
        if (values > MaxValues) throw new ArgumentException($"A chain has at most {MaxValues} values; this one has {values}.");

        var lastUse = new int[values];
        for (int s = 0; s < steps.Length; s++)
            for (int k = 0; k < steps[s].Operands; k++)
            {
                int operand = Operand(steps[s], k);
                if ((uint)operand >= (uint)(inputs.Length + s))
                    throw new ArgumentException($"Step {s} reads value {operand}, which is not made yet.");
                lastUse[operand] = s;
            }
        foreach (var output in outputs)
        {
            if ((uint)output.Value >= (uint)values) throw new ArgumentException($"There is no value {output.Value}.");
            if (output.Value < inputs.Length)
                throw new ArgumentException($"Output {output.Value} is an input; a chain's outputs are made by its steps.");
            lastUse[output.Value] = steps.Length;
        }

        _slots = new int[values];
        Array.Fill(_slots, -1);
        var free = new Stack<int>();
        // A tiled row needs the room of two registers.
        for (int v = 0; v < inputs.Length; v++)
        {
            if (inputs[v].IsFull) continue;
            _slots[v] = _slotCount;
            _slotCount += inputs[v] is { Inner: 1, Period: > 1 } ? 2 : 1;
        }
        for (int s = 0; s < steps.Length; s++)
        {
            int value = inputs.Length + s;
            // The target takes its register before the operands give theirs back: loops allow exact overlap, but a register
            // that is both would tie the order of the operands.
            if (!StoredAsFloats(value)) _slots[value] = free.Count > 0 ? free.Pop() : _slotCount++;
            for (int v = inputs.Length; v <= value; v++)
                if (_slots[v] >= 0 && lastUse[v] == s && v != value) free.Push(_slots[v]);
        }
    }

    /// <summary>The floats of scratch memory that a run needs.</summary>
    public nint ScratchFloats => (nint)_slotCount * Block;

    /// <summary>The functions in order, for the plan's printout.</summary>
    public override string ToString() => string.Join(" → ", _steps.Select(s => s.Kind switch
    {
        ChainKind.Unary => ((UnaryCode)s.Function).ToString(),
        ChainKind.Binary => ((BinaryCode)s.Function).ToString(),
        ChainKind.Compare => ((CompareCode)s.Function).ToString(),
        _ => "Select",
    }));

    /// <summary>Computes elements start to start + count of the outputs.</summary>
    /// <param name="inputs">The beginnings of the inputs (not the piece's).</param>
    /// <param name="outputs">The beginnings of the outputs.</param>
    /// <param name="start">The first element; any.</param>
    /// <param name="count">How many.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats of this thread's, of undefined content.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<T>(void** inputs, void** outputs, nint start, nint count, float* scratch) where T : unmanaged, IVec<T>
    {
        float** registers = stackalloc float*[MaxValues];
        for (int v = 0; v < _slots.Length; v++) registers[v] = _slots[v] < 0 ? null : scratch + (nint)_slots[v] * Block;
        for (int v = 0; v < _inputs.Length; v++) Begin<T>(_inputs[v], (float*)inputs[v], registers[v]);

        for (nint at = start, end = start + count; at < end; at += Block)
        {
            nint n = Math.Min(Block, end - at);
            for (int v = 0; v < _inputs.Length; v++)
                registers[v] = Fetch<T>(_inputs[v], inputs[v], at, n, _slots[v] < 0 ? null : scratch + (nint)_slots[v] * Block);
            for (int o = 0; o < _outputs.Length; o++)
                if (!_outputs[o].Bytes && _slots[_outputs[o].Value] < 0) registers[_outputs[o].Value] = (float*)outputs[o] + at;

            for (int s = 0; s < _steps.Length; s++) Execute<T>(_steps[s], registers, n, registers[_inputs.Length + s]);

            for (int o = 0; o < _outputs.Length; o++)
                if (_outputs[o].Bytes) ElementwiseLoops.FloatsToBytes<T>(registers[_outputs[o].Value], n, (byte*)outputs[o] + at);
                else if (registers[_outputs[o].Value] != (float*)outputs[o] + at)
                    Buffer.MemoryCopy(registers[_outputs[o].Value], (float*)outputs[o] + at, n * sizeof(float), n * sizeof(float));
        }
    }

    /// <summary>What an input needs once a run: a scalar spread over its register, a short row laid out end to end.</summary>
    static void Begin<T>(ChainInput input, float* source, float* register) where T : unmanaged, IVec<T>
    {
        if (input.Bytes || input.Inner != 1) return;
        if (input.Period == 1) ElementwiseLoops.Fill<T>(*source, Block, register);
        else if (input.Period is > 1 and < Block)
            for (nint i = 0; i < Block + input.Period; i += input.Period)
            {
                nint bytes = Math.Min(input.Period, Block + input.Period - i) * sizeof(float);
                Buffer.MemoryCopy(source, register + i, bytes, bytes);
            }
    }

    /// <summary>Where the block's elements of an input lie; brings them together in the register where they are not in one piece.</summary>
    static float* Fetch<T>(ChainInput input, void* source, nint at, nint n, float* register) where T : unmanaged, IVec<T>
    {
        if (input.Bytes)
        {
            ElementwiseLoops.BytesToFloats<T>((byte*)source + at, n, register);
            return register;
        }
        float* x = (float*)source;
        if (input.Inner == 1)
        {
            if (input.Period == 0) return x + at;
            if (input.Period == 1) return register;
            nint first = at % input.Period;
            if (input.Period < Block) return register + first;
            if (first + n <= input.Period) return x + first;
            nint head = input.Period - first;
            Buffer.MemoryCopy(x + first, register, head * sizeof(float), head * sizeof(float));
            Buffer.MemoryCopy(x, register + head, (n - head) * sizeof(float), (n - head) * sizeof(float));
            return register;
        }
        nint element = at / input.Inner, done = 0, run = input.Inner - at % input.Inner;
        while (done < n)
        {
            run = Math.Min(run, n - done);
            ElementwiseLoops.Fill<T>(x[input.Period == 0 ? element : element % input.Period], run, register + done);
            (done, element, run) = (done + run, element + 1, input.Inner);
        }
        return register;
    }

    static void Execute<T>(in ChainStep step, float** registers, nint n, float* target) where T : unmanaged, IVec<T>
    {
        float* a = registers[step.A], b = registers[step.B];
        switch (step.Kind)
        {
            case ChainKind.Unary:
                Elementwise<T>.Unary((UnaryCode)step.Function, step.P, step.Q, a, n, target);
                break;
            case ChainKind.Binary:
                Elementwise<T>.Binary((BinaryCode)step.Function, a, b, Broadcast.None, swapped: false, 1, n, target);
                break;
            case ChainKind.Compare:
                Elementwise<T>.CompareToFloats((CompareCode)step.Function, a, b, n, target);
                break;
            case ChainKind.Select:
                ElementwiseLoops.Select<T>(a, b, registers[step.C], n, target);
                break;
        }
    }

    static int Operand(in ChainStep step, int index) => index switch { 0 => step.A, 1 => step.B, _ => step.C };

    bool StoredAsFloats(int value)
    {
        foreach (var output in _outputs)
            if (output.Value == value && !output.Bytes) return true;
        return false;
    }
}
