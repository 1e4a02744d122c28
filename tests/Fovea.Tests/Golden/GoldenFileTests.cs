using Xunit;

namespace Fovea.Tests.Golden;

public sealed class GoldenFileTests
{
    public static TheoryData<string> Families => [.. GoldenCase.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_case_is_whole(string family) =>
        Assert.All(GoldenCase.Read(family), golden =>
        {
            string[] roles = [.. golden.Inputs, .. golden.Outputs, .. golden.Upstream, .. golden.Gradients];

            Assert.NotEmpty(golden.Outputs);
            Assert.Equal(roles.Length, roles.Distinct().Count());
            Assert.All(roles, role => Assert.All(golden[role].Values, value => Assert.True(double.IsFinite(value))));
            Assert.All(golden.Inputs, role => Assert.All(golden[role].Values, value => Assert.Equal(value, (float)value)));
            Assert.All(golden.Gradients, role => Assert.Equal(golden[role["d_".Length..]].Shape, golden[role].Shape));
            Assert.All(golden.Upstream, role => Assert.Equal(golden[role["g_".Length..]].Shape, golden[role].Shape));
        });

    [Fact]
    public void Files_are_small() =>
        Assert.InRange(GoldenCase.Families.Sum(name => new FileInfo(GoldenCase.PathOf(name)).Length), 1, 4 << 20);

    // One value worked out by hand: the reader reads what it says it reads.
    [Fact]
    public void Values_are_read_where_they_stand()
    {
        var golden = Assert.Single(GoldenCase.Read("activation"), golden => golden.Name == "leaky_relu");

        Assert.Equal(0.125, golden.Double("negative_slope"));
        Assert.Equal(-8 + 1 / 64.0, golden["x"].Values[0]);
        Assert.Equal(golden["x"].Values[0] * 0.125, golden["y"].Values[0]);
        Assert.Equal(golden["g_y"].Values[0] * 0.125, golden["d_x"].Values[0]);
        Assert.Equal(50, golden["y"].Values[^1]);
    }
}
