package qiantang.store.access;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;

/**
 * The tables of grants: by who gave them and by who got them. Nothing is deleted: a tombstone that
 * a replica missed could bring back what was taken away. A stage that fails means that the store is
 * away or the outcome unknown; repeating a write changes nothing.
 */
public interface GrantTables {
  /** How long a grant is listed when its time is over: as long as the lines that name it. */
  Duration KEPT_AFTER = Duration.ofDays(400);

  /** Writes a new grant. */
  CompletionStage<Void> put(Grant grant);

  /** Writes that a grant was taken back: first where decisions are made. */
  CompletionStage<Void> revoke(Grant revoked);

  /** An enterprise's grants in order of id, from behind one of them, at most so many. */
  CompletionStage<List<Grant>> given(EnterpriseId enterprise, @Nullable String after, int limit);

  /** One of them. */
  CompletionStage<Optional<Grant>> given(EnterpriseId enterprise, String id);

  /** What an enterprise granted to a party, in order of id; revoked ones too. */
  CompletionStage<List<Grant>> received(Party grantee, EnterpriseId enterprise);

  /** Who granted anything to a party, ever: in order of id, from behind one, at most so many. */
  CompletionStage<List<EnterpriseId>> grantors(
      Party grantee, @Nullable EnterpriseId after, int limit);
}
