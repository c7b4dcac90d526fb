package qiantang.sim.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class PlotTest {

  @Test
  void axesEndAtRoundNumbers() {
    assertEquals(List.of("0", "20", "40", "60", "80", "100"), labels(Axis.fromZero(87)));
    assertEquals(List.of("0", "10k", "20k", "30k", "40k", "50k"), labels(Axis.fromZero(50_000)));
    assertEquals(List.of("0", "0.05", "0.1", "0.15", "0.2"), labels(Axis.fromZero(0.2)));
    assertEquals(1, Axis.fromZero(0).ticks().getFirst().at() + Axis.fromZero(0).place(1));
  }

  @Test
  void logarithmicAxesHaveWholeDecades() {
    Axis axis = Axis.decades(DoubleStream.of(0.3, 250, Double.NaN, 0));
    assertEquals(List.of("0.1", "1", "10", "100", "1000"), labels(axis));
    assertEquals(0.25, axis.place(1), 1e-9);
    assertEquals(0, axis.place(0), "what is below the axis stands at its end");
    assertEquals(2, Axis.decades(DoubleStream.empty()).ticks().size());
  }

  @Test
  void percentilesHaveATickForEachNine() {
    assertEquals(
        List.of("0 %", "90 %", "99 %", "99.9 %", "99.99 %"), labels(Axis.percentiles(3.2)));
  }

  @Test
  void aGapIsNotBridged() {
    double[] x = {0, 1, 2, 3, 4};
    double[] y = {1, 2, Double.NaN, 4, 5};
    String path = path(x, y, "c1");
    assertEquals(3, path.split("M", -1).length, path);
    assertFalse(path.contains("NaN"), path);
  }

  @Test
  void aSinglePointIsSeen() {
    assertTrue(path(new double[] {1}, new double[] {5}, "c1").contains("h2"));
  }

  @Test
  void linesGoUpWhereFiguresDo() {
    String path = path(new double[] {0, 1}, new double[] {0, 10}, "c1");
    assertEquals("M58 214L846 20", path);
  }

  @Test
  void labelsThatWouldCoverEachOtherAreLeftOut() {
    List<Axis.Tick> marks = List.of(new Axis.Tick(0, "connect"), new Axis.Tick(0.01, "send"));
    Plot plot = new Plot(new double[] {0, 1}, Axis.exactly(1), Axis.fromZero(1), List.of(), marks);
    String svg = plot.svg("plot");
    assertTrue(svg.contains(">connect<"));
    assertFalse(svg.contains(">send<"));
  }

  private static String path(double[] x, double[] y, String style) {
    List<Plot.Line> lines = List.of(new Plot.Line("a", style, y));
    String svg =
        new Plot(x, Axis.exactly(x[x.length - 1]), Axis.fromZero(10), lines, List.of()).svg("plot");
    int begin = svg.indexOf(" d=\"") + 4;
    return svg.substring(begin, svg.indexOf('"', begin));
  }

  private static List<String> labels(Axis axis) {
    return axis.ticks().stream().map(Axis.Tick::label).toList();
  }
}
