package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.read.Folded.DEVICE;
import static qiantang.store.read.Folded.ENTERPRISE;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.EventId;
import qiantang.store.fold.Masks;
import qiantang.store.harness.Entries;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;
import qiantang.store.summary.Aggregate;

/**
 * A device that is created under the id of a deleted one is told as one that never had another
 * before it, to which the same happened, whatever was folded when.
 */
class BeginningsTest {
  private static final DeviceId FRESH = new DeviceId("fresh");
  private static final long SECOND = 1_000_000;

  private final Folded world = new Folded();
  private final Reader reader = world.reader(Reader.RECENT_MAX);
  private long session;
  private long oldMicros;

  /** How far is folded before the deletion, before the new one says something, and at the end. */
  static Stream<List<Integer>> folds() {
    return IntStream.range(0, 27).mapToObj(i -> List.of(i / 9, i / 3 % 3, i % 3));
  }

  @ParameterizedTest
  @MethodSource("folds")
  void itBeginsAnew(List<Integer> folds) {
    oldLife();
    fold(folds.get(0));
    again();
    for (DeviceId device : List.of(DEVICE, FRESH)) {
      assertAlike(device);
    }
    assertEquals(Map.of(), Stages.done(reader.latest(ENTERPRISE, DEVICE)).byMetric());
    assertNull(activity(DEVICE));
    fold(folds.get(1));
    assertEquals(Map.of(), Stages.done(reader.latest(ENTERPRISE, DEVICE)).byMetric());
    assertNull(activity(DEVICE));

    newLife();
    assertAlike(DEVICE);
    world.time.advance(Duration.ofMinutes(20));
    fold(folds.get(2));
    assertAlike(DEVICE);
    assertEquals(
        Map.of("m", new Value.Int(7)),
        values(Stages.done(reader.latest(ENTERPRISE, DEVICE)).byMetric()));
    assertEquals(1, rejections(DEVICE));

    newLife(); // and on
    world.time.advance(Duration.ofMinutes(40));
    assertAlike(DEVICE);
    fold(2);
    assertAlike(DEVICE);
  }

  @ParameterizedTest
  @MethodSource("folds")
  void forAllDevicesTogetherWhatTheOldOneSentCounts(List<Integer> folds) {
    oldLife();
    fold(folds.get(0));
    assertEquals(40, sum(true));
    again();
    fold(folds.get(1));
    newLife();
    world.time.advance(Duration.ofMinutes(20));
    fold(folds.get(2));
    assertEquals(40 + 7 + 7, sum(true));
    assertEquals(7 + 7, sum(false), "of a part");
  }

  @Test
  void whatAGatewayBringsBackBeginsWithTheDeletion() {
    oldLife();
    Device row = device(DEVICE);
    Stages.done(world.registry.deleteDevice(row, world.time.instant(), false, change()));
    world.time.advance(Duration.ofSeconds(3));
    world.send(0, DEVICE, world.time.micros(), value("m", 40)); // acknowledged, so to be seen
    world.time.advance(Duration.ofSeconds(20));
    world.send(0, DEVICE, world.time.micros() - SECOND, value("m", 41));
    world.time.advance(Duration.ofSeconds(2)); // it is entered behind its first words
    assertTrue(Stages.done(world.registry.discoverDevice(device(DEVICE))));
    assertEquals(
        Map.of("m", new Value.Int(41)),
        values(Stages.done(reader.latest(ENTERPRISE, DEVICE)).byMetric()));
    assertEquals(1, series(DEVICE).size());
    assertEquals(2, series(DEVICE).getFirst().samples().size());
  }

  @Test
  void whoHearsOfChangesReadsThemOnce() {
    int[] reads = {0};
    boolean[] hears = {true};
    Registry counted =
        Watched.tables(
            Registry.class,
            world.registry,
            method -> {
              reads[0] += method.equals("beginnings") ? 1 : 0;
              return null;
            });
    Beginnings beginnings = new Beginnings(counted, () -> hears[0]);
    long never = Long.MIN_VALUE;
    assertEquals(never, begun(beginnings));
    assertEquals(never, begun(beginnings));
    assertEquals(1, reads[0]);
    Stages.done(world.registry.createDevice(device(DEVICE)));
    again();
    assertEquals(never, begun(beginnings), "the word has not come");
    beginnings.forget(ENTERPRISE);
    assertTrue(begun(beginnings) > never);
    assertTrue(begun(beginnings) > never);
    assertEquals(2, reads[0]);
    hears[0] = false;
    begun(beginnings);
    begun(beginnings);
    assertEquals(4, reads[0]);
  }

  private static long begun(Beginnings beginnings) {
    return Stages.done(beginnings.with(ENTERPRISE, Masks.NONE)).begunMicros(DEVICE);
  }

  /** Its newest value is of a time that the new one's values do not reach. */
  private void oldLife() {
    Stages.done(world.registry.createDevice(device(DEVICE)));
    session++;
    world.record(0, Entries.presence("d", session, true, "connect", world.time.micros()));
    world.record(0, Entries.birth("d", "gateway", session, world.time.micros()));
    oldMicros = world.time.micros() + 240 * SECOND;
    world.send(0, DEVICE, oldMicros, value("m", 40), value("old", 1));
    world.record(1, Entries.rejection("d", Reason.MALFORMED, world.time.micros()));
    world.time.advance(Duration.ofSeconds(100));
  }

