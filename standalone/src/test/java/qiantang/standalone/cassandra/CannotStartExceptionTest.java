package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class CannotStartExceptionTest {
  @Test
  void saysTheReasonWhereTheCauseHasOnlyThePathForAMessage() {
    assertEquals("x: /f: permission denied", message(new AccessDeniedException("/f")));
    assertEquals(
        "x: /f: Read-only file system",
        message(new FileSystemException("/f", null, "Read-only file system")));
    assertEquals(
        "x: java.nio.file.FileSystemException: /f", message(new FileSystemException("/f")));
  }

  @Test
  void aCauseWithoutAMessageIsNamed() {
    assertEquals("x: java.io.IOException", message(new IOException()));
    assertEquals("x: y", message(new IOException("y")));
  }

  private static String message(Throwable cause) {
    return String.valueOf(new CannotStartException("x", cause).getMessage());
  }
}
