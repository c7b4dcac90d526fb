package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.Column;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;

class StateRowsTest {
  private static final DeviceId PUMP = new DeviceId("pump");
  private static final StatePartition PARTITION =
      new StatePartition(PackerWorld.ENTERPRISE, Long.MIN_VALUE, 3);

  /** A text that does not compress, of one device that reports in a message of its own. */
  static Arrived text(
      long minute, long sequence, String device, String metric, int length, int seed) {
    return new Arrived(
        minute,
        Arrived.start(1),
        0,
        sequence,
        new DeviceId(device),
        minute * Arrived.MINUTE_MICROS + sequence,
        List.of(new MetricValue(metric, new Value.Text(noise(length, seed)))));
  }

  @Test
  void whoeverReadsBetweenTwoWritesFindsEveryMetricAndNoneGoesBack() {
    for (int seed = 0; seed < 6; seed++) {
      readBetweenWrites(new Random(seed));
    }
  }

  private static void readBetweenWrites(Random random) {
    Map<Integer, State> stored = new TreeMap<>();
    Map<String, Long> newest = new HashMap<>();
    int partsMax = 0;
    for (int step = 0; step < 120; step++) {
      int length = step / 40 % 2 == 0 ? 3500 : 30; // grows, shrinks and grows again
      ColumnsBuilder brought = new ColumnsBuilder();
      Map<String, Long> before = Map.copyOf(newest);
      for (int i = 0; i < 6; i++) {
        String metric = "metric-" + random.nextInt(Math.min(40, 4 + step));
        long micros = step * 1000L + i;
        if (newest.getOrDefault(metric, -1L) < step * 1000L) {
          newest.put(metric, micros);
          brought.add(
              micros, micros, true, false, metric, new Value.Text(noise(length, random.nextInt())));
        }
      }
      StateRows rows = rows(step, List.copyOf(stored.values()), brought.build());
      for (List<StateRows.Row> phase : List.of(rows.begun(), rows.renewed())) {
        for (StateRows.Row row : shuffled(phase, random)) {
          stored.put(row.state().part(), row.state());
          Map<String, Long> seen = seen(stored.values());
          before.forEach(
              (metric, micros) ->
                  assertTrue(seen.getOrDefault(metric, -1L) >= micros, metric + " went back"));
        }
      }
      assertEquals(newest, seen(stored.values()));
      partsMax = Math.max(partsMax, stored.size());
    }
    assertTrue(partsMax >= 4, "parts " + partsMax);
  }

  @Test
  void namesOfOneHashCodeArePartedToo() {
    List<String> names = new ArrayList<>(List.of(""));
    for (int i = 0; i < 10; i++) {
      List<String> longer = new ArrayList<>();
      names.forEach(name -> longer.addAll(List.of(name + "Aa", name + "BB")));
      names = longer;
    }
    assertEquals(1, names.stream().mapToInt(String::hashCode).distinct().count());
    ColumnsBuilder brought = new ColumnsBuilder();
    for (int i = 0; i < names.size(); i++) {
      brought.add(i, i, true, false, names.get(i), new Value.Text(noise(300, i)));
    }
    StateRows rows = rows(0, List.of(), brought.build());
    assertTrue(rows.begun().size() + rows.renewed().size() > 2);
  }

  @Test
  void ofEqualEventTimesTheStepsOwnWinsAndPartsOfALaterArrivalBeforeOthers() {
    DeviceColumns old = one(5, "old");
    DeviceColumns stale = one(5, "stale");
    List<State> states =
        List.of(state(0, 30, old), state(1, 15, stale)); // part 1 was left where parts were fewer
    assertEquals(List.of("old"), values(rows(45, states, one(4, "now"))));
    assertEquals(List.of("now"), values(rows(45, states, one(5, "now"))));
  }

  private static StateRows rows(long arrival, List<State> old, DeviceColumns brought) {
    return StateRows.of(
        PARTITION,
        PUMP,
        arrival,
        old,
        Masks.NONE,
        brought,
        reason -> {
          throw new AssertionError(reason);
        });
  }

  private static State state(int part, long arrival, DeviceColumns columns) {
    byte[] bytes = ChunkCodec.encode(columns).getFirst().bytes();
    return new State(PARTITION, PUMP, part, arrival, bytes);
  }

  private static DeviceColumns one(long micros, String text) {
    ColumnsBuilder builder = new ColumnsBuilder();
    builder.add(micros, micros, true, false, "m", new Value.Text(text));
    return builder.build();
  }

  private static List<String> values(StateRows rows) {
    List<StateRows.Row> all = new ArrayList<>(rows.begun());
    all.addAll(rows.renewed());
    return all.stream()
        .flatMap(row -> PackerWorld.decoded(row.state().bytes()).columns().stream())
        .map(column -> ((Value.Text) column.value(0)).value())
        .toList();
  }

  private static List<StateRows.Row> shuffled(List<StateRows.Row> rows, Random random) {
    List<StateRows.Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }

  private static Map<String, Long> seen(Iterable<State> states) {
    Map<String, Long> seen = new HashMap<>();
    for (State state : states) {
      DeviceColumns columns = PackerWorld.decoded(state.bytes());
      for (Column column : columns.columns()) {
        seen.merge(column.metric(), columns.eventTimeMicros(column.row(0)), Math::max);
      }
    }
    return seen;
  }

  private static String noise(int length, int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('!' + random.nextInt(90)));
    }
    return text.toString();
  }
}
