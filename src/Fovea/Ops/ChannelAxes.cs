namespace Fovea.Ops;

/// <summary>Sums and shapes by channel: what biases and norms need.</summary>
static class ChannelAxes
{
    /// <summary>The sum over every axis but the channels (axis 1): the gradient of a bias.</summary>
    public static Tensor SumByChannel(this Tensor x) => x.Sum(AllBut(x.Rank, 1));

    /// <summary>A vector of channels as a value that broadcasts over N, C, spatial.</summary>
    public static Tensor AlongChannels(this Tensor vector, int rank)
    {
        var dims = new Dim[rank];
        Array.Fill(dims, 1);
        dims[1] = vector.Shape[0];
        return vector.Reshape(new Shape(dims));
    }

    /// <summary>All axes but one.</summary>
    public static int[] AllBut(int rank, int axis) => [.. Enumerable.Range(0, rank).Where(i => i != axis)];
}
