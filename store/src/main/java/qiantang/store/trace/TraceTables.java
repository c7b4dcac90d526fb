package qiantang.store.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import qiantang.store.model.EnterpriseId;

/**
 * The tables of live traces. Records go past the journal: they are no data of the enterprise's but
 * what somebody looks at now, so no frame, fold or reader needs to know them, a device waits for
 * none, and who asks reads one partition. A stage that fails means that the store is away or the
 * outcome unknown; repeating a write changes nothing.
 */
public interface TraceTables {
  /** How long a trace's records can be read: a person's hour. As a test checks. */
  Duration RECORDS_KEPT = Duration.ofHours(1);

  /** How long traces are listed: as long as any of their records can be there. */
  Duration TRACES_KEPT = Duration.ofHours(2);

  /** Writes a trace, to be found by enterprise and among the living; also one that was stopped. */
  CompletionStage<Void> write(Trace trace);

  /** An enterprise's traces, stopped and ended ones too, in no order. */
  CompletionStage<List<Trace>> traces(EnterpriseId enterprise);

  /** One of them. */
  CompletionStage<Optional<Trace>> trace(EnterpriseId enterprise, String id);

  /** All enterprises' traces that end after this, those that end first first. */
  CompletionStage<List<Trace>> living(Instant now, int limit);

  /** Inserts records of one trace. */
  CompletionStage<Void> insert(EnterpriseId enterprise, String trace, List<TraceRecord> records);

  /** Records of a trace from an id on, in order of id. */
  CompletionStage<List<TraceRecord>> records(
      EnterpriseId enterprise, String trace, String fromId, int limit);
}