  /** It is deleted and created at once; its session ends when its node hears of it. */
  private void again() {
    Stages.done(world.registry.deleteDevice(device(DEVICE), world.time.instant(), false, change()));
    world.time.advance(Duration.ofSeconds(1));
    assertTrue(Stages.done(world.registry.createDevice(device(DEVICE))));
    world.time.advance(Duration.ofSeconds(2));
    world.record(
        0, Entries.presence("d", session, false, "credential-revoked", world.time.micros()));
  }

  private void newLife() {
    world.time.advance(Duration.ofSeconds(5));
    session++;
    long first = session;
    session++;
    record("connect", true, first);
    for (DeviceId device : List.of(DEVICE, FRESH)) {
      world.send(0, device, oldMicros - 10 * SECOND - first, value("m", 7));
      world.record(0, Entries.rejection(device.text(), Reason.MALFORMED, world.time.micros()));
    }
    world.time.advance(Duration.ofSeconds(30));
    record("keep-alive", false, first);
  }

  private void record(String reason, boolean isBegin, long first) {
    long second = first + 1_000;
    world.record(0, Entries.presence("d", first, isBegin, reason, world.time.micros()));
    world.record(0, Entries.presence("fresh", second, isBegin, reason, world.time.micros()));
  }

  /** 1 sorts, 2 packs too, what is old enough. */
  private void fold(int how) {
    if (how > 0) {
      world.time.advance(Duration.ofMinutes(how == 1 ? 3 : 40));
      world.sort();
    }
    if (how > 1) {
      world.pack();
    }
  }

  private void assertAlike(DeviceId device) {
    assertEquals(
        Stages.done(reader.latest(ENTERPRISE, FRESH)).byMetric(),
        Stages.done(reader.latest(ENTERPRISE, device)).byMetric());
    assertEquals(series(FRESH), series(device));
    assertEquals(activity(FRESH), activity(device));
    assertEquals(
        Stages.done(reader.activity(ENTERPRISE)).devices().get(FRESH),
        Stages.done(reader.activity(ENTERPRISE)).devices().get(device));
    assertEquals(rejections(FRESH), rejections(device));
    assertEquals(connections(FRESH), connections(device));
  }

  private List<Series> series(DeviceId device) {
    return Stages.done(
            reader.series(
                new SeriesRequest(
                    ENTERPRISE, device, List.of(), 0, oldMicros + 3600 * SECOND, 1000)))
        .series();
  }

  private @Nullable DeviceActivity activity(DeviceId device) {
    return Stages.done(reader.activity(ENTERPRISE, device)).orElse(null);
  }

  private int rejections(DeviceId device) {
    RejectionsRequest all =
        new RejectionsRequest(ENTERPRISE, device, null, 0, Long.MAX_VALUE, null, 100);
    return Stages.done(reader.rejections(all)).items().size();
  }

  private List<String> connections(DeviceId device) {
    ConnectionsRequest all =
        new ConnectionsRequest(ENTERPRISE, device, 0, Long.MAX_VALUE, null, 100);
    return Stages.done(reader.connections(all)).items().stream()
        .map(item -> EventId.micros(item.id()) + " " + item.end() + " " + item.deaths())
        .toList();
  }

  private double sum(boolean isWhole) {
    long[] cuts = {oldMicros - 3600 * SECOND, oldMicros + 7200 * SECOND};
    var setOf = new TreeMap<>(Map.of(DEVICE, 0, FRESH, 0));
    SetsAnswer sets =
        Stages.done(
            reader.sets(
                new SetsRequest(
                    ENTERPRISE, setOf, "m", cuts[0], cuts[1], cuts, Aggregate.SUM, isWhole, 9)));
    double ofSets =
        ((SetsAnswer.Found) sets)
            .bySet().values().stream()
                .flatMap(set -> set.byInterval().values().stream())
                .mapToDouble(across -> number(across.of(Aggregate.SUM)))
                .sum();
    if (isWhole) {
      TotalsRequest all =
          new TotalsRequest(
              ENTERPRISE, List.of("m"), cuts[0], cuts[1], cuts, List.of(Aggregate.SUM), 9);
      var found = (IntervalsAnswer.Found) Stages.done(reader.totals(all));
      assertEquals(ofSets, number(found.series().getFirst().samples().getFirst().value()));
    }
    return ofSets;
  }

  private static double number(@Nullable Value value) {
    return value instanceof Value.Int(long whole) ? whole : Double.NaN;
  }

  private static Map<String, Value> values(Map<String, Series.Sample> samples) {
    Map<String, Value> values = new TreeMap<>();
    samples.forEach((metric, sample) -> values.put(metric, sample.value()));
    return values;
  }

  private static MetricValue value(String metric, long value) {
    return new MetricValue(metric, new Value.Int(value));
  }

  private AccessChange change() {
    return AccessChange.ofDevice(world.time.instant(), session, ENTERPRISE, DEVICE);
  }

  private Device device(DeviceId id) {
    return new Device(
        ENTERPRISE,
        id,
        id.text(),
        Device.Kind.DEVICE,
        null,
        "",
        "",
        "",
        false,
        world.time.instant());
  }
}
