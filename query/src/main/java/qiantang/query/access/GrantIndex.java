package qiantang.query.access;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Decision.Why;
import qiantang.store.access.Grant;
import qiantang.store.access.Place;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;

/**
 * What one enterprise granted to one party, to be looked up by a device's place. Grants that name
 * devices lie with each of them, others with their line, factory or with the whole: so a decision
 * looks at those alone that can cover the device.
 */
public final class GrantIndex {
  /** Nothing. */
  public static final GrantIndex EMPTY = new GrantIndex(List.of(), Map.of());

  private final List<Grant> all;
  private final List<Grant> whole = new ArrayList<>();
  private final Map<String, List<Grant>> ofFactory = new HashMap<>();
  private final Map<Line, List<Grant>> ofLine = new HashMap<>();
  private final Map<DeviceId, List<Grant>> ofDevice = new HashMap<>();
  private final boolean needsPlace;
  private final Map<DeviceId, Instant> begun;

  private record Line(String factory, String line) {}

  /** What is to be looked at for one device. */
  private record Wanted(@Nullable Place place, @Nullable String metric, Action action) {}

  /**
   * An index over these, which are of one enterprise and one party.
   *
   * @param begun when devices of the enterprise began anew: grants that were made before name
   *     another one of the same id
   */
  public GrantIndex(List<Grant> grants, Map<DeviceId, Instant> begun) {
    this.begun = begun;
    all = grants.stream().filter(this::reaches).sorted(Comparator.comparing(Grant::id)).toList();
    needsPlace = all.stream().anyMatch(grant -> grant.subtree().needsPlace());
    for (Grant grant : all) {
      lists(grant.subtree()).forEach(list -> list.add(grant));
    }
  }

  /** Whether any device that it names is still the one that was meant. */
  private boolean reaches(Grant grant) {
    Set<DeviceId> named = grant.subtree().devices();
    return named.isEmpty() || named.stream().anyMatch(device -> means(grant, device));
  }

  /** Whether a device of this id is the one that was there when this was granted. */
  private boolean means(Grant grant, DeviceId device) {
    Instant from = grant.subtree().devices().isEmpty() ? null : begun.get(device);
    return from == null || !grant.created().isBefore(from);
  }

  private List<List<Grant>> lists(Subtree subtree) {
    if (!subtree.devices().isEmpty()) {
      return subtree.devices().stream()
          .map(device -> ofDevice.computeIfAbsent(device, id -> new ArrayList<>()))
          .toList();
    }
    String factory = subtree.factory();
    String line = subtree.line();
    if (factory == null) {
      return List.of(whole);
    }
    return List.of(
        line == null
            ? ofFactory.computeIfAbsent(factory, id -> new ArrayList<>())
            : ofLine.computeIfAbsent(new Line(factory, line), id -> new ArrayList<>()));
  }

  /** How many names it holds, of devices and metrics; each grant is one too. */
  int names() {
    return all.stream().mapToInt(grant -> 1 + grant.names()).sum();
  }

  /** Whether a decision needs to know a device's factory and line. */
  public boolean needsPlace() {
    return needsPlace;
  }

  /** Whether any grant holds at this moment. */
  public boolean isLiveAt(Instant now) {
    return all.stream().anyMatch(grant -> grant.stateAt(now) == Grant.State.LIVE);
  }

  /** Whether any grant of samples as they are holds at this moment. */
  public boolean isRawAt(Instant now) {
    return all.stream().anyMatch(grant -> grant.isRaw() && grant.stateAt(now) == Grant.State.LIVE);
  }

  /** Whether this grant holds at this moment. */
  public boolean isLiveAt(String id, Instant now) {
    return all.stream()
        .anyMatch(grant -> grant.id().equals(id) && grant.stateAt(now) == Grant.State.LIVE);
  }

  /** Ids of those that hold at this moment or will, in order. */
  List<String> usableAt(Instant now) {
    return all.stream()
        .filter(
            grant ->
                switch (grant.stateAt(now)) {
                  case LIVE, WAITING -> true;
                  case REVOKED, OVER -> false;
                })
        .map(Grant::id)
        .toList();
  }

  /** Whether something may be read, and by which grant. */
  public Decision decide(
      @Nullable Place place, @Nullable String metric, Action action, Instant now) {
    Wanted wanted = new Wanted(place, metric, action);
    Grant first = null;
    for (List<Grant> some : candidates(place)) {
      for (Grant grant : some) {
        if ((first == null || grant.id().compareTo(first.id()) < 0)
            && why(grant, wanted, now) == null) {
          first = grant;
        }
      }
    }
    return first == null
        ? new Decision.Refused(nearest(wanted, now))
        : new Decision.Allowed(first.id());
  }

  /** The grants that let this action at this place, whatever the metric, in order of id. */
  public List<Grant> letting(@Nullable Place place, Action action, Instant now) {
    Wanted wanted = new Wanted(place, null, action);
    return candidates(place).stream()
        .flatMap(List::stream)
        .filter(grant -> why(grant, wanted, now) == null)
        .sorted(Comparator.comparing(Grant::id))
        .toList();
  }

  private List<List<Grant>> candidates(@Nullable Place place) {
    if (place == null) {
      return List.of(whole);
    }
    return List.of(
        whole,
        ofDevice.getOrDefault(place.device(), List.of()),
        ofLine.getOrDefault(new Line(place.factory(), place.line()), List.of()),
        ofFactory.getOrDefault(place.factory(), List.of()));
  }

  private Why nearest(Wanted wanted, Instant now) {
    Why nearest = Why.NOT_GRANTED;
    for (Grant grant : all) {
      Why why = why(grant, wanted, now);
      if (why != null && why.compareTo(nearest) > 0) {
        nearest = why;
      }
    }
    return nearest;
  }

  /** Why a grant does not let it; null where it does. */
  private @Nullable Why why(Grant grant, Wanted wanted, Instant now) {
    return switch (grant.stateAt(now)) {
      case REVOKED -> Why.REVOKED;
      case OVER -> Why.OVER;
      case WAITING -> Why.WAITING;
      case LIVE -> whyNow(grant, wanted);
    };
  }

  private @Nullable Why whyNow(Grant grant, Wanted wanted) {
    Place place = wanted.place;
    boolean isOwners = isOwners(wanted.action);
    // Whoever sees any part of an enterprise may know of the enterprise, and who to ask for more.
    boolean isCovered =
        place == null
            ? isOwners || grant.subtree().isAll()
            : grant.subtree().covers(place) && means(grant, place.device());
    if (!isCovered) {
      return Why.OUTSIDE;
    }
    if (isOwners) {
      return Why.OWNERS;
    }
    if (wanted.metric != null && !grant.hasMetric(wanted.metric)) {
      return Why.METRIC;
    }
    return switch (wanted.action) {
      case Action.Look _ -> null;
      case Action.Samples _, Action.Live _ -> grant.isRaw() ? null : Why.SAMPLES;
      case Action.Aggregates aggregates ->
          grant.isRaw() || aggregates.areLetBy(grant.leastSeconds()) ? null : Why.INTERVAL;
      case Action.Diagnose _, Action.Own _ -> Why.OWNERS;
    };
  }

  /** Whether no grant gives it. */
  private static boolean isOwners(Action action) {
    return switch (action) {
      case Action.Diagnose _, Action.Own _ -> true;
      case Action.Look _, Action.Samples _, Action.Live _, Action.Aggregates _ -> false;
    };
  }
}
