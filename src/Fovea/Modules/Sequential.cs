namespace Fovea.Modules;

/// <summary>Modules one after the other. Children are named by their place, or as given.</summary>
public sealed class Sequential : Module
{
    /// <summary>Modules named "0", "1", ….</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        for (int i = 0; i < modules.Length; i++) Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture), modules[i]);
    }

    /// <summary>Modules with names of their own.</summary>
    public Sequential(params ReadOnlySpan<(string Name, Module Module)> modules)
    {
        foreach (var (name, module) in modules) Add(name, module);
    }

    /// <inheritdoc/>
    protected internal override Tensors.ElementType InputElement =>
        Children.Count > 0 ? Children[0].Child.InputElement : base.InputElement;

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        foreach (var (_, child) in Children) x = child.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    protected override Sequence Compute(Sequence x)
    {
        foreach (var (_, child) in Children) x = child.Forward(x);
        return x;
    }
}
