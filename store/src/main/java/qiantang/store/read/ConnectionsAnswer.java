package qiantang.store.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Entry;

/**
 * A device's connections, newest first.
 *
 * @param next id to go on behind, null at the end
 */
public record ConnectionsAnswer(
    List<Item> items, @Nullable String next, Completeness completeness) {
  /**
   * One session; or of a device that a gateway speaks for, the stretch from its birth in a session
   * of the gateway's.
   *
   * @param id stable; sorts by the time of connecting, then by place in the journal
   * @param deaths how many death records belong to it
   * @param lastDeaths the last of them, oldest first
   */
  public record Item(String id, Began began, End end, int deaths, List<Entry.Death> lastDeaths) {}

  /** How it began. */
  public sealed interface Began {
    /** The device connected. */
    record Session(Entry.Presence presence) implements Began {}

    /** A gateway began to speak for it. */
    record SpokenFor(Entry.Birth birth) implements Began {}
  }

  /** How it ended, and not more than is known of that. */
  public sealed interface End {
    /** It has not: its node lives. */
    record Open() implements End {}

    /**
     * By the word of its node.
     *
     * @param reason a word of {@link qiantang.store.model.SessionEnd}, or of a later program. Of a
     *     device that a gateway spoke for: {@code disconnect}, {@code device-death}, {@code
     *     node-death} where that said so; {@code named-again} where its next stretch began in the
     *     same session; else {@code gateway-} and why the gateway's session ended
     */
    record Ended(long micros, String reason) implements End {}

    /**
     * Its node stopped without a word, or was declared ended.
     *
     * @param lastSignMicros until when the node is known to have been there: not before then
     */
    record NodeLost(long lastSignMicros) implements End {}

    /** It has not: the gateway's session goes on, and ends it. */
    record WithGateway() implements End {}

    /** It ended, and its last record is too far away to be looked for, or is gone. */
    record Unknown() implements End {}
  }
}
