package qiantang.store.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.health.Axis.State;
import qiantang.store.health.Evidence.Link;

class HealthTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long PERIOD = 10_000;

  private static final Link ONLINE = new Link(Link.State.ONLINE, NOW - HOUR, "connect", null);
  private static final Link OFFLINE = new Link(Link.State.OFFLINE, NOW - HOUR, "keep-alive", null);

  @Test
  void aDeviceThatReportsIsWellOnAllAxes() {
    Health health = Health.of(evidence(ONLINE, well()), NOW);
    assertOn(health, Axis.LIFECYCLE, State.ACTIVE, "heard-of");
    assertOn(health, Axis.CONNECTION, State.ONLINE, "connect");
    assertOn(health, Axis.DATA, State.FRESH, "readings-come");
    assertOn(health, Axis.QUALITY, State.GOOD, "nothing-found");
  }

  @Test
  void ofWhomNothingCameIsNewForADay() {
    assertOn(untouched(false, NOW - DAY + 1), Axis.LIFECYCLE, State.REGISTERED, "new");
    Health old = untouched(false, NOW - DAY);
    assertOn(old, Axis.LIFECYCLE, State.NEVER_CONNECTED, "nothing-in-a-day");
    assertOn(old, Axis.CONNECTION, State.OFFLINE, "never-connected");
    assertOn(old, Axis.DATA, State.STALE, "never-reported");
    assertOn(old, Axis.QUALITY, State.GOOD, "nothing-found");
    assertEquals(NOW - DAY, old.on(Axis.CONNECTION).sinceMillis());
  }

  @Test
  void nobodyIsFreshBeforeTheFirstArrival() {
    Behaviour unbroken = behaviour(b -> b.unbrokenSinceMillis = NOW - 90_000);
    Evidence late =
        new Evidence(false, false, NOW - DAY, NOW - 30_000, ONLINE, NOW, unbroken, 1.0, null);
    assertEquals(NOW - 30_000, Health.of(late, NOW).on(Axis.DATA).sinceMillis());
    Evidence early =
        new Evidence(false, false, NOW - DAY, NOW - DAY, ONLINE, NOW, unbroken, 1.0, null);
    assertEquals(NOW - 90_000, Health.of(early, NOW).on(Axis.DATA).sinceMillis());
  }

  /** Whatever its clock says. */
  @Test
  void nothingIsSoBeforeADeviceWasKnownNorLaterThanNow() {
    Evidence old =
        new Evidence(
            false,
            false,
            NOW - MINUTE,
            null,
            new Link(Link.State.ONLINE, NOW - 2 * MINUTE, "connect", null),
            NOW - 5 * HOUR,
            last(NOW - 1000, PERIOD),
            1.0,
            null);
    Health late = Health.of(old, NOW);
    assertOn(late, Axis.DATA, State.LATE, "only-old-event-times");
    assertEquals(NOW - 2 * MINUTE, late.on(Axis.DATA).sinceMillis());
    Behaviour ahead = behaviour(b -> b.unbrokenSinceMillis = NOW + 90_000);
    Evidence early = new Evidence(false, false, NOW, NOW - 5, ONLINE, NOW, ahead, 1.0, null);
    assertEquals(NOW, Health.of(early, NOW).on(Axis.DATA).sinceMillis());
  }

  @Test
  void disabledIsOnlyALifecycle() {
    Evidence evidence =
        new Evidence(true, false, NOW - DAY, NOW - DAY, ONLINE, NOW, well(), 1.0, null);
    Health health = Health.of(evidence, NOW);
    assertOn(health, Axis.LIFECYCLE, State.DISABLED, "disabled");
    assertOn(health, Axis.CONNECTION, State.ONLINE, "connect");
    assertOn(health, Axis.DATA, State.FRESH, "readings-come");
  }

  @Test
  void aLateHeartbeatMakesTheConnectionUnknown() {
    Link unclear = new Link(Link.State.UNKNOWN, NOW - HOUR, "connect", null);
    assertOn(
        Health.of(evidence(unclear, well()), NOW),
        Axis.CONNECTION,
        State.UNKNOWN,
        "heartbeat-late");
    assertOn(
        data(unclear, last(NOW, PERIOD), NOW + HOUR), Axis.DATA, State.SILENT, "online-but-silent");
  }

  /** Whoever connects each hour to say something is not silent for the moment until it does. */
  @Test
  void silenceIsCountedFromTheBeginOfTheSession() {
    Link connected = new Link(Link.State.ONLINE, NOW, "connect", null);
    Behaviour seldom = last(NOW - HOUR, PERIOD);
    Health first = data(connected, seldom, NOW + 3 * PERIOD);
    assertOn(first, Axis.DATA, State.STALE, "just-connected");
    assertEquals(NOW - HOUR, first.on(Axis.DATA).sinceMillis());
    Health silent = data(connected, seldom, NOW + 3 * PERIOD + 1);
    assertOn(silent, Axis.DATA, State.SILENT, "online-but-silent");
    assertEquals(NOW, silent.on(Axis.DATA).sinceMillis());
    assertSilentAfterTenMinutes(connected, null);
    assertSilentAfterTenMinutes(connected, NOW - 2 * DAY);
  }

  private static void assertSilentAfterTenMinutes(Link link, @Nullable Long lastEvent) {
    Evidence none = new Evidence(false, false, 0, 0L, link, lastEvent, Behaviour.NONE, null, null);
    assertOn(Health.of(none, NOW + 600_000), Axis.DATA, State.STALE, "just-connected");
    assertEquals(State.SILENT, Health.of(none, NOW + 600_001).on(Axis.DATA).state());
  }

  @Test
  void onlineButSilentBeginsAfterThreePeriods() {
    Behaviour behaviour = last(NOW, PERIOD);
    long silent = Health.silentMillis(behaviour);
    assertEquals(3 * PERIOD, silent);
    assertOn(data(ONLINE, behaviour, NOW + silent), Axis.DATA, State.FRESH, "readings-come");
    Health health = data(ONLINE, behaviour, NOW + silent + 1);
    assertOn(health, Axis.DATA, State.SILENT, "online-but-silent");
    assertEquals(NOW, health.on(Axis.DATA).sinceMillis());
    assertOn(data(OFFLINE, behaviour, NOW + silent + 1), Axis.DATA, State.STALE, "offline");
  }

  @Test
  void aFastDevicesSilenceIsNotTheNetworks() {
    assertEquals(30_000, Health.silentMillis(last(NOW, 100L)));
    assertEquals(600_000, Health.silentMillis(last(NOW, null)));
    assertEquals(3 * HOUR, Health.silentMillis(last(NOW, HOUR)));
  }

  @Test
  void onlineWithOnlyOldEventTimesIsLate() {
    Behaviour behaviour = last(NOW, PERIOD);
    long old = NOW - HealthCells.LATE_MILLIS - 3 * PERIOD - 1;
    Evidence evidence =
        new Evidence(false, false, NOW - DAY, NOW - DAY, ONLINE, old, behaviour, 1.0, null);
    Health health = Health.of(evidence, NOW);
    assertOn(health, Axis.DATA, State.LATE, "only-old-event-times");
    assertEquals(old, health.on(Axis.DATA).sinceMillis());
    assertOn(health, Axis.CONNECTION, State.ONLINE, "connect");
  }

  @Test
  void aBacklogBesideLiveReadingsIsLateWhileItIsMost() {
    Behaviour most = behaviour(b -> b.lastHourReadings = 100, b -> b.lastHourLate = 51);
    assertOn(data(ONLINE, most, NOW), Axis.DATA, State.LATE, "most-come-late");
    Behaviour half = behaviour(b -> b.lastHourReadings = 100, b -> b.lastHourLate = 50);
    assertOn(data(ONLINE, half, NOW), Axis.DATA, State.FRESH, "readings-come");
  }

  @Test
  void ofWhomNothingCameInADayTheLastReadingTells() {
    Evidence before =
        new Evidence(false, false, 0, 0L, ONLINE, NOW - 2 * DAY, Behaviour.NONE, null, null);
    assertOn(Health.of(before, NOW), Axis.DATA, State.SILENT, "online-but-silent");
    Evidence never = new Evidence(false, false, 0, 0L, ONLINE, null, Behaviour.NONE, null, null);
    assertOn(Health.of(never, NOW), Axis.DATA, State.SILENT, "online-but-never-reported");
    Evidence gone =
        new Evidence(false, false, 0, 0L, OFFLINE, NOW - 2 * DAY, Behaviour.NONE, null, null);
    assertOn(Health.of(gone, NOW), Axis.DATA, State.STALE, "nothing-in-a-day");
    Evidence gateway = new Evidence(false, true, 0, 0L, ONLINE, null, Behaviour.NONE, null, null);
    assertOn(Health.of(gateway, NOW), Axis.DATA, State.FRESH, "speaks-for-others");
  }

  @Test
  void refusalsMakeItSuspectAndHalfOfThemBad() {
    assertQuality(State.SUSPECT, "refused-clock", rejected(1, 1));
    assertQuality(State.GOOD, "nothing-found", rejected(1, 0));
    assertQuality(State.BAD, "refused-clock", rejected(1000, 1));
  }

  @Test
  void aWrongClockIsSuspectFromHalfAMinuteOn() {
    assertQuality(State.GOOD, "nothing-found", behaviour(b -> b.skewMillis = 29_999L));
    assertQuality(State.SUSPECT, "clock-skew", behaviour(b -> b.skewMillis = -30_000L));
    assertQuality(State.BAD, "clock-skew", behaviour(b -> b.skewMillis = -300_000L));
    // Of a backlog the skew says nothing: it was late.
    assertQuality(
        State.SUSPECT,
        "late-readings",
        behaviour(b -> b.skewMillis = 300_000L, b -> b.late = b.readings));
    assertQuality(State.SUSPECT, "clock-drift", behaviour(b -> b.driftMillisPerDay = -10_000L));
  }

  @Test
  void flapsTakeoversLatenessAndGapsAreSuspect() {
    assertQuality(State.GOOD, "nothing-found", behaviour(b -> b.ends = 9));
    assertQuality(State.SUSPECT, "flapping", behaviour(b -> b.ends = 10));
    assertQuality(State.SUSPECT, "taken-over", behaviour(b -> b.takeovers = 3, b -> b.ends = 10));
    assertQuality(State.SUSPECT, "late-readings", behaviour(b -> b.late = b.readings / 4));
    assertQuality(State.SUSPECT, "gaps", behaviour(b -> b.gaps = 5));
  }

  @Test
  void whoIsUnlikeItsModelIsAnOutlier() {
    List<Behaviour> fleet = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      long readings = 1000L + i;
      fleet.add(behaviour(b -> b.readings = readings));
    }
    ModelBounds bounds = ModelBounds.of(fleet);
    assertNull(ModelBounds.of(fleet.subList(0, ModelBounds.DEVICES_MIN - 1)));
    assertOutlier("outlier-rate", bounds, behaviour(b -> b.readings = 600));
    assertOutlier("outlier-rate", bounds, behaviour(b -> b.readings = 1400));
    assertOutlier("nothing-found", bounds, behaviour(b -> b.readings = 900));
    assertOutlier("outlier-skew", bounds, behaviour(b -> b.skewMillis = 20_000L));
    assertOutlier(
        "outlier-late-share", bounds, behaviour(b -> b.readings = 1000, b -> b.late = 180));
  }

  @Test
  void everyStateIsOnOneAxis() {
    List<State> all = new ArrayList<>();
    for (Axis axis : Axis.values()) {
      all.addAll(axis.states());
      assertEquals(axis, Axis.ofWord(axis.word()));
    }
    assertEquals(List.of(State.values()), all);
    all.forEach(state -> assertEquals(state, State.ofWord(state.word())));
  }

  @Test
  void countsAddUp() {
    HealthCounts one = new HealthCounts();
    one.add(Health.of(evidence(ONLINE, well()), NOW));
    one.add(untouched(false, NOW - DAY));
    HealthCounts other = new HealthCounts();
    other.add(Health.of(evidence(OFFLINE, last(NOW - HOUR, PERIOD)), NOW));
    one.add(other);
    assertEquals(3, one.total());
    assertEquals(2, one.of(State.OFFLINE));
    assertEquals(1, one.of(State.ONLINE));
    for (Axis axis : Axis.values()) {
      assertEquals(3, axis.states().stream().mapToLong(one::of).sum(), axis.word());
    }
    assertEquals(
        List.of("keep-alive", "never-connected"),
        one.topReasons(9).stream()
            .filter(reason -> reason.why().axis() == Axis.CONNECTION)
            .map(reason -> reason.why().reason())
            .toList());
  }

  private static void assertOutlier(
      String reason, @Nullable ModelBounds bounds, Behaviour behaviour) {
    Evidence evidence = new Evidence(false, false, 0, 0L, ONLINE, NOW, behaviour, 1.0, bounds);
    assertEquals(reason, Health.of(evidence, NOW).on(Axis.QUALITY).reason());
  }

  private static void assertQuality(State state, String reason, Behaviour behaviour) {
    assertOn(Health.of(evidence(ONLINE, behaviour), NOW), Axis.QUALITY, state, reason);
  }

  private static void assertOn(Health health, Axis axis, State state, String reason) {
    assertEquals(state, health.on(axis).state(), axis.word());
    assertEquals(reason, health.on(axis).reason(), axis.word());
  }

  private static Health untouched(boolean isDisabled, long created) {
    return Health.of(
        new Evidence(
            isDisabled, false, created, null, Link.NEVER, null, Behaviour.NONE, null, null),
        NOW);
  }

  private static Health data(Link link, Behaviour behaviour, long now) {
    return Health.of(evidence(link, behaviour), now);
  }

  private static Evidence evidence(Link link, Behaviour behaviour) {
    return new Evidence(false, false, NOW - DAY, NOW - DAY, link, NOW, behaviour, 1.0, null);
  }

  private static Behaviour well() {
    return behaviour();
  }

  private static Behaviour last(long arrival, @Nullable Long period) {
    return behaviour(b -> b.lastArrivalMillis = arrival, b -> b.periodMillis = period);
  }

  private static Behaviour rejected(long count, long lastHour) {
    return behaviour(
        b -> b.rejections = new TreeMap<>(Map.of("clock", count)),
        b -> b.lastHourRejections = lastHour);
  }

  private interface Change {
    void apply(Draft draft);
  }

  /** A device that reports each 10 s, and what a test changes of it. */
  private static final class Draft {
    long readings = 1000;
    long late;
    long lastHourReadings = 100;
    long lastHourLate;
    @Nullable Long lastArrivalMillis = NOW;
    @Nullable Long periodMillis = PERIOD;
    int gaps;
    @Nullable Long unbrokenSinceMillis = NOW - DAY;
    @Nullable Long skewMillis = 100L;
    @Nullable Long driftMillisPerDay = 0L;
    long ends;
    long takeovers;
    SortedMap<String, Long> rejections = new TreeMap<>();
    long lastHourRejections;
  }

  private static Behaviour behaviour(Change... changes) {
    Draft draft = new Draft();
    for (Change change : changes) {
      change.apply(draft);
    }
    return new Behaviour(
        draft.readings,
        draft.late,
        draft.lastHourReadings,
        draft.lastHourLate,
        draft.lastArrivalMillis,
        draft.periodMillis,
        draft.gaps,
        0,
        draft.unbrokenSinceMillis,
        draft.skewMillis,
        draft.driftMillisPerDay,
        0,
        draft.ends,
        draft.takeovers,
        0,
        draft.rejections,
        draft.lastHourRejections,
        Onsets.NONE);
  }
}
