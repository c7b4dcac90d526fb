package qiantang.ingest.payload;

import java.util.List;
import qiantang.store.model.EnterpriseId;

/**
 * A message that is given to whoever subscribes to its topic, at once. Only the server has some;
 * what clients send is never retained.
 *
 * @param qos 0 or 1
 */
public record Retained(String topic, byte[] payload, int qos) {
  /** What there is to give to clients of an enterprise. Any thread; a handful at most. */
  @FunctionalInterface
  public interface Source {
    /** The messages as of now. */
    List<Retained> of(EnterpriseId enterprise);
  }

  /** Nothing is retained. */
  public static final Source NONE = enterprise -> List.of();
}
