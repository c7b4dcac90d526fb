package qiantang.store.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private static final int HALF = Batches.BATCH_BYTES_MAX / 2 - Batches.ROW_OVERHEAD_BYTES;

  private final Batches<String, Integer> batches = new Batches<>();

  @Test
  void nothingMakesNoBatch() {
    assertEquals(List.of(), batches.all());
  }

  @Test
  void rowsOfOnePartitionGoTogetherWhateverComesBetween() {
    batches.add("a", 1, 10);
    batches.add("b", 2, 10);
    batches.add("a", 3, 10);
    assertEquals(List.of(List.of(1, 3), List.of(2)), batches.all());
  }

  @Test
  void aBatchIsFullAtItsBoundNotBefore() {
    batches.add("a", 1, HALF);
    batches.add("a", 2, HALF);
    batches.add("a", 3, 0);
    batches.add("a", 4, 0);
    assertEquals(List.of(List.of(1, 2), List.of(3, 4)), batches.all());
  }

  @Test
  void rowsWithoutBytesHaveABoundToo() {
    int rows = 100_000;
    for (int i = 0; i < rows; i++) {
      batches.add("a", i, 0);
    }
    int most = Batches.BATCH_BYTES_MAX / Batches.ROW_OVERHEAD_BYTES;
    assertEquals(most, batches.all().getFirst().size());
    assertEquals(rows, batches.all().stream().mapToInt(List::size).sum());
  }

  @Test
  void aRowLargerThanABatchGoesAlone() {
    batches.add("a", 1, 10);
    batches.add("a", 2, 4 * HALF);
    batches.add("a", 3, 10);
    assertEquals(List.of(List.of(1), List.of(2), List.of(3)), batches.all());
  }
}
