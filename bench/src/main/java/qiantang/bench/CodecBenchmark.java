package qiantang.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.model.Value;

/**
 * Chunks of realistic decimals, one operation a chunk, in turn over enough different ones that no
 * branch is learned by heart.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 9, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC") // collecting is part of one core's figure
public class CodecBenchmark {
  /** A machine's quarter hour: 10 metrics at 0.1 Hz, times in ms with some jitter. */
  static final String MACHINE = "machine";

  /** Eight seconds of one metric at 1 kHz, as a gateway sends it once a second. */
  static final String VIBRATION = "vibration";

  private static final int CHUNKS = 64;
  private static final String[] METRICS = {
    "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"
  };
  private static final long NOON_MICROS = 1_768_464_000_000_000L;

  /** Which chunks. */
  @Param({MACHINE, VIBRATION})
  private String chunk = MACHINE;

  private final List<List<Sample>> samples = new ArrayList<>();
  private final List<DeviceColumns> columns = new ArrayList<>();
  private final List<byte[]> parts = new ArrayList<>();
  private int next;

  private record Sample(long eventTimeMicros, long arrivalMicros, String metric, Value value) {}

  static long samples(String chunk) {
    return chunk.equals(MACHINE) ? 90 * 10 : 8000;
  }

  /** Mean length of a chunk. */
  static double meanBytes(String chunk) {
    CodecBenchmark benchmark = new CodecBenchmark();
    benchmark.chunk = chunk;
    benchmark.setUp();
    return benchmark.parts.stream().mapToInt(part -> part.length).average().orElse(0);
  }

  /** Makes the chunks. */
  @Setup
  public void setUp() {
    Random random = new Random(1);
    for (int i = 0; i < CHUNKS; i++) {
      List<Sample> made = chunk.equals(MACHINE) ? machine(random) : vibration(random);
      samples.add(made);
      columns.add(build(made));
      parts.add(ChunkCodec.encode(columns.getLast()).getFirst().bytes());
    }
  }

  /** Samples to columns. */
  @Benchmark
  public DeviceColumns build() {
    next = (next + 1) % CHUNKS;
    return build(samples.get(next));
  }

  private static DeviceColumns build(List<Sample> samples) {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (Sample s : samples) {
      builder.add(s.eventTimeMicros, s.arrivalMicros, true, false, s.metric, s.value);
    }
    return builder.build();
  }

  /** Columns to bytes. */
  @Benchmark
  public List<ChunkCodec.Part> encode() {
    next = (next + 1) % CHUNKS;
    return ChunkCodec.encode(columns.get(next));
  }

  /** Bytes to columns. */
  @Benchmark
  public ChunkCodec.Decoded decode() {
    next = (next + 1) % CHUNKS;
    return ChunkCodec.decode(parts.get(next));
  }

  /** Bytes to one of the columns. */
  @Benchmark
  public ChunkCodec.Decoded decodeOneMetric() {
    next = (next + 1) % CHUNKS;
    return ChunkCodec.decode(parts.get(next), Set.of("m4"));
  }

  private static List<Sample> machine(Random random) {
    int[] scales = {1, 2, 1, 3, 2, 1, 2, 0, 3, 1};
    int[] noise = {20, 80, 9, 400, 30, 60, 150, 5, 900, 3};
    double[] powers = {1, 10, 100, 1000};
    long[] mantissas = random.longs(10, 100, 30_000).toArray();
    List<Sample> made = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      long millis = NOON_MICROS / 1000 + 10_000L * i + random.nextInt(40);
      long arrivalMicros = 1000 * (millis + 12 + random.nextInt(30)) + random.nextInt(1000);
      for (int m = 0; m < 10; m++) {
        mantissas[m] += Math.round(random.nextGaussian() * noise[m]);
        Value value = new Value.Real(mantissas[m] / powers[scales[m]]);
        made.add(new Sample(1000 * millis, arrivalMicros, METRICS[m], value));
      }
    }
    return made;
  }

  private static List<Sample> vibration(Random random) {
    List<Sample> made = new ArrayList<>();
    double phase = random.nextDouble() * 6;
    for (int i = 0; i < 8000; i++) {
      double swing = 2.5 * Math.sin(phase + i * 0.31) + 0.2 * random.nextGaussian();
      long arrivalMicros = NOON_MICROS + 1_000_000L * (i / 1000 + 1) + 15_000;
      Value value = new Value.Real(Math.round(swing * 1000) / 1000.0);
      made.add(new Sample(NOON_MICROS + 1000L * i, arrivalMicros, "m4", value));
    }
    return made;
  }
}
