using System.Text.Json;
using Xunit;

namespace Fovea.Tests.Cli;

/// <summary>The tool's words, exit codes and bad input.</summary>
public sealed class CommandLineTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static Task<ToolResult> Run(params string[] arguments) => Tool.RunAsync(Tool.Repository, Cancellation, arguments);

    static void FailsInOneLine(ToolResult result, int code, params string[] words)
    {
        Assert.Equal(code, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("fovea: ", result.Error);
        foreach (string word in words) Assert.Contains(word, result.Error);
    }

    [Theory]
    [InlineData("tran", "did you mean \"train\"")]
    [InlineData("train --epoch 3", "did you mean \"--epochs\"")]
    [InlineData("train fashion-mnits", "did you mean \"fashion-mnist\"")]
    [InlineData("train --network resnet8", "did you mean \"resnet18\"")]
    [InlineData("train --optimizer adamv", "did you mean \"adam")]
    [InlineData("train --schedule cosin", "did you mean \"cosine\"")]
    [InlineData("train --schedule onecycle", "did you mean \"one-cycle\"")]
    [InlineData("train --optimizer rmspro", "did you mean \"rmsprop\"")]
    [InlineData("train --schedule one-cycle --epochs 3 --warm-up 3", "the rise of one-cycle takes some of the 3 epochs")]
    [InlineData("train --epochs many", "--epochs")]
    [InlineData("train --epochs 0", "--epochs")]
    [InlineData("train --lr -1", "--lr")]
    [InlineData("train --threads 0", "--threads")]
    [InlineData("train --min-accuracy 93", "from 0 to 1")]
    [InlineData("inspect resnet18 --input 3xx32", "3x224x224")]
    [InlineData("inspect resnet18 --classes 0", "--classes")]
    [InlineData("inspect lenet --batch 0", "--batch")]
    [InlineData("inspect lenet --memory -1", "--memory")]
    [InlineData("draw cnov", "did you mean \"conv\"")]
    [InlineData("draw conv --input 2", "reaches over 3")]
    [InlineData("draw conv --kernel 0", "at least 1")]
    [InlineData("draw conv --dilation 0", "at least 1")]
    [InlineData("draw conv --input 100", "at most 40")]
    [InlineData("draw field", "--network")]
    [InlineData("draw field --network lenet --layer cov1", "did you mean \"conv1\"")]
    [InlineData("draw field --network lenet --layer conv1 --unit 99,0", "99")]
    [InlineData("explain lenet --products conv1", "conv1:0,4,4")]
    [InlineData("explain lenet --products conv1:0,4,99", "no unit")]
    [InlineData("explain lenet --products relu1:0,4,4", "no sum of products")]
    [InlineData("explain lenet --products fc2:0 --backward 10", "numbered 10")]
    public async Task Wrong_usage_is_answered_with_the_mend(string line, string words) =>
        FailsInOneLine(await Run(line.Split(' ')), 2, words);

    [Theory]
    [InlineData("inspect restnet18", "did you mean \"resnet18\"")]
    [InlineData("inspect vgg11 --input 1x28x28 --json", "32x32 is the least")]
    [InlineData("evaluate nothing-here", "no model file and no run")]
    [InlineData("train --data /nowhere", "There is no folder /nowhere")]
    [InlineData("train --resume /nowhere", "There is no run /nowhere")]
    public async Task What_is_missing_or_does_not_fit_ends_with_code_3(string line, string words) =>
        FailsInOneLine(await Run(line.Split(' ')), 3, words);

    [Fact]
    public async Task Pictures_are_svg_on_standard_output_or_in_a_file()
    {
        var drawn = await Run("draw", "transposed", "--input", "3", "--stride", "2", "--animated");
        Assert.True(drawn.ExitCode == 0, drawn.Error);
        Assert.StartsWith("<svg xmlns=", drawn.Output);
        using var scratch = new Scratch();
        string file = Path.Combine(scratch.Path, "field.svg");
        var field = await Run("draw", "field", "--network", "lenet", "--layer", "conv2", "-o", file, "--json");
        Assert.Equal(file, field.Json.GetProperty("path").GetString());
        Assert.Contains("14×14 pixels", field.Json.GetProperty("title").GetString());
        Assert.StartsWith("<svg xmlns=", File.ReadAllText(file));
    }

    [Fact]
    public async Task Products_sum_to_the_number()
    {
        var explained = await Run("explain", "lenet", "--products", "conv1:0,4,4", "--json");
        Assert.True(explained.ExitCode == 0, explained.Error);
        var json = explained.Json;
        Assert.Equal(25, json.GetProperty("products").GetArrayLength());
        Assert.Equal(json.GetProperty("result").GetDouble(), json.GetProperty("bias").GetDouble()
            + json.GetProperty("products").EnumerateArray().Sum(p => p.GetProperty("product").GetDouble()), 1e-9);
        Assert.Contains("25 products", (await Run("explain", "lenet", "--products", "conv1:0,4,4")).Output);
    }

    [Fact]
    public async Task Help_shows_examples_and_defaults()
    {
        var result = await Run("train", "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("fovea train --quick", result.Output);
        Assert.Contains("Default: 14", result.Output);
        Assert.Contains("--resume", result.Output);
    }

    [Fact]
    public async Task Inspect_tells_what_torchinfo_tells()
    {
        var result = await Run("inspect", "resnet18", "--input", "3x224x224", "--classes", "1000", "--json");
        Assert.Equal(0, result.ExitCode);
        var json = result.Json;
        Assert.Equal(11_689_512, json.GetProperty("parameters").GetInt64());
        Assert.InRange(json.GetProperty("multiplyAdds").GetInt64(), 1_814_000_000, 1_825_000_000);       // torchvision: 1.814 G
        var first = json.GetProperty("layers")[0];
        Assert.Equal("conv1", first.GetProperty("name").GetString());
        Assert.Equal("Convolution", first.GetProperty("operator").GetString());
        Assert.Equal([1, 3, 224, 224], first.GetProperty("inputShape").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal([1, 64, 112, 112], first.GetProperty("outputShape").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal(9408, first.GetProperty("parameters").GetInt64());
        Assert.Equal([7, 7], first.GetProperty("receptiveField").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal([2, 2], first.GetProperty("jump").EnumerateArray().Select(e => e.GetInt32()));
        var fields = json.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("receptiveField"))
            .Where(f => f.ValueKind == JsonValueKind.Array).Select(f => f[0].GetInt32());
        Assert.Equal(435, fields.Max());                                                                // the published field of ResNet-18
    }

    [Fact]
    public async Task Inspect_draws_a_table()
    {
        var result = await Run("inspect", "lenet");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("1,663,370", result.Output);
        Assert.Contains("conv2", result.Output);
    }

    [Fact]
    public async Task A_damaged_data_file_ends_with_code_3_and_names_it()
    {
        using var scratch = new Scratch();
        foreach (string file in Directory.GetFiles(Path.Combine(Tool.Repository, "data", "fashion-mnist"), "*.gz"))
            File.Copy(file, Path.Combine(scratch.Path, Path.GetFileName(file)));
        string images = Directory.GetFiles(scratch.Path, "train-images*").Single();
        byte[] bytes = await File.ReadAllBytesAsync(images, Cancellation);
        await File.WriteAllBytesAsync(images, bytes[..(bytes.Length / 2)], Cancellation);
        FailsInOneLine(await Run("train", "--data", scratch.Path, "--out", Path.Combine(scratch.Path, "run")), 3, Path.GetFileName(images));
        Assert.False(Directory.Exists(Path.Combine(scratch.Path, "run")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_ends_with_code_4()
    {
        using var scratch = new Scratch();
        string file = Path.Combine(scratch.Path, "file");
        await File.WriteAllTextAsync(file, "", Cancellation);
        var result = await Run("train", "--quick", "--network", "lenet", "--json", "--out", Path.Combine(file, "run"));
        Assert.Equal(4, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains(file, result.Error);
    }

    [Fact]
    public async Task A_learning_rate_that_explodes_ends_with_code_5_and_names_the_layer()
    {
        using var scratch = new Scratch();
        string run = Path.Combine(scratch.Path, "run");
        var result = await Run(
            "train", "--quick", "--network", "lenet", "--optimizer", "sgd", "--lr", "1e12", "--warm-up", "0", "--json", "--out", run);
        Assert.Equal(5, result.ExitCode);
        Assert.Equal("", result.Output);
        string last = result.Error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("fovea: ", last);
        Assert.Contains("comes out of layer", last);
        Assert.False(File.Exists(Path.Combine(run, "model.safetensors")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run, "checkpoint")));
    }

    [Fact]
    public async Task A_plan_larger_than_memory_ends_with_code_6_before_it_is_taken()
    {
        using var scratch = new Scratch();
        // 22 000 images of ResNet-18 in one batch: hundreds of gigabytes of activations.
        string run = Path.Combine(scratch.Path, "run");
        var result = await Run("train", "--quick", "--network", "resnet18", "--batch", "22000", "--json", "--out", run);
        Assert.Equal(6, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains("smaller batch", result.Error);
    }
}
