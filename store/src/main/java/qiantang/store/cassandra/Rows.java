package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Reads what the driver hands out: a result page by page, a blob's bytes. */
final class Rows {
  private Rows() {}

  /** All rows of a query. */
  static <T> CompletionStage<List<T>> read(
      CqlSession session, BoundStatement query, Function<Row, T> toValue) {
    return session
        .executeAsync(query)
        .thenCompose(page -> collect(page, toValue, new ArrayList<>()));
  }

  /** Hands out all rows of a query, page by page. */
  static CompletionStage<Void> visit(
      CqlSession session, BoundStatement query, Consumer<Row> visitor) {
    return session.executeAsync(query).thenCompose(page -> visit(page, visitor));
  }

  private static CompletionStage<Void> visit(AsyncResultSet page, Consumer<Row> visitor) {
    page.currentPage().forEach(visitor);
    return page.hasMorePages()
        ? page.fetchNextPage().thenCompose(next -> visit(next, visitor))
        : CompletableFuture.completedFuture(null);
  }

  private static <T> CompletionStage<List<T>> collect(
      AsyncResultSet page, Function<Row, T> toValue, List<T> into) {
    page.currentPage().forEach(row -> into.add(toValue.apply(row)));
    if (!page.hasMorePages()) {
      return CompletableFuture.completedFuture(into);
    }
    return page.fetchNextPage().thenCompose(next -> collect(next, toValue, into));
  }

  /** The first rows of a query, up to the one with which they have this weight. */
  static <T> CompletionStage<List<T>> read(
      CqlSession session,
      BoundStatement query,
      Function<Row, T> toValue,
      ToLongFunction<T> weigh,
      long weight) {
    return session
        .executeAsync(query)
        .thenCompose(page -> collect(page, toValue, weigh, weight, new ArrayList<>()));
  }

  private static <T> CompletionStage<List<T>> collect(
      AsyncResultSet page,
      Function<Row, T> toValue,
      ToLongFunction<T> weigh,
      long weight,
      List<T> into) {
    long left = weight;
    Iterator<Row> rows = page.currentPage().iterator();
    while (left > 0 && rows.hasNext()) {
      T value = toValue.apply(rows.next());
      into.add(value);
      left -= weigh.applyAsLong(value);
    }
    if (left <= 0 || !page.hasMorePages()) {
      return CompletableFuture.completedFuture(into);
    }
    long rest = left;
    return page.fetchNextPage().thenCompose(next -> collect(next, toValue, weigh, rest, into));
  }

  /** The first rows in order over all buckets: each bucket's first so many, merged. */
  static <T> CompletionStage<List<T>> page(
      CqlSession session,
      int buckets,
      IntFunction<BoundStatement> ofBucket,
      Function<Row, T> toValue,
      Comparator<T> order,
      int limit) {
    List<CompletableFuture<List<T>>> reads = new ArrayList<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      reads.add(read(session, ofBucket.apply(bucket), toValue).toCompletableFuture());
    }
    return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
        .thenApply(
            nothing ->
                reads.stream()
                    .flatMap(read -> read.join().stream())
                    .sorted(order)
                    .limit(limit)
                    .toList());
  }

  /** A value that no row is without. */
  static <T> T present(@Nullable T value, String column) {
    if (value == null) {
      throw new IllegalStateException("cannot read a row: column " + column + " is missing");
    }
    return value;
  }

  /** A text; a column that was left unset reads as null and means the empty one. */
  static String text(Row row, String column) {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  /** A time; where it is missing the epoch. */
  static Instant instant(Row row, String column) {
    Instant instant = row.getInstant(column);
    return instant == null ? Instant.EPOCH : instant;
  }

  /** The bytes of a blob that no row is without. */
  static byte[] blob(Row row, String column) {
    return bytes(present(row.getByteBuffer(column), column));
  }

  /** The bytes of a blob. */
  static byte[] bytes(ByteBuffer blob) {
    if (blob.hasArray() && blob.arrayOffset() == 0 && blob.array().length == blob.remaining()) {
      return blob.array(); // the driver made it for this value alone
    }
    byte[] bytes = new byte[blob.remaining()];
    blob.duplicate().get(bytes);
    return bytes;
  }
}
