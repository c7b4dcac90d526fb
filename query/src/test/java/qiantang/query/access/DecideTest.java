package qiantang.query.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.query.access.Decision.Why;
import qiantang.store.access.Bounds;
import qiantang.store.access.Grant;
import qiantang.store.access.Party;
import qiantang.store.access.Place;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** The decision and its index beside one that looks at every grant, over random cases. */
class DecideTest {
  private static final long SEED = 20_260_301L;
  private static final int WORLDS = 10_000;
  private static final int CASES_OF_WORLD = 100;

  private static final EnterpriseId MINE = new EnterpriseId("mine");
  private static final EnterpriseId OTHER = new EnterpriseId("other");
  private static final Party PARTY = new Party(Party.Kind.APPLICATION, "t1");
  private static final Instant T0 = Instant.parse("2026-03-01T08:00:00Z");
  private static final List<String> NAMES = List.of("a", "b", "c");

  private int allowed;
  private final Set<Why> seen = new HashSet<>();

  @Test
  void isTheSameAsThatOfWhoLooksAtEveryGrant() {
    Random random = new Random(SEED);
    for (int world = 0; world < WORLDS; world++) {
      List<Grant> grants = grants(random);
      GrantIndex index = new GrantIndex(grants, Map.of());
      for (int i = 0; i < CASES_OF_WORLD; i++) {
        Asker asker = asker(random);
        Instant now = instant(random);
        Wish wish = wish(random);
        String what = "seed " + SEED + " world " + world + " case " + i;
        Decision expected = slow(asker, grants, now, wish);
        assertEquals(expected, Decide.decide(asker, index, now, wish), () -> what + " " + wish);
        count(expected);
        metricsAreThoseThatAreLet(asker, grants, index, now, wish, what);
      }
    }
    assertTrue(allowed > WORLDS * CASES_OF_WORLD / 20, "too few are allowed: " + allowed);
    assertEquals(Set.of(Why.values()), seen, "every reason was met");
  }

  private void count(Decision decision) {
    switch (decision) {
      case Decision.Allowed _ -> allowed++;
      case Decision.Refused(Why why) -> seen.add(why);
    }
  }

  /** What a sight chooses of metrics is what a decision on each of them lets. */
  private static void metricsAreThoseThatAreLet(
      Asker asker, List<Grant> grants, GrantIndex index, Instant now, Wish wish, String what) {
    Sight sight = new Sight(asker, wish.enterprise(), index, InstantSource.fixed(now));
    List<String> let =
        NAMES.stream()
            .filter(
                name -> {
                  Wish one = new Wish(wish.enterprise(), wish.place(), name, wish.action());
                  return slow(asker, grants, now, one) instanceof Decision.Allowed;
                })
            .toList();
    List<String> chosen =
        sight.choose(wish.place(), NAMES, wish.action()) instanceof Choice.Pass pass
            ? pass.metrics()
            : List.of();
    assertEquals(let, chosen, what);
  }

  /** By the words of the rules alone: no index, no order but that of ids. */
  private static Decision slow(Asker asker, List<Grant> grants, Instant now, Wish wish) {
    if (asker.isOperator() || (wish.enterprise().equals(asker.own()) && !asker.isProgram())) {
      return new Decision.Allowed(null);
    }
    String by = null;
    Why why = Why.NOT_GRANTED;
    if (wish.enterprise().equals(asker.own())) {
      why = whyNotOwn(asker, wish);
    } else {
      for (Grant grant : grants) {
        Why not = whyNot(grant, now, wish);
        if (not == null && (by == null || grant.id().compareTo(by) < 0)) {
          by = grant.id();
        }
        why = not == null ? null : why == null || why.compareTo(not) > 0 ? why : not;
        if (by != null) {
          why = null;
        }
      }
    }
    Scope scope =
        wish.action() instanceof Action.Live
            ? Scope.STREAM
            : wish.action() instanceof Action.Diagnose ? Scope.DIAGNOSE : Scope.READ;
    if ((why == null || (!why.isHidden() && why != Why.OWNERS))
        && asker.isProgram()
        && !asker.bounds().scopes().contains(scope)) {
      why = Why.SCOPE;
    }
    return why == null ? new Decision.Allowed(by) : new Decision.Refused(why);
  }

  /** Of a program's own enterprise: what is its people's alone it is refused, in its part. */
  private static @Nullable Why whyNotOwn(Asker asker, Wish wish) {
    boolean isPeoples = wish.action() instanceof Action.Own;
    if (isPeoples && wish.place() == null) {
      return Why.OWNERS;
    }
    if (!covers(asker.bounds().subtree(), wish.place())) {
      return Why.OUTSIDE;
    }
    return isPeoples ? Why.OWNERS : null;
  }

