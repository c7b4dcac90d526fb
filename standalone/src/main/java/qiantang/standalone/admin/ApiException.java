package qiantang.standalone.admin;

/** The API refused or did not answer. The message is one sentence for the caller. */
public final class ApiException extends Exception {
  private static final long serialVersionUID = 1;

  ApiException(String message) {
    super(message);
  }
}
