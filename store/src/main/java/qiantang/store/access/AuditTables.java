package qiantang.store.access;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;

/**
 * The table of the audit. It can be added to and read, nothing else. A stage that fails means that
 * the store is away or the outcome unknown; repeating a write changes nothing.
 */
public interface AuditTables {
  /** How long lines are kept; the law asks for six months. */
  Duration KEPT = Duration.ofDays(400);

  /** Adds lines of one subject and one day. */
  CompletionStage<Void> append(List<AuditLine> lines);

  /** Lines of a subject and day, newest first, from behind an id, at most so many. */
  CompletionStage<List<AuditLine>> read(
      EnterpriseId subject, long day, @Nullable String beforeId, int limit);
}
