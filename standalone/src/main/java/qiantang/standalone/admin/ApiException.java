package qiantang.standalone.admin;

/** The API refused or did not answer. The message is one sentence for the caller. */
public final class ApiException extends Exception {
  private static final long serialVersionUID = 1;

  private static final int CONFLICT = 409;

  private final int status;

  /**
   * Says why.
   *
   * @param status of the answer, 0 if there was none
   */
  ApiException(String message, int status) {
    super(message);
    this.status = status;
  }

  /** Whether something of the request exists already. */
  boolean isConflict() {
    return status == CONFLICT;
  }
}
