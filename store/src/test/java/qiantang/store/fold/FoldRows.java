package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.State;

/** Compares rows of the folds' tables, bytes by content. */
final class FoldRows {
  private FoldRows() {}

  /** Bytes that do not compress, the same for the same seed. */
  static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static List<BlockKey> keys(List<Block> blocks) {
    return blocks.stream().map(Block::key).toList();
  }

  static void assertBlocks(List<Block> expected, List<Block> actual) {
    assertEquals(keys(expected), keys(actual));
    assertBytes(expected, actual, Block::bytes);
  }

  static void assertChunks(List<Chunk> expected, List<Chunk> actual) {
    assertEquals(
        expected.stream().map(Chunk::key).toList(), actual.stream().map(Chunk::key).toList());
    assertBytes(expected, actual, Chunk::bytes);
    assertBytes(expected, actual, Chunk::summary);
  }

  static void assertStates(List<State> expected, List<State> actual) {
    assertEquals(
        expected.stream().map(FoldRows::withoutBytes).toList(),
        actual.stream().map(FoldRows::withoutBytes).toList());
    assertBytes(expected, actual, State::bytes);
  }

  private static String withoutBytes(State state) {
    return "%s %s %d %d"
        .formatted(state.partition(), state.device(), state.part(), state.arrival());
  }

  private static <T> void assertBytes(
      List<T> expected, List<T> actual, Function<T, byte[]> toBytes) {
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(toBytes.apply(expected.get(i)), toBytes.apply(actual.get(i)), "row " + i);
    }
  }
}
