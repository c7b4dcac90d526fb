package qiantang.standalone.cassandra;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

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
    super(message + ": " + reason(cause), cause);
  }

  /** Where the class says what is wrong, the message of a file system's exception is the path. */
  private static String reason(Throwable cause) {
    return switch (cause) {
      case NoSuchFileException e -> e.getFile() + ": no such file or folder";
      case AccessDeniedException e -> e.getFile() + ": permission denied";
      case FileAlreadyExistsException e -> e.getFile() + ": it exists and is no folder";
      case NotDirectoryException e -> e.getFile() + ": it is no folder";
      case FileSystemException e when e.getReason() == null -> e.toString();
      default -> {
        @Nullable String message = cause.getMessage();
        yield message == null ? cause.toString() : message;
      }
    };
  }
}
