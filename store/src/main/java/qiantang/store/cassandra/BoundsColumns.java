package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.Row;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Bounds;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;

/** A part of an enterprise, and what a token is bounded to, as columns of a row. */
final class BoundsColumns {
  private BoundsColumns() {}

  static BoundStatementBuilder set(BoundStatementBuilder row, Bounds bounds) {
    BoundStatementBuilder set = set(row, bounds.subtree());
    if (bounds.platform() != null) {
      set = set.setString("platform", bounds.platform());
    }
    if (!bounds.scopes().isEmpty()) {
      List<String> words = bounds.scopes().stream().map(Scope::word).sorted().toList();
      set = set.setList("scopes", words, String.class);
    }
    return set;
  }

  static BoundStatementBuilder set(BoundStatementBuilder row, Subtree subtree) {
    BoundStatementBuilder set = row;
    if (subtree.factory() != null) {
      set = set.setString("factory", subtree.factory());
    }
    if (subtree.line() != null) {
      set = set.setString("line", subtree.line());
    }
    if (!subtree.devices().isEmpty()) {
      List<String> ids = subtree.sorted().stream().map(DeviceId::text).toList();
      set = set.setList("devices", ids, String.class);
    }
    return set;
  }

  /** Scopes of a later version are left aside: an older program opens less. */
  static Bounds of(Row row) {
    Set<Scope> scopes =
        texts(row, "scopes").stream()
            .map(Scope::ofWord)
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    return new Bounds(row.getString("platform"), scopes, subtree(row));
  }

  static Subtree subtree(Row row) {
    return new Subtree(
        row.getString("factory"),
        row.getString("line"),
        texts(row, "devices").stream().map(DeviceId::new).collect(Collectors.toSet()));
  }

  static List<String> texts(Row row, String column) {
    @Nullable List<String> texts = row.getList(column, String.class);
    return texts == null ? List.of() : texts;
  }
}
