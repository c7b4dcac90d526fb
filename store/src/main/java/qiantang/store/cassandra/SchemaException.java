package qiantang.store.cassandra;

/**
 * The schema of the database is not one this version can use. The message is one sentence for the
 * operator that says what to do; no stack trace helps.
 */
public final class SchemaException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  SchemaException(String message) {
    super(message);
  }
}
