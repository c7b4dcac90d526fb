package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.RollupCodec;
import qiantang.store.codec.RollupCodec.Hour;
import qiantang.store.codec.TotalsCodec;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.summary.Total;

/**
 * Makes the rollups of all devices of an enterprise that begin at one minute, from the summaries of
 * their chunks: once everything that they are to know is packed, and before the packed minute says
 * so. Of what came later {@link ChunkWrites} says that it is late. One thread at a time.
 */
final class RollupStep {
  // A device's rollup of 100 metrics has some 15 KiB.
  private static final int ROLLUPS_AT_ONCE = 16;

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final long begin;

  RollupStep(PackerEnvironment environment, LayoutHistory layouts, long begin) {
    this.environment = environment;
    this.layouts = layouts;
    this.begin = begin;
  }

  /** Complete when all rollups are known to be stored. */
  CompletionStage<Void> run() {
    Iterator<Integer> groups = IntStream.range(0, layouts.at(begin).groupCount()).iterator();
    return Turns.each(
        environment.executor(), () -> groups.hasNext() ? new Group(groups.next()).run() : null);
  }

  /** The devices of one group. */
  private final class Group {
    private final int group;
    private final SortedMap<DeviceId, List<Summarized>> rows = new TreeMap<>();
    private final List<SortedMap<String, Total>> totals = new ArrayList<>();
    private final long[] newestArrivalMillis = new long[Rollups.HOURS];
    private final boolean[] isUnknown = new boolean[Rollups.HOURS];
    private final List<Rollup> open = new ArrayList<>();

    Group(int group) {
      this.group = group;
      for (int hour = 0; hour < Rollups.HOURS; hour++) {
        totals.add(new TreeMap<>());
      }
    }

    CompletionStage<Void> run() {
      Iterator<ChunkPartition> partitions = partitions().iterator();
      return Turns.each(
              environment.executor(), () -> partitions.hasNext() ? scan(partitions.next()) : null)
          .thenComposeAsync(nothing -> write(), environment.executor());
    }

    private List<ChunkPartition> partitions() {
      int periodMinutes = layouts.at(begin).periodMinutes(group);
      return layouts.chunkPartitions(Math.floorDiv(begin, Layout.DAY_MINUTES), group).stream()
          .filter(partition -> partition.period() < begin + Rollups.PERIOD_MINUTES)
          .filter(partition -> partition.period() + periodMinutes > begin)
          .toList();
    }

    private CompletionStage<Void> scan(ChunkPartition partition) {
      return environment
          .tables()
          .scanSummaries(
              partition,
              layouts.spanStart(begin),
              begin + Rollups.PERIOD_MINUTES,
              row -> {
                if (row.key().arrival() < Rollups.completeAt(begin)) {
                  rows.computeIfAbsent(row.key().device(), device -> new ArrayList<>()).add(row);
                }
              });
    }

    /** Of a group in which nobody sent anything there are no rollups. */
    private CompletionStage<Void> write() {
      if (rows.isEmpty()) {
        return Turns.NOTHING;
      }
      Iterator<Map.Entry<DeviceId, List<Summarized>>> devices = rows.entrySet().iterator();
      return Turns.each(
              environment.executor(),
              () -> {
                if (!devices.hasNext()) {
                  return null;
                }
                var device = devices.next();
                return write(device.getKey(), device.getValue());
              })
          .thenComposeAsync(
              nothing -> {
                open.add(rollup(null, TotalsCodec.encode(totals())));
                return insert();
              },
              environment.executor());
    }

    private CompletionStage<Void> write(DeviceId device, List<Summarized> ofDevice) {
      return new DeviceHours(environment, layouts, begin, device, ofDevice)
          .make()
          .thenComposeAsync(
              hours -> {
                add(hours);
                if (Rollups.areOfDevices(layouts.at(begin))) {
                  open.add(rollup(device, RollupCodec.encode(hours)));
                }
                return open.size() < ROLLUPS_AT_ONCE ? Turns.NOTHING : insert();
              },
              environment.executor());
    }

    private void add(List<Hour> hours) {
      for (int i = 0; i < hours.size(); i++) {
        SortedMap<String, Total> ofHour = totals.get(i);
        switch (hours.get(i)) {
          case Hour.Silent() -> {}
          case Hour.Unknown() -> isUnknown[i] = true;
          case Hour.Known(var summaries) -> {
            isUnknown[i] |= !summaries.inColumns().isEmpty();
            newestArrivalMillis[i] =
                Math.max(newestArrivalMillis[i], summaries.newestArrivalMillis());
            summaries
                .byMetric()
                .forEach((metric, summary) -> ofHour.merge(metric, Total.of(summary), Total::plus));
          }
        }
      }
    }

    private List<TotalsCodec.Hour> totals() {
      List<TotalsCodec.Hour> hours = new ArrayList<>(Rollups.HOURS);
      for (int i = 0; i < Rollups.HOURS; i++) {
        hours.add(
            isUnknown[i]
                ? new TotalsCodec.Hour.Unknown()
                : new TotalsCodec.Hour.Known(newestArrivalMillis[i], totals.get(i)));
      }
      return hours;
    }

    private Rollup rollup(@Nullable DeviceId device, byte[] bytes) {
      RollupPartition partition = Rollups.partition(layouts, group, begin);
      return new Rollup(partition, device, begin, false, bytes);
    }

    private CompletionStage<Void> insert() {
      List<Rollup> now = List.copyOf(open);
      open.clear();
      // As long as the first chunk that it knows.
      return environment
          .tables()
          .insertRollups(now, environment.timeToLive(layouts, layouts.spanStart(begin)))
          .thenRun(() -> environment.meter().storedRollups(now));
    }
  }
}
