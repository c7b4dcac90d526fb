package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Entries;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.Register;
import qiantang.store.model.StartId;

class RegisterMergeTest {
  private static final DeviceId DEVICE = new DeviceId("d");

  private record Placed(Place place, Entry entry) {}

  /** An open session and the start that it is on. */
  private record Open(int start, long session) {}

  @Test
  void inWhateverOrderAndPartsTheSameComesOut() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Placed> log = log(random);
      Register whole = merged(null, 0, log);
      List<Placed> shuffled = new ArrayList<>(log);
      shuffled.addAll(log.subList(0, log.size() / 2));
      Collections.shuffle(shuffled, random);
      assertEquals(whole, merged(null, 0, shuffled), "seed " + seed);
      for (long minute = 0; minute <= 20; minute++) {
        assertEquals(whole, byAndSince(minute, shuffled, random), "seed " + seed + " at " + minute);
      }
    }
  }

  /** As of a minute, and then what came since, with some of what came before. */
  private static Register byAndSince(long minute, List<Placed> log, Random random) {
    List<Placed> before = new ArrayList<>();
    List<Placed> since = new ArrayList<>();
    for (Placed placed : log) {
      boolean isBefore = placed.place.minute() < minute;
      (isBefore ? before : since).add(placed);
      if (isBefore && random.nextInt(3) == 0) {
        since.add(placed);
      }
    }
    return before.isEmpty()
        ? merged(null, 0, since)
        : merged(merged(null, 0, before), minute, since);
  }

  @Test
  void ofTwoBasesTheLaterCounts() {
    Register open = merged(null, 0, List.of(presence(3, 1, true, 30)));
    Register closed = merged(null, 0, List.of(presence(3, 1, true, 30), presence(4, 1, false, 40)));
    RegisterMerge laterFirst = new RegisterMerge();
    laterFirst.base(closed, 15);
    laterFirst.base(open, 4);
    assertEquals(closed, laterFirst.register());
    RegisterMerge laterLast = new RegisterMerge();
    laterLast.base(open, 4);
    laterLast.base(closed, 15);
    assertEquals(closed, laterLast.register());
  }

  @Test
  void theLastByArrivalTimeIsKeptThoughItsPlaceIsEarlier() {
    Placed late = presence(3, 1, false, 99);
    Placed early = presence(7, 2, true, 50);
    assertEquals(late.entry, merged(null, 0, List.of(early, late)).last());
    Register base = merged(null, 0, List.of(late));
    assertEquals(late.entry, merged(base, 5, List.of(early)).last());
    Placed tie = presence(8, 3, true, 99);
    assertEquals(tie.entry, merged(base, 5, List.of(tie)).last());
  }

  @Test
  void ofMoreSessionsThanAreToldApartTheLastThatBeganAreKept() {
    RegisterMerge merge = new RegisterMerge();
    for (int i = 0; i < RegisterMerge.SESSIONS_MAX + 10; i++) {
      Placed placed = presence(3, i, true, 1000 + i);
      merge.add(placed.place, placed.entry);
    }
    List<Register.OpenSession> open = merge.register().open();
    assertEquals(RegisterMerge.SESSIONS_MAX, open.size());
    assertEquals(10, open.getFirst().begin().session());
  }

  @Test
  void onlyBirthsAndPresenceConcernARegister() {
    assertEquals(DEVICE, RegisterMerge.deviceOf(presence(1, 1, true, 1).entry));
    assertEquals(
        DEVICE, RegisterMerge.deviceOf(new Entry.Birth(DEVICE, "d", new DeviceId("g"), null, 1)));
    assertNull(RegisterMerge.deviceOf(Entries.reading("d", "m", 1, 1, 1)));
  }

  /** Births and sessions of two starts; each session's begin lies before its end. */
  private static List<Placed> log(Random random) {
    List<Placed> log = new ArrayList<>();
    List<Open> open = new ArrayList<>();
    long sequence = 0;
    for (long minute = 1; minute < 20; minute++) {
      for (int i = random.nextInt(4); i > 0; i--) {
        sequence++;
        int start = random.nextInt(2);
        // Clocks of two nodes differ, and some records arrive at one time.
        long arrival = minute * 60 + random.nextInt(90);
        int kind = random.nextInt(3);
        if (kind == 0) {
          DeviceId gateway = new DeviceId("g" + random.nextInt(3));
          Entry birth = new Entry.Birth(DEVICE, "n" + i, gateway, null, arrival);
          log.add(new Placed(place(start, minute, sequence), birth));
        } else if (kind == 1) {
          open.add(new Open(start, sequence));
          Entry begin = Entries.presence("d", sequence, true, "connect", arrival);
          log.add(new Placed(place(start, minute, sequence), begin));
        } else if (!open.isEmpty()) {
          Open ended = open.remove(random.nextInt(open.size()));
          Entry end = Entries.presence("d", ended.session, false, "keep-alive", arrival);
          log.add(new Placed(place(ended.start, minute, sequence), end));
        }
      }
    }
    return log;
  }

  private static Register merged(@Nullable Register base, long minute, List<Placed> log) {
    RegisterMerge merge = new RegisterMerge();
    int middle = log.size() / 2;
    log.subList(0, middle).forEach(placed -> merge.add(placed.place, placed.entry));
    if (base != null) {
      merge.base(base, minute);
    }
    log.subList(middle, log.size()).forEach(placed -> merge.add(placed.place, placed.entry));
    return merge.register();
  }

  private static Placed presence(long minute, long session, boolean connected, long arrival) {
    String reason = connected ? "connect" : "disconnect";
    return new Placed(
        place(0, minute, arrival), Entries.presence("d", session, connected, reason, arrival));
  }

  private static Place place(int start, long minute, long sequence) {
    LaneMinute partition = new LaneMinute(new StartId(new UUID(0, start)), 0, minute);
    return new Place(new FrameKey(partition, sequence), 3);
  }
}
