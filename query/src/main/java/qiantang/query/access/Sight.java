package qiantang.query.access;

import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Decision.Why;
import qiantang.store.access.Grant;
import qiantang.store.access.Place;
import qiantang.store.access.Scope;
import qiantang.store.model.EnterpriseId;

/**
 * How much of an enterprise's data one request may see. It is asked for each device and metric, and
 * remembers by which grants it let anything. Any thread.
 */
public final class Sight {
  private final Asker asker;
  private final EnterpriseId enterprise;
  private final GrantIndex grants;
  private final InstantSource clock;
  private final boolean isWhole;
  private final Set<String> used = new ConcurrentSkipListSet<>();

  /** What an asker sees of an enterprise by these grants. */
  public Sight(Asker asker, EnterpriseId enterprise, GrantIndex grants, InstantSource clock) {
    this.asker = asker;
    this.enterprise = enterprise;
    this.grants = grants;
    this.clock = clock;
    isWhole = asker.isOperator() || (enterprise.equals(asker.own()) && !asker.isProgram());
  }

  /** Whether everything is seen: then nothing need be asked. */
  public boolean isWhole() {
    return isWhole;
  }

  /** Whether it is by grants, and not by what the caller is. */
  public boolean isByGrants() {
    return !isWhole && !enterprise.equals(asker.own());
  }

  /** Whether anything is seen at this moment. */
  public boolean isAny() {
    return !isByGrants() || grants.isLiveAt(clock.instant());
  }

  /** Whether samples as they are may be seen of anything at this moment. */
  public boolean isRawOfAny() {
    return !isByGrants() || grants.isRawAt(clock.instant());
  }

  /** Whether the token is for this. */
  public boolean hasScope(Scope scope) {
    return !asker.isProgram() || asker.bounds().scopes().contains(scope);
  }

  /** Whether one must know a device's factory and line to decide. */
  public boolean needsPlace() {
    return !isWhole && (grants.needsPlace() || asker.bounds().subtree().needsPlace());
  }

  /** Whether everything of one's own is seen, by a token that is not bounded to a part. */
  public boolean isWholeOfOwn() {
    return isWhole || (!isByGrants() && asker.bounds().subtree().isAll());
  }

  /** The decision; a grant that let it is remembered. */
  public Decision decide(@Nullable Place place, @Nullable String metric, Action action) {
    Decision decision =
        Decide.decide(asker, grants, clock.instant(), new Wish(enterprise, place, metric, action));
    if (decision instanceof Decision.Allowed(@Nullable String grant) && grant != null) {
      used.add(grant);
    }
    return decision;
  }

  /** Whether a device may be seen. */
  public boolean sees(Place place) {
    return isWhole || decide(place, null, new Action.Look()) instanceof Decision.Allowed;
  }

  /** Whether a device is in what is granted or bounded, whatever is to be read of it. */
  public boolean covers(Place place) {
    return isWhole
        || switch (decide(place, null, new Action.Look())) {
          case Decision.Allowed _ -> true;
          case Decision.Refused(Why why) -> !why.isHidden();
        };
  }

  /** Whether all metrics of a device that is seen are: what is counted of all may be told then. */
  public boolean seesAllMetrics(Place place) {
    return !isByGrants()
        || grants.letting(place, new Action.Look(), clock.instant()).stream()
            .anyMatch(grant -> grant.metrics().isEmpty());
  }

  /**
   * Which metrics may be read.
   *
   * @param place null for all devices together
   * @param asked none for all
   */
  public Choice choose(@Nullable Place place, List<String> asked, Action action) {
    if (isWhole) {
      return new Choice.Pass(asked, null, false);
    }
    return switch (decide(place, null, action)) {
      case Decision.Refused(Why why) ->
          why.isHidden() && place != null ? new Choice.Hidden() : barred(why, place);
      case Decision.Allowed _ ->
          isByGrants() ? byGrants(place, asked, action) : new Choice.Pass(asked, null, false);
    };
  }

  private Choice byGrants(@Nullable Place place, List<String> asked, Action action) {
    List<Grant> letting = grants.letting(place, action, clock.instant());
    List<String> ids = letting.stream().map(Grant::id).toList();
    boolean isPart = letting.stream().anyMatch(grant -> !grant.isRaw());
    used.addAll(ids);
    if (letting.stream().anyMatch(grant -> grant.metrics().isEmpty())) {
      return new Choice.Pass(asked, new Choice.Told(ids, List.of(), List.of()), isPart);
    }
    Set<String> granted = new TreeSet<>();
    letting.forEach(grant -> granted.addAll(grant.metrics()));
    List<String> withheld = asked.stream().filter(name -> !granted.contains(name)).toList();
    List<String> metrics =
        asked.isEmpty() ? List.copyOf(granted) : asked.stream().filter(granted::contains).toList();
    return metrics.isEmpty()
        ? new Choice.Barred("none of these metrics is granted: ask for some of " + granted)
        : new Choice.Pass(metrics, new Choice.Told(ids, List.copyOf(granted), withheld), isPart);
  }

  private Choice barred(Why why, @Nullable Place place) {
    return new Choice.Barred(
        switch (why) {
          case NOT_GRANTED, REVOKED, OVER, WAITING, OUTSIDE ->
              "only a part of the enterprise is granted, not all devices together: ask device by"
                  + " device";
          case OWNERS -> "this is for the enterprise's own people: no grant gives it";
          case SCOPE -> "the token's scopes do not let this: use one that has the scope for it";
          case METRIC -> "this metric is not granted: ask the enterprise for it";
          case SAMPLES ->
              "only aggregates are granted, no samples: ask for a series with interval= and"
                  + " aggregate=, by "
                  + Grid.words(leastSeconds(place));
          case INTERVAL -> "other intervals are granted: take " + Grid.words(leastSeconds(place));
        });
  }

  private long leastSeconds(@Nullable Place place) {
    return grants.letting(place, new Action.Look(), clock.instant()).stream()
        .mapToLong(Grant::leastSeconds)
        .min()
        .orElse(0);
  }

  /** Whether all grants by which another one let something hold here too, at this moment. */
  public boolean hasAll(Sight before) {
    return before.used.stream().allMatch(id -> grants.isLiveAt(id, clock.instant()));
  }

  /** Ids of the grants by which anything may be let now or later, in order. */
  public List<String> usable() {
    return isByGrants() ? grants.usableAt(clock.instant()) : List.of();
  }

  /** Ids of the grants by which anything was let so far, in order. */
  public List<String> used() {
    return List.copyOf(used);
  }
}
