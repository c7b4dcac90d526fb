package qiantang.query.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.codec.KeptCodec;
import qiantang.store.health.Axis;
import qiantang.store.health.PlatformCount;
import qiantang.store.kept.KeptTables;
import qiantang.store.kept.KeptTables.Member;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;

/**
 * The enterprises of a platform in order of what was counted of them: all of them are read once a
 * minute, by kept counts alone, and sorted. Between two pages one whose counts changed may move,
 * and no other one does. Blocks: virtual threads only.
 */
final class Ranks {
  /** Names are read one by one: of so many in half a second. */
  static final int NAMED_MAX = 5000;

  // Counts are a minute old anyway.
  private static final Duration KEPT = Duration.ofMinutes(1);

  // Of 100,000 enterprises some 25 MB; a larger platform is read for each page.
  private static final long KEPT_BYTES_MAX = 64L * 1024 * 1024;

  // A row beside its bytes.
  private static final int ROW_BYTES = 150;

  private static final int MEMBERS_AT_ONCE = 5000;

  private final Registry registry;
  private final KeptTables tables;
  private final StoreWait store;
  private final ReentrantLock one = new ReentrantLock();
  private final Cache<Key, List<Row>> kept =
      Caffeine.newBuilder()
          .expireAfterWrite(KEPT)
          .maximumWeight(KEPT_BYTES_MAX)
          .<Key, List<Row>>weigher((key, rows) -> weight(rows))
          .build();

  private record Key(String platform, EnterpriseOrder order) {}

  /** An enterprise with its place. */
  record Row(Member member, OrderedPlace place) {}

  /** What became of a request. */
  sealed interface Result {
    /** A page; its next is the text of a place. */
    record Ranked(Page<Member> page) implements Result {}

    /** The platform has more enterprises than are sorted by this. */
    record TooMany(int max) implements Result {}
  }

  Ranks(Registry registry, StoreWait store) {
    this.registry = registry;
    this.tables = registry.kept();
    this.store = store;
  }

  /**
   * A page of a platform's enterprises.
   *
   * @param after from behind this place; null for the first page
   */
  Result page(String platform, EnterpriseOrder order, @Nullable OrderedPlace after, int limit) {
    Key key = new Key(platform, order);
    List<Row> rows = kept.getIfPresent(key);
    if (rows == null) {
      one.lock(); // platforms one after another: this is the largest read there is
      try {
        rows = kept.getIfPresent(key);
        if (rows == null) {
          List<Member> members = members(platform);
          if (order == EnterpriseOrder.NAME && members.size() > NAMED_MAX) {
            return new Result.TooMany(NAMED_MAX);
          }
          rows = sorted(members, order);
          kept.put(key, rows);
        }
      } finally {
        one.unlock();
      }
    }
    List<Row> page =
        rows.stream()
            .filter(row -> after == null || row.place.compareTo(after) > 0)
            .limit(limit + 1L)
            .toList();
    Page<Row> found = Page.of(page, limit, row -> row.place.text());
    return new Result.Ranked(
        new Page<>(found.items().stream().map(Row::member).toList(), found.next()));
  }

  private List<Row> sorted(List<Member> members, EnterpriseOrder order) {
    List<String> names =
        order == EnterpriseOrder.NAME
            ? store.awaitEach(members, member -> registry.enterprise(member.enterprise())).stream()
                .map(row -> row.map(Enterprise::name).orElse(""))
                .toList()
            : List.of();
    return IntStream.range(0, members.size())
        .mapToObj(
            i ->
                new Row(
                    members.get(i),
                    place(members.get(i), order, names.isEmpty() ? "" : names.get(i))))
        .sorted(Comparator.comparing(Row::place))
        .toList();
  }

  private static OrderedPlace place(Member member, EnterpriseOrder order, String name) {
    String id = member.enterprise().text();
    return switch (order) {
      case ID -> new OrderedPlace(order.word(), 0, "", id);
      case NAME -> new OrderedPlace(order.word(), 0, name, id);
      case DEVICES -> new OrderedPlace(order.word(), -count(member, null), "", id);
      case OFFLINE -> new OrderedPlace(order.word(), -count(member, Axis.State.OFFLINE), "", id);
    };
  }

  private static long count(Member member, Axis.@Nullable State state) {
    return Optional.ofNullable(KeptCodec.platform(member.bytes()))
        .map(PlatformCount::devices)
        .map(devices -> state == null ? devices.total() : devices.of(state))
        .orElse(0L);
  }

  private List<Member> members(String platform) {
    List<Member> all = new ArrayList<>();
    List<Integer> buckets = IntStream.range(0, KeptTables.BUCKETS).boxed().toList();
    List<List<Member>> firsts =
        store.awaitEach(
            buckets, bucket -> tables.readMembers(platform, bucket, null, MEMBERS_AT_ONCE));
    for (int bucket = 0; bucket < KeptTables.BUCKETS; bucket++) {
      List<Member> page = firsts.get(bucket);
      all.addAll(page);
      while (page.size() == MEMBERS_AT_ONCE) {
        EnterpriseId last = page.getLast().enterprise();
        page = store.await(tables.readMembers(platform, bucket, last, MEMBERS_AT_ONCE));
        all.addAll(page);
      }
    }
    return all;
  }

  private static int weight(List<Row> rows) {
    long bytes = 0;
    for (Row row : rows) {
      bytes += ROW_BYTES + row.member.bytes().length;
    }
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }
}
