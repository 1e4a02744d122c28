using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>
/// AlexNet as torchvision has it (Krizhevsky, One weird trick, 2014): five convolutions, three poolings, three linear layers over 6×6 maps.
/// Names and initialisation are torchvision's.
/// </summary>
static class AlexNet
{
    const int Least = 63;

    public static Module Create(int classes, Shape input)
    {
        if (input[1].Value < Least || input[2].Value < Least)
            throw new ShapeMismatchException(
                $"alexnet needs images of {Least}x{Least} at least; {input} is too small. Try lenet or fashion.");
        var features = new Sequential(
            Conv(64, 11, 4, 2), new Relu(), new MaxPool2d(3, 2),
            Conv(192, 5, 1, 2), new Relu(), new MaxPool2d(3, 2),
            Conv(384, 3, 1, 1), new Relu(),
            Conv(256, 3, 1, 1), new Relu(),
            Conv(256, 3, 1, 1), new Relu(), new MaxPool2d(3, 2));
        var classifier = new Sequential(
            new Dropout(), Linear(4096), new Relu(), new Dropout(), Linear(4096), new Relu(), Linear(classes));
        return new Sequential(("features", features), ("avgpool", new AdaptiveAvgPool2d(6)), ("flatten", new Flatten()),
            ("classifier", classifier));
    }

    static Conv2d Conv(int channels, int kernel, int stride, int padding) =>
        new(channels, kernel, stride, padding, initializer: Initializer.PyTorch);

    static Linear Linear(int features) => new(features, initializer: Initializer.PyTorch);
}
