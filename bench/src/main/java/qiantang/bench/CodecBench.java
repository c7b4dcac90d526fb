package qiantang.bench;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What chunks cost: bytes a sample, and samples a second of one core there and back. */
@Command(
    name = "codec",
    description = "Samples/s of one core, encoding and decoding chunks of decimals (JMH).",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class CodecBench implements Callable<Integer> {
  @Option(names = "--only", description = "A part of a benchmark's name: build, encode, decode.")
  private String only = "";

  @Option(names = "--profiler", description = "A profiler of JMH, such as gc or stack.")
  private String profiler = "";

  @Override
  public Integer call() throws Exception {
    OptionsBuilder options = new OptionsBuilder();
    options.include(CodecBenchmark.class.getName() + "\\." + only);
    if (!profiler.isEmpty()) {
      options.addProfiler(profiler);
    }
    Collection<RunResult> results =
        new Runner(
                options.build(),
                // Standard output is the answer's.
                OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL))
            .run();
    print(results);
    return 0;
  }

  private static void print(Collection<RunResult> results) {
    System.out.println("| chunk | bytes a sample | what | million samples/s | least, most |");
    System.out.println("|---|---|---|---|---|");
    Map<String, Double> slowest = new TreeMap<>();
    for (RunResult result : results) {
      String chunk = result.getParams().getParam("chunk");
      String what = result.getPrimaryResult().getLabel();
      double samples = CodecBenchmark.samples(chunk);
      Statistics perSecond = result.getPrimaryResult().getStatistics();
      // The median: a neighbour's burst on the same machine spoils one iteration, not the figure.
      double median = perSecond.getPercentile(50) * samples;
      System.out.printf(
          "| %s | %.2f | %s | %.1f | %.1f, %.1f |%n",
          chunk,
          CodecBenchmark.meanBytes(chunk) / samples,
          what,
          median / 1e6,
          perSecond.getMin() * samples / 1e6,
          perSecond.getMax() * samples / 1e6);
      slowest.merge(what, median, Math::min);
    }
    System.out.printf(
        "%ncodec encode_samples_per_s=%.0f decode_samples_per_s=%.0f%n",
        slowest.getOrDefault("encode", Double.NaN), slowest.getOrDefault("decode", Double.NaN));
  }
}
