package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.harness.Entries;
import qiantang.store.harness.FaultyTables.Fault;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Node.Sent;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * Seeded histories of two nodes with lost, late and hanging writes, sleeps, seals and clocks that
 * step: whatever happens, what was acknowledged is in the next answer, and stays.
 */
class HistoryTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final DeviceId DEVICE = new DeviceId("d");
  private static final int STEPS = 150;

  private final ManualTime time = new ManualTime();
  private final MemoryJournal memory = new MemoryJournal(time, Runnable::run, true);
  private final MemoryFolds folds = new MemoryFolds(Runnable::run);
  private final Reader following = reader(1 << 20);
  private final List<Node> nodes = new ArrayList<>();
  private final List<Boolean> frozen = new ArrayList<>();
  private final Map<Sent, Long> sent = new HashMap<>();
  private long starts;
  private long values;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void whatWasAcknowledgedIsInTheNextAnswer(int tens) {
    for (int seed = tens * 10; seed < tens * 10 + 10; seed++) {
      new HistoryTest().run(seed);
    }
  }

  private void run(int seed) {
    Random random = new Random(seed);
    begin();
    begin();
    for (int step = 0; step < STEPS; step++) {
      int which = random.nextInt(2);
      act(random, which);
      if (nodes.get(which).timesSealed() > 0 && !frozen.get(which)) {
        nodes.get(which).journal().close();
        nodes.remove(which);
        frozen.remove(which);
        begin();
      }
      if (step % 3 == 0) {
        check("seed " + seed + ", step " + step);
      }
    }
    long acknowledged = sent.keySet().stream().filter(Sent::isAcknowledged).count();
    assertTrue(acknowledged > 20, "a history in which nothing happens: seed " + seed);
  }

  private void begin() {
    nodes.add(Node.opened(time, memory, ++starts));
    frozen.add(false);
  }

  private void act(Random random, int which) {
    Node node = nodes.get(which);
    Fault[] faults = Fault.values();
    Fault fault = faults[random.nextInt(faults.length)];
    switch (random.nextInt(22)) {
      case 0 -> node.tables().failNext(Op.INSERT_FRAME, fault);
      case 1 -> node.tables().failNext(Op.INSERT_WHEREABOUTS, fault);
      case 2 -> node.tables().failNext(Op.BEAT, fault);
      case 3 -> node.tables().applyLate();
      case 4 -> time.stepWallClock(Duration.ofMinutes(random.nextInt(121) - 60));
      case 5 -> {
        if (!frozen.get(which)) {
          frozen.set(which, true);
          node.freeze();
        }
      }
      case 6, 7 -> {
        if (frozen.get(which)) {
          frozen.set(which, false);
          node.thaw();
        }
      }
      case 8 -> time.advance(Duration.ofSeconds(random.nextInt(90)));
      case 9 -> time.advance(Duration.ofSeconds(random.nextInt(10)));
      default -> {
        long value = ++values;
        sent.put(node.send(ACME, Entries.reading("d", "m", value, time.micros(), value)), value);
        time.advance(Duration.ofMillis(random.nextInt(300)));
      }
    }
  }

  private void check(String when) {
    Set<Long> acknowledged =
        sent.entrySet().stream()
            .filter(entry -> entry.getKey().isAcknowledged())
            .map(Map.Entry::getValue)
            .collect(Collectors.toSet());
    SeriesAnswer answer = series(following);
    Set<Long> found =
        answer.series().stream()
            .flatMap(series -> series.samples().stream())
            .map(Series.Sample::eventTimeMicros)
            .collect(Collectors.toSet());
    acknowledged.removeAll(found);
    assertEquals(Set.of(), acknowledged, when + ": acknowledged and not found");
    assertEquals(0, answer.completeness().damagedFrames(), when);
  }

  private Reader reader(long cacheBytes) {
    return Readers.over(memory, folds, time, cacheBytes);
  }

  private static SeriesAnswer series(Reader reader) {
    return Stages.done(
        reader.series(new SeriesRequest(ACME, DEVICE, List.of(), 0, Long.MAX_VALUE, 1_000_000)));
  }
}
