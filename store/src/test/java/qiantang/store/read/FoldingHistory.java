package qiantang.store.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.read.Tiers.Lane;

/**
 * A seeded history over the border of a day: two nodes of two lanes, readings that come in time,
 * early, late, twice and corrected, layouts that change; and folds that come along step by step.
 */
final class FoldingHistory {
  static final List<DeviceId> DEVICES =
      List.of("d0", "d1", "d2", "d3").stream().map(DeviceId::new).toList();

  private static final int MINUTES = 240;
  private static final List<Lane> LANES =
      List.of(new Lane(1, 0), new Lane(1, 1), new Lane(2, 0), new Lane(2, 1));

  final Tiers tiers;
  final long beginMinute;

  private final Random random;
  private final Map<Lane, Long> sorted = new HashMap<>();
  private final Map<Lane, Long> cursors = new HashMap<>();
  private long step;
  private long packed;

  FoldingHistory(Random random) {
    this.random = random;
    long today = Math.floorDiv(new Tiers().time.minute(), Layout.DAY_MINUTES);
    tiers = new Tiers(layouts(random, today));
    beginMinute = today * Layout.DAY_MINUTES - MINUTES / 2;
    step = tiers.history().spanStart(beginMinute - Layout.DAY_MINUTES);
    packed = step;
    Map<Lane, Long> labels = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      Lane lane = LANES.get(random.nextInt(LANES.size()));
      long now = beginMinute + (long) i * MINUTES / 300;
      long label = labels.merge(lane, now - random.nextInt(4), Math::max);
      tiers.frame(lane, label, messages(label));
    }
    for (Lane lane : LANES) {
      // All that was written is closed.
      tiers.beat(lane.start(), endMinute());
      sorted.put(lane, beginMinute - 4);
    }
  }

  private static Layout[] layouts(Random random, long today) {
    List<Layout> layouts = new ArrayList<>();
    if (random.nextBoolean()) {
      layouts.add(layout(random, Long.MIN_VALUE));
    }
    if (random.nextBoolean()) {
      layouts.add(layout(random, today));
    }
    return layouts.toArray(Layout[]::new);
  }

  private static Layout layout(Random random, long fromDay) {
    int span = Layout.SPANS_MINUTES.get(random.nextInt(3));
    TreeMap<DeviceId, Integer> fast = new TreeMap<>();
    for (DeviceId device : DEVICES) {
      if (random.nextInt(3) == 0) {
        fast.put(device, random.nextBoolean() ? span : 720);
      }
    }
    return new Layout(fromDay, 1 + random.nextInt(3), span, fast);
  }

  private Entry.Readings[] messages(long label) {
    Entry.Readings[] messages = new Entry.Readings[1 + random.nextInt(3)];
    for (int i = 0; i < messages.length; i++) {
      MetricValue[] values = new MetricValue[1 + random.nextInt(2)];
      for (int m = 0; m < values.length; m++) {
        values[m] = Tiers.value("m" + (m + random.nextInt(2) * 2), random.nextInt(1_000_000));
      }
      DeviceId device = DEVICES.get(random.nextInt(DEVICES.size()));
      messages[i] = Tiers.message(device.text(), eventTimeMicros(label), values);
    }
    return messages;
  }

  /** Of few times, so that they meet. */
  private long eventTimeMicros(long label) {
    long minute =
        switch (random.nextInt(10)) {
          case 0 -> label + random.nextInt(6);
          case 1 -> label - random.nextInt(200);
          case 2 -> label - 2880 + random.nextInt(10);
          default -> label - random.nextInt(3);
        };
    return minute * Tiers.MINUTE_MICROS + random.nextInt(2) * 30_000_000L;
  }

  long endMinute() {
    return beginMinute + MINUTES;
  }

  /** One step of any fold, as far as it may go. */
  void fold() {
    switch (random.nextInt(6)) {
      case 0, 1, 2 -> sort(LANES.get(random.nextInt(LANES.size())));
      case 3 -> {
        Lane lane = LANES.get(random.nextInt(LANES.size()));
        cursors.put(lane, sorted.getOrDefault(lane, 0L));
        tiers.writeCursor(lane, sorted.getOrDefault(lane, 0L), 0);
      }
      case 4 -> pack();
      default -> {
        packed = step;
        tiers.writePacked(packed);
      }
    }
  }

  private void sort(Lane lane) {
    long from = sorted.getOrDefault(lane, 0L);
    long to = Math.min(endMinute(), from + 1 + random.nextInt(10));
    tiers.sort(lane, from, to);
    sorted.put(lane, to);
  }

  private void pack() {
    long limit = LANES.stream().mapToLong(lane -> cursors.getOrDefault(lane, 0L)).min().orElse(0);
    LayoutHistory history = tiers.history();
    while (history.spanEnd(step) + LayoutHistory.LATE_MINUTES <= limit) {
      tiers.pack(step);
      step = history.spanEnd(step);
      if (step > beginMinute && random.nextInt(3) > 0) {
        return; // the packed minute may stay behind
      }
    }
  }

  /** Whether nothing is left to do but what the end holds back. */
  boolean isFolded() {
    LayoutHistory history = tiers.history();
    return cursors.size() == LANES.size()
        && cursors.values().stream().allMatch(minute -> minute >= endMinute())
        && history.spanEnd(step) + LayoutHistory.LATE_MINUTES > endMinute()
        && packed == step;
  }
}
