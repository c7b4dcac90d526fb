package qiantang.query.read;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.waiting.StoreWait;
import qiantang.store.codec.KeptCodec;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.HealthCounts;
import qiantang.store.health.PlatformCount;
import qiantang.store.kept.KeptTables;
import qiantang.store.kept.KeptTables.KeptHour;
import qiantang.store.kept.KeptTables.Member;
import qiantang.store.kept.KeptTables.Sum;
import qiantang.store.kept.KeptTables.SumHour;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;

/** The platforms, by kept counts alone: no device is looked at. Blocks: virtual threads only. */
public final class ReadPlatforms {
  private final Registry registry;
  private final KeptTables tables;
  private final KeptCounts kept;
  private final List<PlanFigure> plan;
  private final StoreWait store;
  private final Ranks ranks;

  /**
   * A figure of the plan.
   *
   * @param figure a word of the plan's data
   * @param target what the plan wants
   */
  public record PlanFigure(String figure, long target) {}

  /** A figure with how far it is. */
  public record Progress(PlanFigure figure, long value) {}

  /**
   * A platform as a caller sees it.
   *
   * @param countedMillis when the oldest of the sums was made; null for never
   * @param progress of the base platform to the plan; of others nothing
   * @param trend of the last 24 hours, where one platform is asked for
   * @param isWhole whether every sum there is could be read, and there is one
   */
  public record Found(
      Platform platform,
      PlatformCount count,
      @Nullable Long countedMillis,
      List<Progress> progress,
      boolean isWhole,
      List<ReadHealth.Hour> trend) {
    Found with(List<ReadHealth.Hour> hours) {
      return new Found(platform, count, countedMillis, progress, isWhole, hours);
    }
  }

  /**
   * An enterprise of a platform.
   *
   * @param countedMillis when; null for never
   */
  public record Item(
      EnterpriseId id,
      String name,
      String region,
      HealthCounts devices,
      @Nullable Long countedMillis) {}

  /** Enterprises of a platform in an order of what was counted. */
  public sealed interface Ranked {
    /** A page; its next is the text of a place. */
    record Found(Page<Item> page) implements Ranked {}

    /** The caller sees no such platform. */
    record NoPlatform() implements Ranked {}

    /** The platform has more enterprises than are sorted by this. */
    record TooMany(int max) implements Ranked {}
  }

  /** Reads from these. */
  public ReadPlatforms(Registry registry, KeptCounts kept, List<PlanFigure> plan, StoreWait store) {
    this.registry = registry;
    this.tables = registry.kept();
    this.kept = kept;
    this.plan = plan;
    this.store = store;
    ranks = new Ranks(registry, store);
  }

  /** All platforms that the caller sees. */
  public List<Found> list(Caller caller) {
    List<Platform> platforms = store.await(registry.platforms());
    Enterprise own = own(caller);
    List<PlatformView> views =
        platforms.stream()
            .map(platform -> PlatformView.of(caller, platform, own))
            .filter(Objects::nonNull)
            .toList();
    List<List<Sum>> sums = store.awaitEach(views, view -> tables.readSums(view.platform().id()));
    return IntStream.range(0, views.size())
        .mapToObj(i -> found(views.get(i), sums.get(i), platforms))
        .toList();
  }

  /** One of them. */
  public Optional<Found> one(Caller caller, String id) {
    List<Platform> platforms = store.await(registry.platforms());
    return view(caller, platforms, id)
        .map(view -> found(view, store.await(tables.readSums(id)), platforms).with(trend(view)));
  }

  /** By the hour, of all buckets together, or of the one enterprise that the caller sees. */
  private List<ReadHealth.Hour> trend(PlatformView view) {
    EnterpriseId only = view.only();
    SortedMap<Long, PlatformCount> hours = new TreeMap<>();
    if (only == null) {
      for (SumHour sum : store.await(tables.readSumHours(view.platform().id()))) {
        add(hours, sum.hour(), sum.bytes());
      }
    } else {
      for (KeptHour hour : store.await(tables.readHours(only))) {
        add(hours, hour.hour(), hour.bytes());
      }
    }
    // Rows live for some hours longer.
    return hours.entrySet().stream()
        .skip(Math.max(0, hours.size() - ReadHealth.HOURS_MAX))
        .map(hour -> ReadHealth.Hour.of(hour.getKey(), hour.getValue().devices()))
        .toList();
  }

  private static void add(SortedMap<Long, PlatformCount> hours, long hour, byte[] bytes) {
    PlatformCount count = KeptCodec.platform(bytes);
    if (count != null) {
      hours.merge(hour, count, PlatformCount::plus);
    }
  }

  private Optional<PlatformView> view(Caller caller, List<Platform> platforms, String id) {
    Enterprise own = own(caller);
    return platforms.stream()
        .filter(platform -> platform.id().equals(id))
        .findFirst()
        .flatMap(platform -> Optional.ofNullable(PlatformView.of(caller, platform, own)));
  }

  private @Nullable Enterprise own(Caller caller) {
    EnterpriseId own = caller.enterprise();
    return own == null ? null : store.await(registry.enterprise(own)).orElse(null);
  }

