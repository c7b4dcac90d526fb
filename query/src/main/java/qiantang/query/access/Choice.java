package qiantang.query.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which metrics may be read. */
public sealed interface Choice {
  /**
   * Some may.
   *
   * @param metrics what to ask the store for; none for all
   * @param told what the answer says of it; null where nothing is kept back
   * @param isPart whether only whole intervals that are over may be told: one that is not whole, or
   *     still grows, would tell single samples
   */
  record Pass(List<String> metrics, @Nullable Told told, boolean isPart) implements Choice {}

  /** There is no such device for this caller. */
  record Hidden() implements Choice {}

  /**
   * It sees the device, but may not do this.
   *
   * @param advice what to do
   */
  record Barred(String advice) implements Choice {}

  /**
   * What an answer says of the grants behind it.
   *
   * @param grants ids of the grants by which it was let
   * @param metrics names that were granted; none for all
   * @param withheld names that were asked for and are not told
   */
  record Told(List<String> grants, List<String> metrics, List<String> withheld) {}
}
