using Fovea.Modules;

namespace Fovea.Tests.Guide;

internal static class TrainingExample
{
    internal static async Task<(double Accuracy, string ModelPath)> Run(string path)
    {
        #region snippet train
        var data = FashionMnist.Load(path);
        var model = new Sequential(new Conv2d(32, 3), new Relu(), new MaxPool2d(2), new Flatten(), new Linear(10));
        model.Build(data.Train.InputShape, seed: 1);
        var (train, validation) = data.Train.Split(0.9, seed: 1);
        var run = await Trainer.FitAsync(model, train, validation, new() { Epochs = 5, Loss = Losses.CrossEntropy });
        var test = await Trainer.EvaluateAsync(model, data.Test);
        #endregion
        return (test.Accuracy, run.ModelPath);
    }
}
