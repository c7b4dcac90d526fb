package qiantang.query.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.read.Followed;

final class LiveStreamTest {
  private static final int ALL = 1 << 20;

  private long nanos;
  private LiveStream stream = stream(Duration.ZERO);

  private LiveStream stream(Duration leastInterval) {
    return new LiveStream(leastInterval, mark(0), () -> nanos);
  }

  private static Mark mark(int number) {
    return new Mark(new Followed(number, List.of(), null));
  }

  private static LiveEvent.Measured measured(int number, String device, int value) {
    return new LiveEvent.Measured(
        mark(number),
        number * 1000L,
        new DeviceId(device),
        number * 1000L,
        List.of(new MetricValue("m", new Value.Int(value))));
  }

  private void put(int number, String device) {
    LiveEvent.Measured measured = measured(number, device, number);
    stream.put(new Shared(measured), measured);
  }

  private String take() {
    return new String(stream.take(ALL), UTF_8);
  }

  private List<String> taken() {
    return take().lines().filter(line -> line.startsWith("data: ")).toList();
  }

  private static List<String> ids(String text) {
    return text.lines().filter(line -> line.startsWith("id: ")).map(l -> l.substring(4)).toList();
  }

  @Test
  void aClientThatTakesNothingIsHeldWithinItsBytesAndToldWhatItMissed() {
    for (int i = 1; i <= 100_000; i++) {
      put(i, "d");
    }
    String text = take();
    assertTrue(text.length() < 2 * LiveStream.HELD_BYTES_MAX, "held " + text.length());
    List<String> data = text.lines().filter(line -> line.startsWith("data: ")).toList();
    long told = data.size() - 1L;
    assertEquals(
        "data: {\"count\":%d,\"from\":%d,\"to\":100000}".formatted(100_000 - told, told + 1),
        data.getLast());
    assertEquals(mark(100_000).text(), ids(text).getLast());
    put(100_001, "d");
    assertEquals(1, taken().size(), "it goes on");
  }

  @Test
  void nothingIsMissedByWhoTakesAsItComes() {
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      put(i, "d");
      all.addAll(taken());
    }
    assertEquals(10_000, all.size());
  }

  @Test
  void ofAnIntervalTheNewestIsToldWithAnIdThatLosesNothing() {
    stream = stream(Duration.ofSeconds(1));
    put(1, "a");
    put(2, "b");
    put(3, "a");
    assertEquals(List.of(), taken());
    nanos += Duration.ofSeconds(1).toNanos();
    stream.tick();
    put(4, "b"); // takes the place of one that was to be told
    put(5, "c");
    String text = take();
    assertEquals(
        List.of("3", "4"),
        text.lines()
            .filter(line -> line.startsWith("data: "))
            .map(line -> line.replaceAll(".*\"m\":([0-9]+).*", "$1"))
            .toList());
    // Who comes back with the first one's id is told the second again; 5 waits.
    assertEquals(List.of(mark(0).text(), mark(3).text()), ids(text));
  }

  @Test
  void anIntervalIsCutShortBeforeAnythingIsMissed() {
    stream = stream(Duration.ofSeconds(10));
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= 5_000; i++) {
      put(i, "d" + i);
      all.addAll(taken());
    }
    nanos += Duration.ofSeconds(10).toNanos();
    stream.checked(nanos);
    stream.tick();
    all.addAll(taken());
    assertEquals(5_000, all.size());
    assertTrue(all.stream().noneMatch(line -> line.contains("count")));
  }

  @Test
  void nothingIsToldWhenNobodySaysThatItMayBe() {
    put(1, "d");
    nanos += LiveStream.UNCHECKED_MAX.toNanos() + 1;
    assertEquals("", take());
    stream.beat();
    assertEquals(":\n\n", take());
    stream.checked(nanos);
    assertEquals(1, taken().size());
  }

  @Test
  void whoIsToldNothingHearsACommentEachBeat() {
    long beatNanos = LiveStream.BEAT.toNanos();
    long lookNanos = LiveStream.BEAT_LOOK_EACH.toNanos();
    long heardNanos = 0;
    for (int look = 0; look < 100; look++) {
      nanos += lookNanos;
      stream.checked(nanos);
      stream.beat();
      if (look == 49) {
        put(1, "d");
      }
      if (!take().isEmpty()) {
        heardNanos = nanos;
      }
      assertTrue(nanos - heardNanos < beatNanos, "silent for " + (nanos - heardNanos) + " ns");
    }
    put(2, "d");
    assertEquals(1, taken().size());
    stream.beat();
    assertEquals("", take(), "who was just told something needs no comment");
  }

  @Test
  void theEndIsTheLastAndTakesTheRestWithIt() {
    List<String> reasons = new ArrayList<>();
    stream.whenClosed(reasons::add);
    put(1, "d");
    stream.end("leave-ended");
    put(2, "d");
    assertEquals(List.of("data: {\"reason\":\"leave-ended\"}"), taken());
    assertTrue(stream.isOver());
    stream.close();
    stream.close();
    assertEquals(List.of("leave-ended"), reasons);
  }

  @Test
  void whoTakesNothingForLongIsGone() {
    nanos += LiveStream.PATIENCE.toNanos() + 1;
    assertTrue(!stream.isStuck(), "there was nothing to take");
    put(1, "d");
    assertTrue(stream.isStuck());
  }
}