  private static @Nullable Why whyNot(Grant grant, Instant now, Wish wish) {
    if (grant.revoked() != null) {
      return Why.REVOKED;
    }
    if (grant.until().compareTo(now) <= 0) {
      return Why.OVER;
    }
    if (grant.from().compareTo(now) > 0) {
      return Why.WAITING;
    }
    boolean isOwners =
        wish.action() instanceof Action.Own || wish.action() instanceof Action.Diagnose;
    if (isOwners && wish.place() == null) {
      return Why.OWNERS; // who sees any part knows of the enterprise
    }
    if (!covers(grant.subtree(), wish.place())) {
      return Why.OUTSIDE;
    }
    if (isOwners) {
      return Why.OWNERS;
    }
    String metric = wish.metric();
    if (metric != null && !grant.metrics().isEmpty() && !grant.metrics().contains(metric)) {
      return Why.METRIC;
    }
    if (grant.leastSeconds() == 0 || wish.action() instanceof Action.Look) {
      return null;
    }
    if (wish.action() instanceof Action.Aggregates(long seconds, Grid grid)) {
      boolean isOnGrid = grid.seconds() > 0 && grid.seconds() % grant.leastSeconds() == 0;
      return seconds >= grant.leastSeconds() && isOnGrid ? null : Why.INTERVAL;
    }
    return Why.SAMPLES;
  }

  private static boolean covers(Subtree subtree, @Nullable Place place) {
    if (place == null) {
      return subtree.factory() == null && subtree.line() == null && subtree.devices().isEmpty();
    }
    if (subtree.factory() != null && !subtree.factory().equals(place.factory())) {
      return false;
    }
    if (subtree.line() != null && !subtree.line().equals(place.line())) {
      return false;
    }
    return subtree.devices().isEmpty() || subtree.devices().contains(place.device());
  }

  private static List<Grant> grants(Random random) {
    List<Grant> grants = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      Instant from = instant(random);
      grants.add(
          new Grant(
              OTHER,
              "g" + random.nextInt(100) + "-" + i,
              PARTY,
              subtree(random),
              random.nextInt(3) == 0 ? Set.of() : Set.of(name(random), name2(random)),
              random.nextBoolean() ? 0 : 60L * (1 + random.nextInt(3)),
              "test",
              from,
              from.plusMillis(random.nextInt(4) == 0 ? 1 : random.nextInt(6_000)),
              T0,
              "x",
              random.nextInt(8) == 0 ? T0 : null));
    }
    return grants;
  }

  private static String name(Random random) {
    return NAMES.get(random.nextInt(2));
  }

  /** Another than any of {@link #name}. */
  private static String name2(Random random) {
    return random.nextBoolean() ? "c" : "d";
  }

  private static Subtree subtree(Random random) {
    String factory = random.nextBoolean() ? null : "f" + random.nextInt(2);
    String line = factory == null || random.nextBoolean() ? null : "l" + random.nextInt(2);
    Set<DeviceId> devices = new HashSet<>();
    for (int i = random.nextInt(3) - 1; i > 0; i--) {
      devices.add(device(random));
    }
    return new Subtree(factory, line, devices);
  }

  private static DeviceId device(Random random) {
    return new DeviceId("d" + random.nextInt(3));
  }

  /** Whole milliseconds of a few seconds, so that borders are met. */
  private static Instant instant(Random random) {
    return T0.plusMillis(500L * random.nextInt(12) + random.nextInt(3) - 1);
  }

  private static Asker asker(Random random) {
    boolean isProgram = random.nextBoolean();
    Set<Scope> scopes = new HashSet<>();
    for (Scope scope : Scope.values()) {
      if (random.nextInt(4) > 0) {
        scopes.add(scope);
      }
    }
    EnterpriseId own =
        switch (random.nextInt(6)) {
          case 0 -> null;
          case 1 -> OTHER;
          default -> MINE;
        };
    return new Asker(
        random.nextInt(50) == 0,
        own,
        PARTY,
        isProgram,
        new Bounds(null, isProgram ? scopes : Set.of(), isProgram ? subtree(random) : Subtree.ALL));
  }

  private static Wish wish(Random random) {
    Place place =
        random.nextInt(8) == 0
            ? null
            : new Place(
                random.nextInt(5) == 0 ? "" : "f" + random.nextInt(2),
                random.nextInt(5) == 0 ? "" : "l" + random.nextInt(2),
                device(random));
    Action action =
        switch (random.nextInt(6)) {
          case 0 -> new Action.Look();
          case 1 -> new Action.Samples();
          case 2 -> new Action.Live();
          case 3 -> new Action.Own();
          case 4 -> new Action.Diagnose();
          default ->
              new Action.Aggregates(
                  60L * (1 + random.nextInt(3)) - random.nextInt(2),
                  new Grid(60L * random.nextInt(7), random.nextBoolean(), random.nextBoolean()));
        };
    String metric = random.nextInt(3) == 0 ? null : NAMES.get(random.nextInt(3));
    return new Wish(OTHER, place, metric, action);
  }
}
