package qiantang.store.simulation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;
import qiantang.store.simulation.Way.Kind;

/** The journal's tables, by a machine's way; the judge sees what is put into them. */
final class JournalWay implements JournalTables {
  private final JournalTables tables;
  private final Way way;
  private final Judge judge;

  JournalWay(JournalTables tables, Way way, Judge judge) {
    this.tables = tables;
    this.way = way;
    this.judge = judge;
  }

  @Override
  public CompletionStage<Void> insertFrame(FrameKey key, byte[] bytes) {
    return way.perform(
        Kind.STEP,
        "frame",
        () -> {
          judge.stored(key, bytes);
          return tables.insertFrame(key, bytes);
        });
  }

  @Override
  public CompletionStage<List<StoredFrame>> readFrames(
      LaneMinute partition, long afterSequence, long bytes) {
    return way.perform(
        Kind.READ, "frames", () -> tables.readFrames(partition, afterSequence, bytes));
  }

  @Override
  public CompletionStage<Integer> keepFrames(LaneMinute partition) {
    return way.perform(Kind.STEP, "kept frames", () -> tables.keepFrames(partition));
  }

  @Override
  public CompletionStage<Void> insertWhereabouts(Whereabouts row) {
    return way.perform(Kind.STEP, "whereabouts", () -> tables.insertWhereabouts(row));
  }

  @Override
  public CompletionStage<List<Whereabouts>> readWhereabouts(EnterpriseId enterprise) {
    return way.perform(Kind.READ, "whereabouts", () -> tables.readWhereabouts(enterprise));
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readEnterprises() {
    return way.perform(Kind.READ, "enterprises", tables::readEnterprises);
  }

  @Override
  public CompletionStage<Void> insertStart(Start start) {
    return way.perform(Kind.STEP, "start", () -> tables.insertStart(start));
  }

  @Override
  public CompletionStage<Boolean> beat(Start start) {
    return way.perform(Kind.WRITE, "beat", () -> tables.beat(start));
  }

  @Override
  public CompletionStage<Boolean> seal(StartId start, long beat) {
    return way.perform(Kind.WRITE, "seal", () -> tables.seal(start, beat));
  }

  @Override
  public CompletionStage<Optional<Start>> readStart(StartId start) {
    return way.perform(Kind.READ, "start", () -> tables.readStart(start));
  }

  @Override
  public CompletionStage<List<Start>> readStarts() {
    return way.perform(Kind.READ, "starts", tables::readStarts);
  }

  @Override
  public CompletionStage<Instant> databaseTime() {
    return tables.databaseTime(); // each heartbeat asks, and only a gauge depends on it
  }
}
