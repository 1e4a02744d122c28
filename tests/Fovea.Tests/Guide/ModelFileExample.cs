using Fovea.Modules;

namespace Fovea.Tests.Guide;

internal static class ModelFileExample
{
    internal static Function<Tensor, Tensor> SaveAndLoad(Module model, string path)
    {
        #region snippet model-file
        ModelFile.Save(path, model);                // the trainer does it at the end of a run
        var file = ModelFile.Load(path);            // file.Module, file.Card, file.Digest
        var predict = Function.Compile((Tensor x) => file.Module.Forward(x).Softmax());
        #endregion
        return predict;
    }
}
