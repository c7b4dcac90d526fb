package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Reads what the driver hands out: a result page by page, a blob's bytes. */
final class Rows {
  private Rows() {}

  /** Adds the rows of this page and all that follow. */
  static <T> CompletionStage<List<T>> collect(
      AsyncResultSet page, Function<Row, T> toValue, List<T> into) {
    page.currentPage().forEach(row -> into.add(toValue.apply(row)));
    if (!page.hasMorePages()) {
      return CompletableFuture.completedFuture(into);
    }
    return page.fetchNextPage().thenCompose(next -> collect(next, toValue, into));
  }

  /** The bytes of a blob. */
  static byte[] bytes(ByteBuffer blob) {
    byte[] bytes = new byte[blob.remaining()];
    blob.duplicate().get(bytes);
    return bytes;
  }
}
