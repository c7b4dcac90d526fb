package qiantang.store.model;

import java.util.UUID;

/**
 * One process start of an ingest node: 128 random bits, so that two processes can never share a
 * lane. The caller draws them ({@code UUID.randomUUID()}).
 */
public record StartId(UUID id) implements Comparable<StartId> {
  @Override
  public int compareTo(StartId other) {
    return id.compareTo(other.id);
  }

  @Override
  public String toString() {
    return id.toString();
  }
}
