package qiantang.standalone.cassandra;

/**
 * The start ends here, for a reason of the world's (a port in use, a full disk). The message is one
 * sentence for the operator that says what to do; no stack trace helps.
 */
public final class CannotStartException extends Exception {
  private static final long serialVersionUID = 1;

  public CannotStartException(String message) {
    super(message);
  }

  public CannotStartException(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
