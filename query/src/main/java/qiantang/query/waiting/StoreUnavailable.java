package qiantang.query.waiting;

/**
 * The store did not answer, or not in time. Thrown and not returned, because no use case can do
 * anything about it: one place turns it into an answer (503).
 */
public final class StoreUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
