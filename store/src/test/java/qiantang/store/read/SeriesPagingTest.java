package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;

/** Pages put together are the whole, and the whole is what a simple model says. */
class SeriesPagingTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final DeviceId DEVICE = new DeviceId("d");
  private static final long FROM = 10;
  private static final long TO = 60;

  private final ManualTime time = new ManualTime();
  private final MemoryJournal memory = new MemoryJournal(time, Runnable::run, true);
  private final MemoryFolds folds = new MemoryFolds(Runnable::run);
  private final Node node = Node.opened(time, memory, 1);
  private final Reader reader = Readers.over(memory, folds, time, 1 << 20);
  private final SortedMap<String, SortedMap<Long, Value>> model = new TreeMap<>();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void pagesAreTheWhole(int seed) {
    Random random = new Random(seed);
    int metrics = 1 + random.nextInt(12);
    int times = 1 + random.nextInt(70);
    for (int i = random.nextInt(400); i > 0; i--) {
      send(random, metrics, times);
      time.advance(Duration.ofMillis(random.nextInt(2000)));
    }
    SortedMap<String, SortedMap<Long, Value>> whole = new TreeMap<>();
    assertEquals(1, read(1_000_000, whole));
    assertEquals(model, whole);
    int samples = whole.values().stream().mapToInt(Map::size).sum();
    for (int limit : List.of(1, 2, metrics, metrics + 1, 17, 100, Math.max(1, samples))) {
      SortedMap<String, SortedMap<Long, Value>> paged = new TreeMap<>();
      read(limit, paged);
      assertEquals(model, paged, "limit " + limit);
    }
  }

  /** One message of one to three readings, of few times so that they meet. */
  private void send(Random random, int metrics, int times) {
    List<Reading> readings = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      long eventTime = random.nextInt(times);
      List<MetricValue> values = new ArrayList<>();
      for (int m = 0; m < metrics; m++) {
        if (random.nextInt(3) > 0) {
          Value value = new Value.Int(random.nextInt(1000));
          values.add(new MetricValue("m" + m, value));
          if (eventTime >= FROM && eventTime < TO) {
            model.computeIfAbsent("m" + m, key -> new TreeMap<>()).put(eventTime, value);
          }
        }
      }
      readings.add(new Reading(DEVICE, eventTime, true, false, values));
    }
    assertTrue(
        node.send(ACME, new Entry.Readings(DEVICE, time.micros(), readings)).isAcknowledged());
  }

  /** Puts the pages together and returns how many there were. */
  private int read(int limit, SortedMap<String, SortedMap<Long, Value>> into) {
    long from = FROM;
    int pages = 0;
    while (true) {
      SeriesAnswer page =
          Stages.done(reader.series(new SeriesRequest(ACME, DEVICE, List.of(), from, TO, limit)));
      pages++;
      TreeSet<Long> instants = new TreeSet<>();
      int size = 0;
      for (Series series : page.series()) {
        for (Sample sample : series.samples()) {
          instants.add(sample.eventTimeMicros());
          Value before =
              into.computeIfAbsent(series.metric(), key -> new TreeMap<>())
                  .put(sample.eventTimeMicros(), sample.value());
          assertEquals(null, before, "no sample twice");
          size++;
        }
      }
      assertTrue(size <= limit || instants.size() == 1, "more than the limit: " + size);
      Long next = page.nextFromMicros();
      assertEquals(next == null, page.completeness().complete());
      if (next == null) {
        return pages;
      }
      assertEquals("limit", page.completeness().truncatedBy());
      assertTrue(next > from && size > 0, "a page that goes on goes forward");
      from = next;
    }
  }
}
