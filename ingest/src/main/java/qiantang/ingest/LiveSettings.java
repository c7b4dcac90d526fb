package qiantang.ingest;

import qiantang.ingest.mqtt.Terms;
import qiantang.ingest.net.Allowed;

/**
 * What may change while a node runs.
 *
 * @param allowed who comes in
 * @param terms what clients are told
 */
public record LiveSettings(Allowed allowed, Terms terms) {
  /** What fits this machine. */
  public static final LiveSettings BY_DEFAULT =
      new LiveSettings(Allowed.BY_DEFAULT, Terms.BY_DEFAULT);
}
