package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.ChunkCodec.Part;
import qiantang.store.model.Value;

/** What a sample costs as a chunk, with times, arrivals, names and checksum. */
class CompressionTest {
  private static final long NOON = Samples.NOON_MICROS;

  /** 4.74 bytes is what 8 decimals of this recording take without times: storage.md, section 5. */
  @Test
  void recordedTemperaturesOfEightDecimals() throws IOException {
    Path file =
        Path.of(
            System.getProperty("qiantang.root", ".."),
            "seeds/nab/machine_temperature_system_failure.csv");
    List<String> lines = Files.readAllLines(file, UTF_8);
    long bytes = 0;
    long samples = 0;
    for (int from = 1; from < lines.size(); from += 288) {
      long beforeMicros = Long.MIN_VALUE;
      ColumnsBuilder builder = new ColumnsBuilder();
      for (String line : lines.subList(from, Math.min(from + 288, lines.size()))) {
        int comma = line.indexOf(',');
        LocalDateTime time = LocalDateTime.parse(line.substring(0, comma).replace(' ', 'T'));
        long micros = time.toEpochSecond(ZoneOffset.UTC) * 1_000_000;
        Value value = new Value.Real(Double.parseDouble(line.substring(comma + 1)));
        if (micros > beforeMicros) { // it goes back in time a few times
          builder.add(micros, micros + 30_000, true, false, "temperature", value);
          beforeMicros = micros;
          samples++;
        }
      }
      bytes += bytes(builder);
    }
    assertTrue(samples > 22_600, samples + " samples");
    assertBytesASample(5.5, bytes, samples);
  }

  /**
   * Eight metrics of a pump like those of the SKAB recordings (waico/SKAB, data/valve1): six
   * significant digits, noise in the last of them, one quantized sensor, whole seconds that are one
   * or two apart. A quarter hour a chunk.
   */
  @Test
  void aPumpOfEightNoisyMetrics() {
    Random random = new Random(41);
    long bytes = 0;
    long samples = 0;
    long seconds = NOON / 1_000_000;
    double drift = 26;
    for (int chunk = 0; chunk < 20; chunk++) {
      ColumnsBuilder builder = new ColumnsBuilder();
      for (int i = 0; i < 600; i++) {
        seconds += 1 + random.nextInt(2);
        drift += random.nextGaussian() * 0.002;
        double[] values = {
          rounded(0.0265 + 0.0003 * random.nextGaussian(), 7),
          rounded(0.0399 + 0.0004 * random.nextGaussian(), 7),
          rounded(1.2 + 0.35 * random.nextGaussian(), 5),
          (54_711 + 327_927 * (random.nextInt(3) - 1)) / 1e6,
          rounded(79.4 + 0.12 * random.nextGaussian(), 4),
          rounded(drift, 4),
          rounded(230 + 11 * random.nextGaussian(), 3),
          rounded(32 + 0.4 * Math.round(random.nextGaussian()), 4)
        };
        long arrivalMicros = seconds * 1_000_000 + 20_000 + random.nextInt(30_000);
        for (int m = 0; m < values.length; m++) {
          Value value = Samples.number(values[m]);
          builder.add(seconds * 1_000_000, arrivalMicros, true, false, METRICS[m], value);
          samples++;
        }
      }
      bytes += bytes(builder);
    }
    assertBytesASample(2.2, bytes, samples);
  }

  private static final String[] METRICS = {
    "Accelerometer1RMS",
    "Accelerometer2RMS",
    "Current",
    "Pressure",
    "Temperature",
    "Thermocouple",
    "Voltage",
    "Volume Flow RateRMS"
  };

  private static double rounded(double value, int scale) {
    double power = Math.pow(10, scale);
    return Math.round(value * power) / power;
  }

  @Test
  void aRegularConstantCostsNextToNothing() {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 900; i++) {
      long micros = NOON + 1_000_000L * i;
      builder.add(micros, micros + 20_000, true, false, "m", new Value.Real(21.5));
    }
    long bytes = bytes(builder);
    assertTrue(bytes <= 40, bytes + " bytes");
  }

  /** Programs that print 20.0 as 20 send integers among their doubles; that must cost nothing. */
  @Test
  void integersAmongDecimalsAreFree() {
    Random random = new Random(42);
    ColumnsBuilder mixed = new ColumnsBuilder();
    ColumnsBuilder pure = new ColumnsBuilder();
    for (int i = 0; i < 900; i++) {
      double value = random.nextInt(1000) / 10.0;
      mixed.add(i, i, true, false, "m", Samples.number(value));
      pure.add(i, i, true, false, "m", new Value.Real(value));
    }
    assertEquals(bytes(pure), bytes(mixed));
  }

  /** Temperature every tenth message: the rows cost once what they cost, however many metrics. */
  @Test
  void metricsOfTheSameMessagesShareTheirRows() {
    Random random = new Random(43);
    int[] one = new int[2];
    for (int metrics = 1; metrics <= 2; metrics++) {
      ColumnsBuilder builder = new ColumnsBuilder();
      random.setSeed(43);
      for (int i = 0; i < 900; i++) {
        boolean due = random.nextInt(3) == 0;
        builder.add(i, i, true, false, "always", new Value.Int(5));
        for (int m = 0; due && m < metrics; m++) {
          builder.add(i, i, true, false, "m" + m, new Value.Int(6));
        }
      }
      one[metrics - 1] = (int) bytes(builder);
    }
    assertTrue(one[1] - one[0] < 20, one[1] + " and " + one[0] + " bytes");
  }

  @Test
  void statesAndJsonCostTheirChanges() {
    String[] states = {"idle", "running", "maintenance", "alarm"};
    DeviceColumns columns = Samples.column(900, i -> new Value.Text(states[i / 70 % 4]));
    long bytes = bytes(columns);
    assertTrue(bytes < 130, bytes + " bytes");
    columns =
        Samples.column(
            90,
            i ->
                new Value.Json(
                    "{\"position\":{\"x\":%d,\"y\":%d},\"tool\":\"T04\",\"program\":\"O1001\"}"
                        .formatted(i * 7 % 100, i * 13 % 100)));
    bytes = bytes(columns);
    assertTrue(bytes < 90 * 12, bytes + " bytes");
  }

  private static long bytes(ColumnsBuilder builder) {
    return bytes(builder.build());
  }

  private static long bytes(DeviceColumns columns) {
    long bytes = 0;
    for (Part part : ChunkCodec.encode(columns)) {
      bytes += part.bytes().length;
      var decoded = ChunkCodec.decode(part.bytes());
      assertEquals(
          Samples.texts(part.columns()),
          Samples.texts(assertInstanceOf(ChunkCodec.Decoded.Columns.class, decoded).columns()));
    }
    return bytes;
  }

  private static void assertBytesASample(double bytesMax, long bytes, long samples) {
    double bytesASample = (double) bytes / samples;
    assertTrue(bytesASample <= bytesMax, bytesASample + " bytes a sample");
  }
}
