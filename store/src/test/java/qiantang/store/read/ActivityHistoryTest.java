package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.fold.FoldTables;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.model.DeviceId;

/** Whatever has been folded, and whatever is folded meanwhile: what devices did does not change. */
class ActivityHistoryTest {
  private static final int SEEDS_EACH = 3;
  private static final int STEPS = 700;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void activityIsTheSameWhateverIsFolded(int threes) {
    for (int seed = threes * SEEDS_EACH; seed < (threes + 1) * SEEDS_EACH; seed++) {
      run(seed);
    }
  }

  private static void run(int seed) {
    Random random = new Random(seed);
    ActivityHistory history = new ActivityHistory(random);
    Reader unfolded =
        Readers.over(history.journal, new MemoryFolds(Runnable::run), history.time, 1 << 24);
    Reader folded = Readers.over(history.journal, history.folds, history.time, 1 << 20);
    Watched.Watcher folding =
        method -> {
          for (int i = random.nextInt(6) == 0 ? random.nextInt(20) : 0; i > 0; i--) {
            history.fold();
          }
          return null;
        };
    Reader meanwhile =
        Readers.over(
            Watched.tables(JournalTables.class, history.journal, folding),
            Watched.tables(FoldTables.class, history.folds, folding),
            history.time,
            1 << 20);
    for (int step = 0; step < STEPS; step++) {
      history.act();
      for (int i = random.nextInt(4); i > 0; i--) {
        history.fold();
      }
      if (step % 10 == 0) {
        String when = "seed " + seed + ", step " + step;
        String expected = text(unfolded);
        assertEquals(expected, text(folded), when);
        assertEquals(expected, text(meanwhile), when + ", folded meanwhile");
        if (step % 50 == 0) {
          assertEachAlone(random.nextBoolean() ? folded : meanwhile, when);
        }
      }
    }
    assertTrue(history.deaths > 10 && history.packs > 100, "a history in which folds do nothing");
    Activity last = Stages.done(folded.activity(ActivityHistory.ACME));
    assertTrue(last.completeness().sources().contains("states"), "nothing was packed");
  }

  /** Asked for one by one, devices are what they are among all. */
  private static void assertEachAlone(Reader reader, String when) {
    var all = Stages.done(reader.activity(ActivityHistory.ACME)).devices();
    for (int device = 0;
        device <= ActivityHistory.DEVICES + ActivityHistory.SUB_DEVICES;
        device++) {
      int sub = device - ActivityHistory.DEVICES - 1;
      DeviceId id = new DeviceId(sub < 0 ? "d" + device : "s" + sub);
      assertEquals(
          Optional.ofNullable(all.get(id)),
          Stages.done(reader.activity(ActivityHistory.ACME, id)),
          when + ", " + id + " alone");
    }
  }

  private static String text(Reader reader) {
    Activity activity = Stages.done(reader.activity(ActivityHistory.ACME));
    assertEquals(0, activity.completeness().damagedFrames());
    StringBuilder text = new StringBuilder();
    activity.devices().forEach((id, device) -> text.append(id).append(device).append('\n'));
    return text.append(activity.counts())
        .append(activity.completeness().freshnessMicros())
        .toString();
  }
}
