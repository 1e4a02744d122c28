namespace Fovea.Ops;

/// <summary>
/// An optimizer's step on one parameter in one pass. Inputs: the parameter, its gradient and what is remembered of it, all alike; then
/// scalars, the learning rate first, the gradient scale (which may be absent) last. Outputs: the parameter, then what is remembered.
/// </summary>
interface IParameterUpdate
{
    /// <summary>How many inputs, from the first on, are like the parameter. The learning rate follows.</summary>
    int LikeParameter { get; }

    /// <summary>The input that is the gradient scale, if it is there.</summary>
    int ScaleInput => LikeParameter + 1;
}
