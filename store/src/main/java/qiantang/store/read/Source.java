package qiantang.store.read;

import java.util.EnumSet;
import java.util.List;

/** What an answer is merged from, in the order in which answers name them. */
enum Source {
  SUMMARIES("summaries"),
  CHUNKS("chunks"),
  STATES("states"),
  BLOCKS("blocks"),
  EVENTS("events"),
  JOURNAL("journal"),
  /** Which devices to look at was told by an index of a query node. */
  INDEX("index");

  private final String word;

  Source(String word) {
    this.word = word;
  }

  static List<String> words(EnumSet<Source> sources) {
    return sources.stream().map(source -> source.word).toList();
  }
}
