package qiantang.store.fold;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.model.DeviceId;

/** Carries the states of a group's devices on by what a step packed. One thread at a time. */
final class StateWrites {
  private static final Logger logger = LoggerFactory.getLogger(StateWrites.class);

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final Masks masks;
  private final long arrivalSpan;
  private final StatePartition partition;
  private final Load load;

  StateWrites(
      PackerEnvironment environment,
      LayoutHistory layouts,
      Masks masks,
      long arrivalSpan,
      int group,
      Load load) {
    this.load = load;
    this.environment = environment;
    this.layouts = layouts;
    this.masks = masks;
    this.arrivalSpan = arrivalSpan;
    long layoutDay = layouts.at(arrivalSpan).fromDay();
    partition = new StatePartition(layouts.enterprise(), layoutDay, group);
  }

  /**
   * Merges the newest values that were packed into the states of their devices. Complete when these
   * are known to be stored.
   */
  CompletionStage<Void> write(SortedMap<DeviceId, DeviceColumns> newest) {
    if (newest.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    @Nullable DeviceId only = newest.size() == 1 ? newest.firstKey() : null;
    return environment
        .tables()
        .readStates(partition, only)
        .thenComposeAsync(old -> merge(newest, old), environment.executor());
  }

  private CompletionStage<Void> merge(
      SortedMap<DeviceId, DeviceColumns> newest, List<State> oldStates) {
    Map<DeviceId, List<State>> oldOf = new HashMap<>();
    for (State state : oldStates) {
      if (newest.containsKey(state.device())) {
        oldOf.computeIfAbsent(state.device(), key -> new ArrayList<>()).add(state);
      }
    }
    Set<DeviceId> devices = new HashSet<>(newest.keySet());
    oldStates.forEach(state -> devices.add(state.device()));
    load.group(partition.group(), devices.size());
    StateRows all = new StateRows(new ArrayList<>(), new ArrayList<>());
    newest.forEach(
        (device, brought) -> {
          List<State> old = oldOf.getOrDefault(device, List.of());
          // Another packer is ahead: its states hold this step's already.
          if (old.stream().noneMatch(state -> state.arrival() > arrivalSpan)) {
            StateRows rows =
                StateRows.of(
                    partition,
                    device,
                    arrivalSpan,
                    old,
                    masks,
                    brought,
                    reason -> damaged(device, reason));
            all.begun().addAll(rows.begun());
            all.renewed().addAll(rows.renewed());
          }
        });
    return writeAll(all.begun())
        .thenComposeAsync(nothing -> writeAll(all.renewed()), environment.executor());
  }

  private void damaged(DeviceId device, String reason) {
    environment.meter().damagedState();
    logger.error(
        "cannot read the state of {} in {}, it begins anew: {}", device, partition, reason);
  }

  private CompletionStage<Void> writeAll(List<StateRows.Row> rows) {
    Iterator<Map.Entry<Long, List<State>>> batches = batches(rows).iterator();
    WriteWindow window = new WriteWindow();
    return Turns.each(
            environment.executor(),
            () -> {
              if (!batches.hasNext()) {
                return null;
              }
              Map.Entry<Long, List<State>> batch = batches.next();
              window.add(write(batch.getKey(), batch.getValue()));
              return window.room();
            })
        .thenCompose(nothing -> window.all());
  }

  /** Rows that are written together: of one event span of their newest value, for they expire. */
  private List<Map.Entry<Long, List<State>>> batches(List<StateRows.Row> rows) {
    SortedMap<Long, List<State>> bySpan = new TreeMap<>();
    for (StateRows.Row row : rows) {
      long span = layouts.spanOf(row.newestMicros());
      bySpan.computeIfAbsent(span, key -> new ArrayList<>()).add(row.state());
    }
    List<Map.Entry<Long, List<State>>> batches = new ArrayList<>();
    bySpan.forEach(
        (span, states) -> {
          int from = 0;
          int bytes = 0;
          for (int i = 0; i < states.size(); i++) {
            bytes += states.get(i).bytes().length;
            if (bytes >= PackerEnvironment.WRITE_BYTES_MAX || i == states.size() - 1) {
              batches.add(Map.entry(span, states.subList(from, i + 1)));
              from = i + 1;
              bytes = 0;
            }
          }
        });
    return batches;
  }

  private CompletionStage<Void> write(long newestSpan, List<State> states) {
    return environment
        .tables()
        .writeStates(states, environment.timeToLive(layouts, newestSpan))
        .thenRun(
            () -> states.forEach(state -> environment.meter().storedState(state.bytes().length)));
  }
}
