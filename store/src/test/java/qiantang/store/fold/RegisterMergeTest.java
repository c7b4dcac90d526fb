package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  void whoIsGoneIsNamedAgainOnlyByABirthThatCameLater() {
    Placed born = new Placed(place(0, 3, 1), Entries.birth("d", "g", 5, 30));
    Placed gone = new Placed(place(0, 4, 2), Entries.death("d", 5, "ddeath", 40));
    Placed again = new Placed(place(0, 9, 3), Entries.birth("d", "g", 5, 90));
    Register dead = merged(null, 0, List.of(born, gone));
    assertEquals(new Register.Gone(40, "ddeath"), dead.gone());
    assertEquals(List.of(), dead.named());
    assertTrue(dead.isSpokenFor());
    Register back = merged(dead, 6, List.of(again));
    assertNull(back.gone());
    assertEquals(90, back.named().getFirst().micros());
  }

  @Test
  void aDeathOfAnOldSessionLeavesTheNewOnesWord() {
    Placed old = new Placed(place(0, 3, 1), Entries.birth("d", "g", 5, 30));
    Placed moved = new Placed(place(1, 3, 1), Entries.birth("d", "g", 5, 31));
    Placed late = new Placed(place(0, 4, 2), Entries.death("d", 5, "keep-alive", 40));
    Register register = merged(null, 0, List.of(late, old, moved));
    assertNull(register.gone());
    assertEquals(
        List.of(new StartId(new UUID(0, 1))),
        register.named().stream().map(Register.Naming::start).toList());
  }

  @Test
  void theLastSessionsThatNamedADeviceAreKept() {
    RegisterMerge merge = new RegisterMerge();
    for (int i = 0; i < RegisterMerge.NAMED_MAX + 3; i++) {
      merge.add(place(0, 3, i), Entries.birth("d", "g", i, i));
    }
    assertEquals(RegisterMerge.NAMED_MAX, merge.register().named().size());
    assertEquals(3, merge.register().named().getFirst().session());
  }

  @Test
  void theEndsOfSessionsThatNamedOthersAreKeptTheLastOnes() {
    List<Placed> log = new ArrayList<>();
    for (int i = 0; i < 3 * RegisterMerge.ENDED_MAX; i++) {
      int minute = 3 + i;
      log.add(presence(minute, i, true, 1000 + 10 * i));
      if (i % 2 == 0) {
        log.add(new Placed(place(0, minute, 1001 + 10 * i), Entries.birth("s", "d", i, 1)));
      }
      log.add(presence(minute, i, false, 1005 + 10 * i));
    }
    List<Register.Ended> ended = merged(null, 0, log).ended();
    assertEquals(RegisterMerge.ENDED_MAX, ended.size());
    int last = 3 * RegisterMerge.ENDED_MAX - 2;
    assertEquals(
        new Register.Ended(new StartId(new UUID(0, 0)), last, 1005 + 10 * last, "disconnect"),
        ended.getLast());
    Register open = merged(null, 0, log.subList(0, 2));
    assertTrue(open.open().getFirst().hasNamed());
    assertEquals(
        1005, merged(open, 4, List.of(presence(4, 0, false, 1005))).ended().getFirst().micros());
    assertEquals(List.of(), merged(null, 0, List.of(log.get(0), log.get(2))).ended());
  }

  @Test
  void aDeathAloneMakesNoDevice() {
    RegisterMerge merge = new RegisterMerge();
    merge.add(place(0, 3, 1), Entries.death("d", 5, "ddeath", 40));
    assertFalse(merge.isKnown());
    assertNull(merge.register().gone());
  }

  @Test
  void onlyBirthsDeathsAndPresenceConcernARegister() {
    assertEquals(DEVICE, RegisterMerge.deviceOf(Entries.death("d", 1, "ddeath", 1)));
    assertEquals(DEVICE, RegisterMerge.deviceOf(presence(1, 1, true, 1).entry));
    assertEquals(
        DEVICE, RegisterMerge.deviceOf(new Entry.Birth(DEVICE, "d", new DeviceId("g"), null, 1)));
    assertNull(RegisterMerge.deviceOf(Entries.reading("d", "m", 1, 1, 1)));
  }

  private static boolean isOften(Random random, boolean isThere) {
    return isThere && random.nextBoolean();
  }

  /**
   * Births, deaths and sessions of two starts, some of which name another device; each session's
   * begin lies before its end.
   */
  private static List<Placed> log(Random random) {
    List<Placed> log = new ArrayList<>();
    List<Open> open = new ArrayList<>();
    boolean ownSessions = random.nextInt(3) == 0;
    long sequence = 0;
    for (long minute = 1; minute < 20; minute++) {
      for (int i = random.nextInt(4); i > 0; i--) {
        sequence += 2;
        int start = random.nextInt(2);
        // Clocks of two nodes differ, and some records arrive at one time.
        long arrival = minute * 60 + random.nextInt(90);
        // Most have no session of their own: then it is births and deaths that tell.
        int kind = random.nextInt(isOften(random, ownSessions) ? 4 : 2);
        Long session = random.nextInt(6) == 0 ? null : Long.valueOf(-1 - random.nextInt(2));
        if (kind == 1) {
          long died = session == null ? -1 : session;
          Entry death = Entries.death("d", died, "ddeath", arrival);
          log.add(new Placed(place(start, minute, sequence), death));
        } else if (kind == 0) {
          DeviceId gateway = new DeviceId("g" + random.nextInt(3));
          Entry birth = new Entry.Birth(DEVICE, "n" + i, gateway, null, session, arrival);
          log.add(new Placed(place(start, minute, sequence), birth));
        } else if (kind == 2) {
          open.add(new Open(start, sequence));
          Entry begin = Entries.presence("d", sequence, true, "connect", arrival);
          log.add(new Placed(place(start, minute, sequence), begin));
          if (random.nextBoolean()) {
            Entry other = Entries.birth("s", "d", sequence, arrival);
            log.add(new Placed(place(start, minute, sequence + 1), other));
          }
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
    log.subList(0, middle).forEach(placed -> take(merge, placed));
    if (base != null) {
      merge.base(base, minute);
    }
    log.subList(middle, log.size()).forEach(placed -> take(merge, placed));
    return merge.register();
  }

  private static void take(RegisterMerge merge, Placed placed) {
    if (placed.entry instanceof Entry.Birth birth && birth.gateway().equals(DEVICE)) {
      merge.names(placed.place, birth);
    } else {
      merge.add(placed.place, placed.entry);
    }
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
