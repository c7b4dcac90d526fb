package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Retention;

/**
 * What every implementation of the tables of masks does. The tables may be shared by all tests of
 * the class: each has two enterprises of its own.
 */
public abstract class MaskTablesContract {
  private static final long MINUTE = 29_474_400;
  private static final Duration DAY = Duration.ofDays(1);
  private static final DeviceId PUMP = new DeviceId("pump");
  private static final DeviceId FAN = new DeviceId("fan");
  private static final byte[] BYTES = {1, 2, 3};

  private EnterpriseId enterprise = EnterpriseId.OPERATOR;
  private EnterpriseId other = EnterpriseId.OPERATOR;

  /** The tables under test. */
  protected abstract FoldTables tables();

  @BeforeEach
  final void name(TestInfo test) {
    String name = test.getDisplayName();
    enterprise = new EnterpriseId("m-" + Integer.toHexString(name.hashCode()));
    other = new EnterpriseId(enterprise.text() + "-1");
  }

  @Test
  void everythingWorksWhenEmpty() {
    assertEquals(List.of(), deletions(enterprise));
    assertEquals(List.of(), rows(Retention.YEAR_1, null, null, 9));
    assertEquals(List.of(), rows(Retention.YEAR_1, PUMP, null, 9));
    Stages.await(tables().eraseChunks(partition(Retention.YEAR_1), List.of()));
    Stages.await(tables().eraseChunks(partition(Retention.YEAR_1), keys(Retention.YEAR_1)));
    Stages.await(tables().eraseStates(List.of()));
    Stages.await(tables().eraseStates(List.of(state(PUMP, 0, 9))));
    Stages.await(tables().eraseEvents(List.of()));
    Stages.await(tables().eraseEvents(List.of(event(PUMP, "a"))));
    Stages.await(tables().eraseEvents(list(PUMP), "z"));
  }

  @Test
  void deletionsComeInTheirOrderEachWithItsEnterprise() {
    Mask first = Mask.of(enterprise, null, Mask.ALL_TIMES, 1_000, -1);
    Mask second = Mask.of(enterprise, PUMP, Long.MIN_VALUE, 1_768_464_000_000L, 7);
    Mask third = Mask.of(enterprise, FAN, 5, 1_768_464_000_000L, 8);
    Mask others = Mask.of(other, PUMP, 5, 9, 9);
    for (Mask mask : List.of(third, others, first, second)) {
      write(Deletion.begun(mask));
    }
    assertEquals(
        List.of(Deletion.begun(first), Deletion.begun(second), Deletion.begun(third)),
        deletions(enterprise));
    assertEquals(List.of(Deletion.begun(others)), deletions(other));
    List<EnterpriseId> masked = Stages.await(tables().readMaskedEnterprises());
    assertTrue(masked.containsAll(List.of(enterprise, other)));
    assertEquals(masked.size(), masked.stream().distinct().count());
  }

  @Test
  void howFarADeletionWasErasedIsAddedToIt() {
    Mask mask = Mask.of(enterprise, PUMP, 5, 1_000, 1);
    write(Deletion.begun(mask));
    write(new Deletion(mask, 7L, null));
    write(new Deletion(mask, 9L, null));
    assertEquals(List.of(new Deletion(mask, 9L, null)), deletions(enterprise));
    write(new Deletion(mask, null, 11L));
    assertEquals(List.of(new Deletion(mask, 9L, 11L)), deletions(enterprise));
  }

  @Test
  void whatAnotherCoversIsForgotten() {
    Mask first = Mask.of(enterprise, PUMP, 5, 1_000, 1);
    Mask second = Mask.of(enterprise, null, Mask.ALL_TIMES, 2_000, 2);
    write(Deletion.begun(first));
    write(Deletion.begun(second));
    Stages.await(tables().forgetDeletions(List.of(first)));
    Stages.await(tables().forgetDeletions(List.of(first)));
    assertEquals(List.of(Deletion.begun(second)), deletions(enterprise));
    Stages.await(tables().forgetDeletions(List.of()));
  }

  @Test
  void rowsOfChunksComePageByPageInTheirOrder() {
    for (Retention retention : Retention.values()) {
      List<ChunkKey> keys = keys(retention);
      insert(keys);
      assertEquals(keys, rows(retention, null, null, 1000));
      for (int limit : List.of(1, 3, keys.size())) {
        List<ChunkKey> pages = new ArrayList<>();
        List<ChunkKey> page = rows(retention, null, null, limit);
        while (!page.isEmpty()) {
          assertTrue(page.size() <= limit);
          pages.addAll(page);
          page = rows(retention, null, page.getLast(), limit);
        }
        assertEquals(keys, pages, "pages of " + limit);
      }
      List<ChunkKey> pumps = keys.stream().filter(key -> key.device().equals(PUMP)).toList();
      assertEquals(pumps, rows(retention, PUMP, null, 1000));
      assertEquals(pumps.subList(0, 2), rows(retention, PUMP, null, 2));
      assertEquals(pumps.subList(2, pumps.size()), rows(retention, PUMP, pumps.get(1), 1000));
      assertEquals(List.of(), rows(retention, PUMP, pumps.getLast(), 1000));
    }
  }

  @Test
  void rowsOfChunksHaveTheirSummaries() {
    ChunkKey with = new ChunkKey(partition(Retention.YEAR_1), FAN, MINUTE, MINUTE, 0, 1);
    ChunkKey without = new ChunkKey(partition(Retention.YEAR_1), PUMP, MINUTE, MINUTE, 0, 1);
    Stages.await(
        tables()
            .insertChunks(
                List.of(new Chunk(with, BYTES, BYTES), new Chunk(without, BYTES, new byte[0])),
                DAY));
    List<Summarized> rows =
        Stages.await(tables().readRows(partition(Retention.YEAR_1), null, null, 9));
    assertEquals(BYTES.length, rows.getFirst().summary().length);
    assertEquals(0, rows.getLast().summary().length);
  }

