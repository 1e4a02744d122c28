namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>Tiles and blocks of columns that one worker computes at a time.</summary>
/// <param name="Window">Which window.</param>
/// <param name="FirstTile">The first tile of the window.</param>
/// <param name="TileCount">How many tiles.</param>
/// <param name="FirstUnit">The first block of columns, counted over the groups.</param>
/// <param name="UnitCount">How many blocks.</param>
internal readonly record struct ConvolutionPiece(int Window, int FirstTile, int TileCount, int FirstUnit, int UnitCount);

/// <summary>Cuts a convolution into pieces by its sizes alone; no cut changes a bit, since no sum is split.</summary>
internal static class ConvolutionCut
{
    // Enough pieces for the workers of a large machine to share evenly, each long against the hand-over (about 0.1 µs).
    const int MostPieces = 64;
    const double LeastMultiplyAdds = 500_000;

    /// <summary>Pieces of all windows.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="rows">Rows of a tile.</param>
    /// <param name="depth">Channels of the reduction.</param>
    /// <param name="blockColumns">Columns of a block.</param>
    /// <param name="units">Blocks of columns of all groups.</param>
    public static ConvolutionPiece[] Cut(ReadOnlySpan<TapWindow> windows, int rows, int depth, int blockColumns, int units)
    {
        double total = 0;
        foreach (var window in windows) total += Work(window, depth, blockColumns, units);
        var pieces = new List<ConvolutionPiece>();
        for (int i = 0; i < windows.Length; i++)
        {
            var window = windows[i];
            int tiles = checked((int)((window.Pixels + rows - 1) / rows));
            double work = Work(window, depth, blockColumns, units);
            double most = Math.Clamp(total / LeastMultiplyAdds, 1, MostPieces) * work / total;
            var (tileCuts, unitCuts) = Choose(window, tiles, units, Math.Max(1, (int)most), depth, blockColumns);
            for (int t = 0; t < tileCuts; t++)
                for (int u = 0; u < unitCuts; u++)
                {
                    int firstTile = Part(tiles, t, tileCuts), tileCount = Part(tiles, t + 1, tileCuts) - firstTile;
                    int firstUnit = Part(units, u, unitCuts), unitCount = Part(units, u + 1, unitCuts) - firstUnit;
                    pieces.Add(new(i, firstTile, tileCount, firstUnit, unitCount));
                }
        }
        return [.. pieces];
    }

    /// <summary>The grid of cuts that reads least: a cut of the tiles reads the weights again, a cut of the columns the source.</summary>
    static (int Tiles, int Units) Choose(TapWindow window, int tiles, int units, int pieces, int depth, int blockColumns)
    {
        double weights = (double)units * window.TapCount * depth * blockColumns;
        double source = (double)window.Images * window.Source.Count * window.SourcePitch;
        (int Tiles, int Units) best = (1, 1);
        double least = double.PositiveInfinity;
        for (int u = 1; u <= Math.Min(units, pieces); u++)
            for (int t = 1; t <= tiles && (t == 1 || t * u < 2 * pieces); t *= 2)
            {
                // A grid that falls short of the pieces wanted shares less evenly.
                double cost = (t * weights + u * source) * (1 + 0.25 * Math.Max(0, pieces / ((double)t * u) - 1));
                if (cost >= least) continue;
                least = cost;
                best = (t, u);
            }
        return best;
    }

    // A pixel costs something even without taps: its zeros are written.
    static double Work(TapWindow window, int depth, int blockColumns, int units)
        => (double)window.Pixels * units * blockColumns * (1 + window.TapCount * depth);

    static int Part(int count, int index, int parts) => (int)((long)count * index / parts);
}
