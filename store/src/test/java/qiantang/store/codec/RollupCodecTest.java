package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.RollupCodec.Hour;
import qiantang.store.model.Value;
import qiantang.store.summary.Exact;
import qiantang.store.summary.Summarizer;
import qiantang.store.summary.Summary;
import qiantang.store.summary.Total;

/** Rollups of devices and of groups come back as they were, or are said to be damaged. */
class RollupCodecTest {
  private static final long HOUR_MICROS = 3_600_000_000L;
  private static final Set<String> ALL = Set.of();

  private final Random random = new Random(7);

  @Test
  void hoursOfADeviceComeBack() {
    for (int i = 0; i < 200; i++) {
      List<Hour> hours = hours();
      byte[] bytes = RollupCodec.encode(hours);
      assertEquals(new RollupCodec.Decoded.Found(hours), RollupCodec.decode(bytes, ALL));
    }
  }

  @Test
  void aMetricAloneComesBack() {
    List<Hour> hours = List.of(known(0), new Hour.Silent(), new Hour.Unknown());
    byte[] bytes = RollupCodec.encode(hours);
    RollupCodec.Decoded.Found found =
        assertInstanceOf(
            RollupCodec.Decoded.Found.class, RollupCodec.decode(bytes, Set.of("reals")));
    Hour.Known hour = assertInstanceOf(Hour.Known.class, found.hours().getFirst());
    assertEquals(Set.of("reals"), hour.summaries().byMetric().keySet());
    assertEquals(hours.subList(1, 3), found.hours().subList(1, 3));
  }

  @Test
  void hoursOfAGroupComeBack() {
    for (int i = 0; i < 200; i++) {
      List<TotalsCodec.Hour> totals = totals();
      byte[] bytes = TotalsCodec.encode(totals);
      assertEquals(new TotalsCodec.Decoded.Found(totals), TotalsCodec.decode(bytes, ALL));
      List<TotalsCodec.Hour> ofOne = new ArrayList<>();
      for (TotalsCodec.Hour hour : totals) {
        if (hour instanceof TotalsCodec.Hour.Known(long newest, SortedMap<String, Total> found)) {
          TreeMap<String, Total> reals = new TreeMap<>(found);
          reals.keySet().retainAll(Set.of("reals"));
          ofOne.add(new TotalsCodec.Hour.Known(newest, reals));
        } else {
          ofOne.add(hour);
        }
      }
      assertEquals(
          new TotalsCodec.Decoded.Found(ofOne), TotalsCodec.decode(bytes, Set.of("reals")));
    }
  }

  @Test
  void anyFlippedBitIsDamage() {
    byte[] rollup = RollupCodec.encode(hours());
    byte[] totals = TotalsCodec.encode(totals());
    for (int bit = 0; bit < rollup.length * 8; bit++) {
      byte[] flipped = flipped(rollup, bit);
      assertInstanceOf(RollupCodec.Decoded.Damaged.class, RollupCodec.decode(flipped, ALL));
    }
    for (int bit = 0; bit < totals.length * 8; bit++) {
      byte[] flipped = flipped(totals, bit);
      assertInstanceOf(TotalsCodec.Decoded.Damaged.class, TotalsCodec.decode(flipped, ALL));
    }
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    byte[] flipped = bytes.clone();
    flipped[bit / 8] ^= (byte) (1 << bit % 8);
    return flipped;
  }

  private List<Hour> hours() {
    List<Hour> hours = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      hours.add(
          switch (random.nextInt(4)) {
            case 0 -> new Hour.Silent();
            case 1 -> new Hour.Unknown();
            default -> known(i * HOUR_MICROS);
          });
    }
    return hours;
  }

  private Hour known(long fromMicros) {
    long step = random.nextBoolean() ? 10_000_000 : 1 + random.nextLong(50_000_000);
    int rows = 1 + random.nextInt(60);
    TreeMap<String, Summary> byMetric = new TreeMap<>();
    for (String metric : List.of("reals", "wholes", "texts", "mixed")) {
      Summarizer summarizer = new Summarizer();
      for (int row = 0; row < rows; row++) {
        summarizer.add(fromMicros + row * step, value(metric));
      }
      Summary summary = summarizer.take();
      if (summary != null) {
        byMetric.put(metric, summary);
      }
    }
    long last = fromMicros + (rows - 1) * step;
    return new Hour.Known(
        new SummaryCodec.Summaries(
            fromMicros,
            last,
            rows == 1 ? 1 : step,
            last / 1000 + 5,
            byMetric,
            new TreeSet<>(List.of("long"))));
  }

  private Value value(String metric) {
    return switch (metric) {
      case "reals" -> new Value.Real(random.nextInt(1000) / 10.0);
      case "wholes" -> new Value.Int(random.nextLong());
      case "texts" -> new Value.Text("t" + random.nextInt(3));
      default ->
          switch (random.nextInt(4)) {
            case 0 -> new Value.Bool(random.nextBoolean());
            case 1 -> new Value.Real(Double.NaN);
            case 2 -> new Value.Real(random.nextGaussian() * 1e200);
            default -> new Value.Int(random.nextInt());
          };
    };
  }

  private List<TotalsCodec.Hour> totals() {
    List<TotalsCodec.Hour> totals = new ArrayList<>();
    for (Hour hour : hours()) {
      if (hour instanceof Hour.Known(SummaryCodec.Summaries summaries)) {
        TreeMap<String, Total> byMetric = new TreeMap<>();
        summaries
            .byMetric()
            .forEach(
                (metric, summary) -> {
                  Total once = Total.of(summary);
                  byMetric.put(metric, random.nextBoolean() ? once : once.plus(once));
                });
        totals.add(new TotalsCodec.Hour.Known(summaries.newestArrivalMillis(), byMetric));
      } else {
        totals.add(new TotalsCodec.Hour.Unknown());
      }
    }
    totals.add(
        new TotalsCodec.Hour.Known(
            1,
            new TreeMap<>(
                Map.of("none", new Total(3, 0, false, null, null, Exact.ZERO, Exact.ZERO)))));
    return totals;
  }
}