  private Found found(PlatformView view, List<Sum> sums, List<Platform> platforms) {
    EnterpriseId only = view.only();
    if (only != null) {
      return kept.of(only)
          .map(
              found ->
                  new Found(
                      view.platform(),
                      alone(found.count()),
                      found.countedMillis(),
                      List.of(),
                      true,
                      List.of()))
          .orElseGet(
              () -> new Found(view.platform(), alone(null), null, List.of(), false, List.of()));
    }
    PlatformCount all = PlatformCount.none();
    Long counted = null;
    boolean isWhole = !sums.isEmpty();
    for (Sum sum : sums) {
      PlatformCount one = KeptCodec.platform(sum.bytes());
      all = one == null ? all : all.plus(one);
      isWhole &= one != null;
      counted = counted == null ? sum.countedMillis() : Math.min(counted, sum.countedMillis());
    }
    return new Found(
        view.platform(),
        all,
        counted,
        progress(view.platform(), all, platforms),
        isWhole,
        List.of());
  }

  private static PlatformCount alone(@Nullable EnterpriseCount count) {
    return count == null
        ? new PlatformCount(1, new HealthCounts(), 0)
        : new PlatformCount(1, count.all(), count.messagesPerSecond());
  }

  private List<Progress> progress(
      Platform platform, PlatformCount count, List<Platform> platforms) {
    List<Progress> progress = new ArrayList<>();
    if (platform.id().equals(Platform.BASE)) {
      for (PlanFigure figure : plan) {
        switch (figure.figure()) {
          case "devices" -> progress.add(new Progress(figure, count.devices().machines()));
          case "enterprises" -> progress.add(new Progress(figure, count.enterprises()));
          // The N of 1+N: the base platform is the 1.
          case "platforms" -> progress.add(new Progress(figure, platforms.size() - 1L));
          default -> {} // of what the plan counts besides we know nothing
        }
      }
    }
    return progress;
  }

  /**
   * The enterprises of a platform in order of id; empty where the caller does not see it.
   *
   * @param after the page begins behind this one; null for the first page
   */
  public Optional<Page<Item>> enterprises(
      Caller caller, String id, @Nullable EnterpriseId after, int limit) {
    return view(caller, store.await(registry.platforms()), id)
        .map(view -> enterprises(view, after, limit));
  }

  private Page<Item> enterprises(PlatformView view, @Nullable EnterpriseId after, int limit) {
    EnterpriseId only = view.only();
    if (only != null) {
      boolean isBehind = after == null || only.compareTo(after) > 0;
      return new Page<>(isBehind ? items(List.of(only)) : List.of(), null);
    }
    List<Integer> buckets = IntStream.range(0, KeptTables.BUCKETS).boxed().toList();
    List<Member> members = new ArrayList<>();
    store
        .awaitEach(
            buckets, bucket -> tables.readMembers(view.platform().id(), bucket, after, limit + 1))
        .forEach(members::addAll);
    members.sort(Comparator.comparing(Member::enterprise));
    Page<Member> page =
        Page.of(
            members.subList(0, Math.min(members.size(), limit + 1)),
            limit,
            member -> member.enterprise().text());
    return named(page);
  }

  private Page<Item> named(Page<Member> page) {
    List<EnterpriseId> ids = page.items().stream().map(Member::enterprise).toList();
    List<Optional<Enterprise>> rows = store.awaitEach(ids, registry::enterprise);
    return new Page<>(
        IntStream.range(0, ids.size())
            .mapToObj(i -> item(page.items().get(i), rows.get(i)))
            .toList(),
        page.next());
  }

  /**
   * The same in another order.
   *
   * @param after from behind this place of the same order; null for the first page
   */
  public Ranked ranked(
      Caller caller, String id, EnterpriseOrder order, @Nullable OrderedPlace after, int limit) {
    Optional<PlatformView> view = view(caller, store.await(registry.platforms()), id);
    if (view.isEmpty()) {
      return new Ranked.NoPlatform();
    }
    EnterpriseId only = view.get().only();
    if (only != null) {
      return new Ranked.Found(new Page<>(after == null ? items(List.of(only)) : List.of(), null));
    }
    return switch (ranks.page(id, order, after, limit)) {
      case Ranks.Result.Ranked(Page<Member> page) -> new Ranked.Found(named(page));
      case Ranks.Result.TooMany(int max) -> new Ranked.TooMany(max);
    };
  }

  private static Item item(Member member, Optional<Enterprise> row) {
    PlatformCount count = KeptCodec.platform(member.bytes());
    return new Item(
        member.enterprise(),
        row.map(Enterprise::name).orElse(member.enterprise().text()),
        row.map(Enterprise::region).orElse(""),
        count == null ? new HealthCounts() : count.devices(),
        member.countedMillis());
  }

  private List<Item> items(List<EnterpriseId> ids) {
    return ids.stream()
        .map(
            id -> {
              Optional<Enterprise> row = store.await(registry.enterprise(id));
              Optional<KeptCounts.Found> found = kept.of(id);
              return new Item(
                  id,
                  row.map(Enterprise::name).orElse(id.text()),
                  row.map(Enterprise::region).orElse(""),
                  found.map(one -> one.count().all()).orElseGet(HealthCounts::new),
                  found.map(KeptCounts.Found::countedMillis).orElse(null));
            })
        .toList();
  }
}
