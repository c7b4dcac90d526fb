package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import qiantang.store.fold.FoldTables;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;
import qiantang.store.read.Tiers.Lane;

/** One reader that is asked again and again, while lanes are sorted. */
class KeptBlocksTest {
  private static final DeviceId DEVICE = new DeviceId("d0");
  private static final Lane LOW = new Lane(1, 0);
  private static final Lane HIGH = new Lane(2, 0);
  private static final long SPAN = Math.floorDiv(new Tiers().time.minute(), 60) * 60 - 60;

  private final Tiers tiers = new Tiers();
  private int rows;
  private final FoldTables watched =
      AlteredFolds.folds(
          tiers.folds,
          (method, answer) -> {
            rows += method.equals("readBlocks") ? ((List<?>) answer).size() : 0;
            return answer;
          });
  private final Reader reader = Readers.over(tiers.journal, watched, tiers.time, 1 << 20);

  @Test
  void whatAllLanesAreSortedPastIsReadOnceForAllDevicesOfAGroup() {
    send(LOW, SPAN + 1, 7);
    tiers.beat(LOW.start(), SPAN + 20);
    tiers.sorted(LOW, SPAN + 10);
    assertHolds(7);
    assertEquals(1, rows);
    assertHolds(7);
    Stages.done(reader.latest(tiers.enterprise, DEVICE));
    assertEquals(1, rows);
    send(LOW, SPAN + 21, 8);
    tiers.beat(LOW.start(), SPAN + 30);
    tiers.sorted(LOW, SPAN + 25);
    assertHolds(7, 8);
    assertEquals(2, rows, "the new one alone");
    assertHolds(7, 8);
    assertEquals(2, rows);
  }

  @Test
  void blocksOfALaneThatIsNotSortedYetAreStillToCome() {
    send(LOW, SPAN + 1, 7);
    send(HIGH, SPAN + 1, 8);
    send(HIGH, SPAN + 3, 9);
    tiers.sorted(LOW, SPAN + 10);
    tiers.sorted(HIGH, SPAN + 2);
    assertHolds(7, 8, 9);
    tiers.sorted(HIGH, SPAN + 10);
    assertHolds(7, 8, 9);
  }

  /** Clocks differ: the first label of one node may lie before the last of another. */
  @Test
  void aLaneThatAppearsLaterMayHaveBeenThereAllTheTime() {
    send(LOW, SPAN + 1, 7);
    tiers.sorted(LOW, SPAN + 10);
    assertHolds(7);
    send(HIGH, SPAN + 1, 8);
    tiers.sorted(HIGH, SPAN + 10);
    assertHolds(7, 8);
    assertHolds(7, 8);
    assertEquals(3, rows, "one, and then both once more");
  }

  @Test
  void whatWasPackedMeanwhileIsLeftOut() {
    send(LOW, SPAN + 1, 7);
    send(LOW, SPAN + 31, 8);
    tiers.beat(LOW.start(), SPAN + 50);
    tiers.sorted(LOW, SPAN + 45);
    assertHolds(7, 8);
    tiers.pack(SPAN);
    tiers.writePacked(SPAN + 15);
    assertHolds(7, 8);
    assertEquals(2, rows);
  }

  private void send(Lane lane, long minute, long value) {
    tiers.frame(
        lane,
        minute,
        Tiers.message("d0", minute * Tiers.MINUTE_MICROS + value, Tiers.value("m0", value)));
  }

  private void assertHolds(Integer... values) {
    SeriesAnswer answer =
        Stages.done(
            reader.series(
                new SeriesRequest(
                    tiers.enterprise, DEVICE, List.of(), 0, Long.MAX_VALUE, 1_000_000)));
    Set<String> found = new TreeSet<>();
    for (Sample sample : answer.series().getFirst().samples()) {
      found.add(sample.value() instanceof Value.Int one ? Long.toString(one.value()) : "?");
    }
    Set<String> expected = new TreeSet<>();
    List.of(values).forEach(value -> expected.add(value.toString()));
    assertEquals(expected, found);
  }
}
