package qiantang.store.simulation;

import java.util.List;

/** Bugs that the simulation must find. */
final class Mutants {
  static final List<Mutant> ALL =
      List.of(
          new Mutant(
              "a sealed start acknowledges",
              "journal/Lane.java",
              "heartbeat.whenFresh(() -> complete(frame));",
              "complete(frame);"),
          new Mutant(
              "only the ticker tells that a heartbeat is fresh",
              "journal/Heartbeat.java",
              """
                      && millis >= freshFromMillis
                      && millis < freshUntilMillis\
              """,
              ""),
          new Mutant(
              "a clock set back hides a sleep",
              "journal/Heartbeat.java",
              "&& millis >= freshFromMillis",
              ""),
          new Mutant(
              "whereabouts after the acknowledgement",
              "journal/Lane.java",
              "stored = stored.thenAcceptBoth("
                  + "tables.insertWhereabouts(row), (first, second) -> {});",
              "tables.insertWhereabouts(row);"),
          new Mutant(
              "a frame that is tried again takes what waits along",
              "journal/Lane.java",
              "write(frame, next.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : next);",
              """
              Frame larger = frame;
              synchronized (this) {
                if (!waiting.isEmpty()) {
                  sequence--;
                  Frame more = compose();
                  List<Append> both = new ArrayList<>(frame.appends());
                  both.addAll(more.appends());
                  larger = new Frame(frame.key(), more.bytes(), both, frame.whereabouts());
                }
              }
              write(larger, next);
              """),
          new Mutant(
              "a minute runs ahead of what was announced",
              "journal/Lane.java",
              "long next = Math.min(now, announcedMinute + MINUTES_AHEAD);",
              "long next = now;"),
          new Mutant(
              "labels before the floor of a new start",
              "journal/Journal.java",
              "lane.beginAt(floorMinute);",
              ""),
          new Mutant(
              "the first of two values wins in a series",
              "read/MetricMerge.java",
              "if (from.ranks[a].compareTo(from.ranks[b]) > 0) {",
              "if (from.ranks[a].compareTo(from.ranks[b]) < 0) {"),
          new Mutant(
              "nothing is looked for twice in a series",
              "read/MetricMerge.java",
              "if (from.timesMicros[a] < from.timesMicros[b]) {",
              "if (from.timesMicros[a] <= from.timesMicros[b]) {"),
          new Mutant(
              "cursors read after the data",
              "read/Reader.java",
              "tail.scanUnsorted(positions, device, merge)",
              "tail.positions(positions.enterprise())"
                  + ".thenCompose(later -> tail.scanUnsorted(later, device, merge))"),
          new Mutant(
              "blocks are kept before all lanes are sorted past them",
              "read/Positions.java",
              "to = isSortedForEver(row) ? to : Math.min(to, unsortedFrom(row));",
              "to = blocksTo();"),
          new Mutant(
              "kept blocks know nothing of a lane that appears later",
              "read/KeptBlocks.java",
              "&& lanes.containsAll(positions.lanesBefore(toMinute));",
              ";"),
          new Mutant(
              "the cursor moves before the rows are stored",
              "fold/LaneSort.java",
              "return moveCursor(label)\n",
              "return moveCursor(label + 1)\n"),
          new Mutant(
              "the packed minute moves before the chunks are stored",
              "fold/PackerPass.java",
              "return step();",
              """
              long span = position;
              position = layouts.spanEnd(span);
              return writePackedMinute()
                  .thenCompose(nothing -> { position = span; return step(); });
              """),
          new Mutant(
              "late readings are not packed",
              "fold/Arrivals.java",
              "if (layouts.arrivalSpan(arrivalMinute, span) == arrivalSpan) {",
              "if (span == arrivalSpan && layouts.isOnTime(arrivalMinute, span)) {"),
          new Mutant(
              "a state is written over a newer one",
              "memory/MemoryFolds.java",
              "(old, now) -> now.arrival() < old.arrival()",
              "(old, now) -> false"),
          new Mutant(
              "rejections are not made events",
              "fold/LaneSort.java",
              ".thenComposeAsync(nothing -> insertEvents(piece.events()), sorter.executor)",
              ""),
          new Mutant(
              "counts of an earlier frame stand",
              "memory/MemoryFolds.java",
              "(old, now) -> now.sequence() < old.sequence()",
              "(old, now) -> true"),
          new Mutant(
              "a summary counts over a sample within its times",
              "read/IntervalMerge.java",
              "&& recents.values().stream().noneMatch(recent -> recent.isWithin(first, last));",
              ";"),
          new Mutant(
              "two summaries count over each other",
              "read/IntervalMerge.java",
              "&& first > beforeMicros\n",
              "\n"),
          new Mutant(
              "a new layout holds from today on",
              "fold/Layouts.java",
              "int AHEAD_MINUTES = 300;",
              "int AHEAD_MINUTES = -1300;"),
          new Mutant(
              "what is counted in a frame and by a sorter counts twice",
              "read/ActivityMerge.java",
              "counts.merge(key, lane.counts(), Counts::max);",
              "counts.merge(key, lane.counts(), Counts::plus);"),
          new Mutant(
              "the end of a session that is in a register is forgotten",
              "fold/RegisterMerge.java",
              "open.remove(key);",
              ""),
          new Mutant(
              "nothing says that a rollup is late",
              "fold/ChunkWrites.java",
              "untold.removeIf(rollup -> !late.add(rollup));",
              "untold.clear();"),
          new Mutant(
              "a rollup counts over a sample that no chunk has yet",
              "read/TotalsRead.java",
              "&& !recentHours.contains(new GroupHour(group, hour))",
              ""),
          new Mutant(
              "a hidden value stays in a state",
              "fold/StateRows.java",
              "all.add(masks.visible(device, columns))",
              "all.add(columns)"),
          new Mutant(
              "the eraser takes rows in which something is shown",
              "fold/Erasure.java",
              "masks.visible(device, columns).rows() == 0",
              "masks.visible(device, columns) != columns"),
          new Mutant(
              "frames expire before folds that lag write them again",
              "journal/JournalTables.java",
              "Duration FRAMES_KEPT = Duration.ofDays(2);",
              "Duration FRAMES_KEPT = Duration.ofDays(1);"));

  private Mutants() {}
}