  @Test
  void chunksAreErasedByTheirWholeKeys() {
    for (Retention retention : Retention.values()) {
      List<ChunkKey> keys = new ArrayList<>(keys(retention));
      insert(keys);
      List<ChunkKey> erased = List.of(keys.get(1), keys.get(4), keys.getLast());
      Stages.await(tables().eraseChunks(partition(retention), erased));
      keys.removeAll(erased);
      assertEquals(keys, rows(retention, null, null, 1000));
      // Another enterprise's rows of the same names are another's.
      assertEquals(
          keys.stream().filter(key -> key.device().equals(PUMP)).toList(),
          Stages.await(
                  tables().readChunks(partition(retention), PUMP, Long.MIN_VALUE, Long.MAX_VALUE))
              .stream()
              .map(Chunk::key)
              .toList());
    }
  }

  @Test
  void aStateIsErasedUnlessALaterOneIsThere() {
    write(state(PUMP, 0, 10), state(PUMP, 1, 10), state(FAN, 0, 10));
    Stages.await(tables().eraseStates(List.of(state(PUMP, 0, 10))));
    assertEquals(List.of("fan 0 10", "pump 1 10"), states());
    write(state(PUMP, 1, 11));
    Stages.await(tables().eraseStates(List.of(state(PUMP, 1, 10))));
    assertEquals(List.of("fan 0 10", "pump 1 11"), states());
  }

  @Test
  void aStateThatFollowsOneThatWasErasedIsThere() {
    write(state(PUMP, 0, 10));
    Stages.await(tables().eraseStates(List.of(state(PUMP, 0, 10))));
    assertEquals(List.of(), states());
    write(state(PUMP, 0, 11));
    assertEquals(List.of("pump 0 11"), states());
  }

  @Test
  void eventsAreErasedOneByOneOrUpToAnId() {
    Stages.await(
        tables()
            .insertEvents(
                List.of(
                    event(PUMP, "a"),
                    event(PUMP, "b"),
                    event(PUMP, "c"),
                    event(FAN, "a"),
                    new Event(new EventPartition(enterprise, null, 672), "a", BYTES),
                    new Event(new EventPartition(enterprise, PUMP, 673), "a", BYTES))));
    Stages.await(tables().eraseEvents(list(PUMP), "b"));
    assertEquals(List.of("c", "b"), ids(list(PUMP)));
    assertEquals(List.of("a"), ids(list(FAN)));
    assertEquals(List.of("a"), ids(new EventPartition(enterprise, PUMP, 673)));
    Event ofAll = new Event(new EventPartition(enterprise, null, 672), "a", BYTES);
    Stages.await(tables().eraseEvents(List.of(event(PUMP, "c"), event(FAN, "z"), ofAll)));
    assertEquals(List.of("b"), ids(list(PUMP)));
    assertEquals(List.of("a"), ids(list(FAN)));
    assertEquals(List.of(), ids(ofAll.partition()));
  }

  private List<ChunkKey> keys(Retention retention) {
    ChunkPartition in = partition(retention);
    return List.of(
        new ChunkKey(in, FAN, MINUTE, MINUTE, 0, 5),
        new ChunkKey(in, FAN, MINUTE, MINUTE, 1, 4),
        new ChunkKey(in, PUMP, -15, 0, 0, 0),
        new ChunkKey(in, PUMP, MINUTE, MINUTE, 0, -5),
        new ChunkKey(in, PUMP, MINUTE, MINUTE, 0, 5),
        new ChunkKey(in, PUMP, MINUTE, MINUTE, 1, 5),
        new ChunkKey(in, PUMP, MINUTE, MINUTE + 15, 0, 5),
        new ChunkKey(in, PUMP, MINUTE + 15, MINUTE, 0, 5),
        new ChunkKey(in, new DeviceId("pump-1"), MINUTE, MINUTE, 0, 5));
  }

  private ChunkPartition partition(Retention retention) {
    return new ChunkPartition(retention, enterprise, 3, MINUTE);
  }

  private void insert(List<ChunkKey> keys) {
    List<Chunk> chunks = keys.stream().map(key -> new Chunk(key, BYTES, BYTES)).toList();
    Stages.await(tables().insertChunks(chunks.reversed(), DAY));
  }

  private List<ChunkKey> rows(
      Retention retention, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit) {
    return Stages.await(tables().readRows(partition(retention), device, behind, limit)).stream()
        .map(Summarized::key)
        .toList();
  }

  private State state(DeviceId device, int part, long arrival) {
    return new State(new StatePartition(enterprise, 0, 0), device, part, arrival, BYTES);
  }

  private void write(State... states) {
    Stages.await(tables().writeStates(List.of(states), DAY));
  }

  private List<String> states() {
    return Stages.await(tables().readStates(new StatePartition(enterprise, 0, 0), null)).stream()
        .map(state -> state.device() + " " + state.part() + " " + state.arrival())
        .toList();
  }

  private EventPartition list(DeviceId device) {
    return new EventPartition(enterprise, device, 672);
  }

  private Event event(DeviceId device, String id) {
    return new Event(list(device), id, BYTES);
  }

  private List<String> ids(EventPartition partition) {
    return Stages.await(tables().readEvents(partition, "", "~", 100)).stream()
        .map(Event::id)
        .toList();
  }

  private void write(Deletion deletion) {
    Stages.await(tables().writeDeletion(deletion, DAY));
  }

  private List<Deletion> deletions(EnterpriseId of) {
    return Stages.await(tables().readDeletions(of));
  }
}
